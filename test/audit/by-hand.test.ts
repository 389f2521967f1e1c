/** What a lesser system never hears of, made by hand in the records of both sides. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOpenItems } from '../../audit/check-open-items';
import { checkHeld } from '../../audit/comparisons/held';
import { checkShop } from '../../audit/comparisons/shop';
import { checkOrderEffects } from '../../audit/invariants/order-effects';
import type { OwnDuplicate } from '../../audit/own-order';
import { auditOf } from '../../audit/run';
import { shopifyRecords } from '../../connectors/shopify/records';
import { stripeRecords } from '../../connectors/stripe/records';
import type { OutsideKind, OutsideRecord } from '../../canonical/ports/records';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from '../store/fixture';
import { booksOf, CUTOFF, effect, endedOrder, name, record } from './fixture';
import { agreeingBooks, shippedOrder } from './lived-order';

type Books = Partial<Record<OutsideKind, OutsideRecord[]>>;

let test: TestDatabase;
let books: Books;
let orderId: string;
beforeEach(async () => {
  test = await cloneDatabase();
  await stockShop(test.db, { MUG: 100 });
  orderId = await shippedOrder(test.db);
  books = await agreeingBooks(test.db);
});
afterEach(() => test.drop());

async function codes(theirs: Books = books): Promise<string[]> {
  const { differences } = await auditOf(test.db, booksOf(theirs), 0);
  return differences.map(({ code }) => code);
}

function first(kind: OutsideKind): OutsideRecord {
  const [found] = books[kind] ?? [];
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

const SHOP = { books: 'shopify-us', cutoff: CUTOFF, since: null };
const GID = 'gid://shopify/Order/450';

describe('the audit names', () => {
  it('nothing where both sides agree', async () => {
    expect(await codes()).toEqual([]);
  });

  it('a second capture of one shipment, under the same key and under another', async () => {
    const capture = first('capture');
    const same = { ...capture, id: 'txn_2' };
    const other = { ...same, key: `capture:${orderId}:1:1:2` };
    expect(await codes({ ...books, capture: [capture, same] })).toEqual(['capture-twice']);
    expect(await codes({ ...books, capture: [capture, other] })).toEqual(['capture-unknown']);
  });

  it('a second capture that is done by our own records too', async () => {
    const again = `capture:${orderId}:1:1:2`;
    await test.db.query(
      `insert into effect select (jsonb_populate_record(f, jsonb_build_object('effect_key', $2::text))).*
         from effect f where order_id = $1 and verb = 'capture'`,
      [orderId, again],
    );
    const second = { ...first('capture'), id: 'txn_2', key: again };
    expect(await codes({ ...books, capture: [first('capture'), second] })).toEqual([
      'effect-not-counted',
    ]);
  });

  it('a second fulfilment of one parcel', () => {
    const told = effect({
      key: 'fulfil:ord_1:1',
      verb: 'fulfil',
      amountMinor: null,
      reference: 'f/1',
    });
    const parcel = record({ id: 'f/1', orderRef: GID, state: 'SUCCESS', amountMinor: null });
    const fulfillments = [parcel, { ...parcel, id: 'f/2' }];
    const known = [{ ...name, channelOrderRef: '450', liveAuthorizations: 0, accountedFor: [] }];
    const found = checkShop([told], { orders: [], transactions: [], fulfillments }, known, SHOP);
    expect(found).toMatchObject([
      {
        code: 'shop-fulfilment-unknown',
        subject: 'f/2',
        duplicate: { kind: 'fulfilment', orderId: 'ord_1', account: 'web-us', reference: 'f/2' },
      },
    ]);
  });

  it('a second capture at a shop, as one that can be undone, until it is accounted for', () => {
    const own = effect({ key: 'capture:ord_1:1:1:1', verb: 'capture', reference: 'tx/1' });
    const payment = record({ id: 'tx/1', orderRef: GID, state: 'SUCCESS', type: 'CAPTURE' });
    const second = { ...payment, id: 'tx/2', parentId: 'tx/0' };
    const transactions = [payment, second];
    const check = (accountedFor: readonly string[]) =>
      checkShop(
        [own],
        { orders: [], transactions, fulfillments: [] },
        [{ ...name, channelOrderRef: '450', liveAuthorizations: 0, accountedFor }],
        SHOP,
      );
    const { amountMinor, currency } = second;
    expect(check([])).toMatchObject([
      {
        code: 'shop-capture-unknown',
        subject: 'tx/2',
        duplicate: { kind: 'capture', authorizationRef: 'tx/0', amountMinor, currency },
      },
    ]);
    expect(check(['tx/2'])).toEqual([]);
  });

  it('what a shop has twice by the books, whether it was undone or not', () => {
    const item = 'refund:ord_1:1:duplicate-1';
    const duplicate: OwnDuplicate = {
      kind: 'capture',
      ...{ duplicateNo: 1, reference: 'tx/2', tenderNo: 1, amountMinor: 2_000 },
      ...{ undoneReference: null, undoneKey: null, isByHand: false },
    };
    const owed = [
      { account: 'REFP', item, netMinor: -2_000, clearingAccounts: ['shopify-us'] },
      { account: 'CLR', item: 'payment:tx/2', netMinor: 2_000, clearingAccounts: ['shopify-us'] },
    ];
    const order = endedOrder();
    const open = { ...order, duplicates: [duplicate], openItems: [...order.openItems, ...owed] };
    expect(checkOpenItems(open)).toEqual([]);
    const undone = { ...duplicate, undoneReference: 'tx/3', undoneKey: item };
    expect(checkOpenItems({ ...open, duplicates: [undone] })).toHaveLength(2);
    expect(checkOpenItems({ ...order, duplicates: [undone] })).toEqual([]);
    expect(checkOrderEffects({ ...order, duplicates: [undone] }, new Map())).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ code: 'effect-not-done', subject: item })]),
    );
  });

  it('an authorization that lives on after its order ended', async () => {
    const held = { ...first('authorization'), state: 'requires_capture', isHeld: true };
    expect(await codes({ ...books, authorization: [held] })).toEqual(['outside-still-authorized']);
    await test.db.query(`update sales_order set stage = 'accepted' where order_id = $1`, [orderId]);
    expect(await codes({ ...books, authorization: [held] })).not.toContain(
      'outside-still-authorized',
    );
  });

  it('one that the shop holds on to, and none that it let go', () => {
    const orders = new Map([[GID, endedOrder()]]);
    const held = record({ id: 'tx/1', orderRef: GID, state: 'SUCCESS', isHeld: true });
    expect(checkHeld([held], orders, SHOP)).toMatchObject([{ subject: 'tx/1' }]);
    expect(checkHeld([{ ...held, isHeld: false }], orders, SHOP)).toEqual([]);
    const listed = {
      id: 'tx/1',
      status: 'SUCCESS',
      kind: 'AUTHORIZATION',
      closed: false,
      createdAt: CUTOFF,
      updatedAt: CUTOFF,
    };
    const shop = shopifyRecords['shop-transaction'];
    expect(shop?.isHeld?.(listed)).toBe(true);
    expect(shop?.isHeld?.({ ...listed, closed: true })).toBe(false);
    const stripe = stripeRecords.authorization;
    expect(stripe?.isHeld?.({ ...listed, status: 'requires_capture' })).toBe(true);
    expect(stripe?.isHeld?.({ ...listed, status: 'canceled' })).toBe(false);
  });

  it('a shipment that the warehouse does not know, and one that is not known here', async () => {
    const parcel = first('shipment');
    await test.db.query(`update fulfilment_group set warehouse_account = 'test'`);
    expect(await codes({ ...books, shipment: [] })).toEqual(['shipment-missing']);
    const other = { ...parcel, id: 'parcel-9' };
    expect(await codes({ ...books, shipment: [parcel, other] })).toEqual(['shipment-unknown']);
    const more = { ...parcel, parts: [{ name: 'line 1', quantity: 3 }] };
    expect(await codes({ ...books, shipment: [more] })).toEqual(['shipment-lines']);
  });

  it('money that is captured here and not there', async () => {
    expect(await codes({ ...books, capture: [] })).toEqual(['capture-missing']);
  });

  it('money that is captured there and not here', async () => {
    await test.db.query(`delete from effect where order_id = $1 and verb = 'capture'`, [orderId]);
    expect(await codes()).toContain('capture-unknown');
  });

  it('an effect of an ended order that nobody followed to its end', async () => {
    await test.db.query(
      `update effect set state = 'called', answered_at = null
        where order_id = $1 and verb = 'release'`,
      [orderId],
    );
    expect(await codes()).toEqual(['effect-unanswered']);
  });
});
