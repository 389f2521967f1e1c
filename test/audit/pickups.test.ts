/** What an audit finds of pickups: at the shop, in their own rows, and at a warehouse. */
import { describe, expect, it } from 'vitest';
import { checkShopPickups } from '../../audit/comparisons/shop-pickups';
import { checkPickups } from '../../audit/invariants/pickups';
import { CUTOFF, effect, endedOrder, LATER, name, record } from './fixture';

const gid = 'gid://shopify/Order/450';
const against: Parameters<typeof checkShopPickups>[3] = {
  books: 'shopify-us',
  cutoff: CUTOFF,
  since: null,
};
const known = [{ ...name, channelOrderRef: '450', liveAuthorizations: 0, accountedFor: [] }];

const ready = effect({
  key: 'ready:ord_1:1:1',
  verb: 'ready',
  amountMinor: null,
  reference: 'fo/1',
});
const handover = (no: number, quantity: number, state: 'done' | 'called' = 'done') =>
  effect({
    key: `handover:ord_1:1:${no}`,
    verb: 'handover',
    amountMinor: null,
    state,
    parts: [{ name: 'line 71', quantity }],
  });
const prepared = record({ id: 'p/1', parentId: 'fo/1', orderRef: gid, state: 'SUCCESS' });
const collected = (id: string, quantity: number) =>
  record({
    id,
    orderRef: gid,
    state: 'SUCCESS',
    type: 'PICK_UP',
    parts: [{ name: 'line 71', quantity }],
  });

const codes = (
  own: Parameters<typeof checkShopPickups>[0],
  there: Parameters<typeof checkShopPickups>[1],
  window = against,
) => checkShopPickups(own, there, known, window).map(({ code }) => code);

describe('I4, pickups at a shop that keeps no key', () => {
  const all = {
    preparations: [prepared],
    fulfillments: [collected('f/1', 1), collected('f/2', 1)],
  };

  it('agrees where it was prepared once and handed over in parts', () => {
    expect(codes([ready, handover(1, 1), handover(2, 1)], all)).toEqual([]);
    expect(codes([ready, handover(1, 1), handover(2, 1, 'called')], all)).toEqual([]);
  });

  it('finds what the shop was told and does not have', () => {
    expect(codes([ready], { preparations: [], fulfillments: [] })).toEqual([
      'shop-preparation-missing',
    ]);
    const less = { ...all, fulfillments: [collected('f/1', 1)] };
    expect(codes([ready, handover(1, 2)], less)).toEqual(['shop-handover-missing']);
  });

  it('looks for no preparation where the shop had nothing left to prepare', () => {
    const nothing = { preparations: [], fulfillments: [] };
    expect(codes([{ ...ready, reference: null }], nothing)).toEqual([]);
  });

  it('finds what the shop has and nobody told it', () => {
    expect(codes([], { preparations: [prepared], fulfillments: [] })).toEqual([
      'shop-preparation-unknown',
    ]);
    expect(codes([ready, handover(1, 1)], all)).toEqual(['shop-handover-unknown']);
    const twice = { ...all, preparations: [prepared, { ...prepared, id: 'p/2' }] };
    expect(codes([ready, handover(1, 2)], twice)).toEqual(['shop-preparation-twice']);
  });

  it('leaves out what is on its way, what was not read, and what was shipped in the end', () => {
    const late = { ...prepared, createdAt: LATER };
    expect(codes([], { preparations: [late], fulfillments: [] })).toEqual([]);
    const since = { ...against, since: CUTOFF };
    expect(codes([ready, handover(1, 2)], { preparations: [], fulfillments: [] }, since)).toEqual(
      [],
    );
    const fulfil = effect({ key: 'fulfil:ord_1:1', verb: 'fulfil', reference: 'f/1' });
    const shipped = { preparations: [], fulfillments: [collected('f/1', 1)] };
    expect(codes([fulfil], shipped)).toEqual([]);
  });
});

describe('I7, a pickup by its own rows', () => {
  const line = { lineNo: 1, handedOver: 1, pickedUp: 1 };
  const order = endedOrder({ pickups: [{ groupNo: 1, lines: [line] }] });

  it('agrees with its order, and was asked of no warehouse', () => {
    const other = effect({ key: 'release:ord_1:2:1', verb: 'release', account: 'wms-main' });
    const refused = effect({ key: 'release:ord_1:1:1', verb: 'release', state: 'refused' });
    const own = new Map([other, refused].map((one) => [one.key, one]));
    expect(checkPickups(order, own)).toEqual([]);
  });

  it('finds units that differ, and a request that reached a warehouse', () => {
    const off = endedOrder({ pickups: [{ groupNo: 1, lines: [{ ...line, pickedUp: 0 }] }] });
    expect(checkPickups(off, new Map())).toMatchObject([{ code: 'pickup-units' }]);
    const asked = effect({ key: 'release:ord_1:1:1', verb: 'release', account: 'wms-main' });
    expect(checkPickups(order, new Map([[asked.key, asked]]))).toMatchObject([
      { code: 'pickup-at-warehouse' },
    ]);
  });
});
