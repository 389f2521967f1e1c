/** What an audit finds of returns at a shop, made by hand in its records. */
import { describe, expect, it } from 'vitest';
import { checkShopReturns } from '../../audit/comparisons/shop-returns';
import { Findings } from '../../audit/findings';
import { compareChunk } from '../../audit/orders';
import { OUTSIDE_KINDS } from '../../canonical/ports/records';
import { CUTOFF, effect, endedOrder, LATER, name, record } from './fixture';

const ORDER = 'gid://shopify/Order/450';
const against = { books: 'shopify-us', cutoff: CUTOFF, since: null };
const parts = [{ name: 'line 71', quantity: 2 }];

const told = effect({
  key: 'return-at-channel:rma_1:0',
  verb: 'return-at-channel',
  amountMinor: null,
  reference: 'gid://shopify/Return/9',
  channelOrderRef: '450',
  parts,
});
const ended = effect({
  key: 'close-return-at-channel:rma_1',
  verb: 'close-return-at-channel',
  amountMinor: null,
  reference: 'gid://shopify/Return/9',
});
const there = record({ id: 'gid://shopify/Return/9', orderRef: ORDER, state: 'OPEN', parts });

const codes = (
  own: Parameters<typeof checkShopReturns>[0],
  theirs: Parameters<typeof checkShopReturns>[1],
  channelReturns: string[] = [],
) =>
  checkShopReturns(own, theirs, [{ ...name, channelOrderRef: '450', channelReturns }], against).map(
    ({ code }) => code,
  );

describe('I4, returns at a shop that keeps no key', () => {
  it('agrees where the shop has what it was told, and closed what ended here', () => {
    expect(codes([told], [there])).toEqual([]);
    expect(codes([told, ended], [{ ...there, state: 'CLOSED' }])).toEqual([]);
  });

  it('finds what the shop was told and does not have, or has of other units', () => {
    expect(codes([told], [])).toEqual(['shop-return-missing']);
    const fewer = { ...there, parts: [{ name: 'line 71', quantity: 1 }] };
    expect(codes([told], [fewer])).toEqual(['shop-return-lines']);
    const other = { ...there, parts: [{ name: 'line 72', quantity: 2 }] };
    expect(codes([told], [other])).toEqual(['shop-return-lines']);
  });

  it('finds a second one that was made for what was told once', () => {
    expect(codes([told], [there, { ...there, id: 'gid://shopify/Return/10' }])).toEqual([
      'shop-return-unknown',
    ]);
  });

  it('finds two that were told, and are one return of the shop', () => {
    const again = { ...told, key: 'return-at-channel:rma_2:0' };
    expect(codes([told, again], [there])).toEqual(['shop-return-shared']);
  });

  it('finds one that is open there and has ended here', () => {
    expect(codes([told, ended], [there])).toEqual(['shop-return-open']);
  });

  it('finds one that began there and is none of ours, once it has begun', () => {
    expect(codes([], [there])).toEqual(['shop-return-unknown']);
    expect(codes([], [there], ['9'])).toEqual([]);
    expect(codes([], [{ ...there, state: 'REQUESTED' }])).toEqual([]);
    expect(codes([], [{ ...there, state: 'DECLINED' }])).toEqual([]);
  });

  it('leaves out what is on its way', () => {
    expect(codes([], [{ ...there, createdAt: LATER, updatedAt: LATER }])).toEqual([]);
    expect(codes([{ ...told, state: 'called', reference: null }], [there])).toEqual([]);
  });

  it('is a part of what an audit compares with a shop', () => {
    const account = 'shopify-us';
    const order = endedOrder({ channelInstance: account, moneyMode: 'channel' });
    const shop = { accounts: [account], kinds: OUTSIDE_KINDS.commerce, pages: nothing };
    const theirs = new Map([[account, { 'shop-return': [there] }]]);
    const findings = new Findings();
    const scope = { cutoff: CUTOFF, since: null, writtenSince: null, beganAt: CUTOFF };
    compareChunk({ orders: [order], effects: new Map() }, [shop], theirs, scope, findings);
    const found = findings.report().differences.map(({ code }) => code);
    expect(found).toContain('shop-return-unknown');
  });
});

async function* nothing() {
  yield await Promise.resolve([]);
}
