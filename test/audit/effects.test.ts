import { describe, expect, it } from 'vitest';
import { checkKeyedEffects } from '../../audit/comparisons/effects';
import { checkOutsideMoney } from '../../audit/comparisons/outside-money';
import { checkShop } from '../../audit/comparisons/shop';
import { checkTakenOver, takenOverOf } from '../../audit/comparisons/taken-over';
import { checkVoids } from '../../audit/comparisons/voids';
import { KEYED } from '../../audit/comparisons/keyed';
import type { OwnEffect } from '../../audit/own-effect';
import type { OutsideKind, OutsideRecord } from '../../canonical/ports/records';
import { changed, CUTOFF, effect, endedOrder, LATER, name, record } from './fixture';

const orders = new Map([[name.orderId, name]]);
const all = { books: 'stripe-us', cutoff: CUTOFF, since: null };
const context = { ...all, orders };

function compare(kind: OutsideKind, ours: OwnEffect[], theirs: OutsideRecord[]) {
  const comparison = KEYED.find((one) => one.kind === kind);
  if (!comparison) throw new Error(`nothing compares ${kind}`);
  return checkKeyedEffects(comparison, ours, theirs, context);
}

const KEY = 'capture:ord_1:1:1:1';
const ours = effect({ key: KEY, verb: 'capture' });
const theirs = record({ id: 'txn_1', key: KEY, orderRef: 'ord_1' });

describe('I4, effects that carry our key', () => {
  it('finds none where both sides agree', () => {
    expect(compare('capture', [ours], [theirs])).toEqual([]);
  });

  it('names order, tender and amount of a capture that the account does not have', () => {
    expect(compare('capture', [ours], [])).toEqual([
      {
        invariant: 'I4',
        code: 'capture-missing',
        subject: KEY,
        amountMinor: 40_994,
        currency: 'USD',
        detail:
          'order web-us/1001 (ord_1), tender 1: 409.94 USD were captured here under ' +
          "capture:ord_1:1:1:1; stripe-us's records have no such capture",
      },
    ]);
  });

  it.each([
    ['authorization', 'authorize', 'authorize:ord_1:1:1'],
    ['refund', 'refund', 'refund:ord_1:1:1:1'],
    ['fulfilment-request', 'release', 'release:ord_1:1:1'],
    ['sales-order', 'sales-order', 'sales-order:ord_1'],
    ['journal-document', 'journal', 'journal:bat_1'],
    ['tax-invoice', 'tax-invoice', 'tax-invoice:ord_1:1'],
    ['message', 'notify', 'notify:ord_1:order-shipped:1'],
    ['recall', 'recall', 'recall:ord_1:1:dec_1'],
  ] as const)('finds a missing %s, and one that nobody here made', (kind, verb, key) => {
    expect(compare(kind, [effect({ key, verb })], [])).toMatchObject([{ subject: key }]);
    expect(compare(kind, [], [record({ id: 'x', key })])).toMatchObject([{ subject: key }]);
  });

  it('finds the same key twice', () => {
    const found = compare('capture', [ours], [theirs, { ...theirs, id: 'txn_2' }]);
    expect(found).toMatchObject([{ code: 'capture-twice' }]);
    expect(found[0]?.detail).toContain('2 captures');
  });

  it('finds another amount, another currency', () => {
    expect(compare('capture', [ours], [{ ...theirs, amountMinor: 40_995 }])).toMatchObject([
      { code: 'capture-amount' },
    ]);
    expect(compare('capture', [ours], [{ ...theirs, currency: 'CAD' }])).toMatchObject([
      { code: 'capture-amount' },
    ]);
  });

  it('finds a record for an order of ours that carries no key', () => {
    const bare = { ...theirs, id: 'txn_9', key: null };
    expect(compare('capture', [ours], [theirs, bare])).toMatchObject([{ subject: 'txn_9' }]);
  });

  it('finds one that was refused and made all the same', () => {
    expect(compare('capture', [{ ...ours, state: 'refused' }], [theirs])).toMatchObject([
      { code: 'capture-refused-yet-made' },
    ]);
  });

  it('leaves out what is on its way', () => {
    expect(compare('capture', [{ ...ours, calledAt: LATER }], [])).toEqual([]);
    expect(compare('capture', [], [{ ...theirs, createdAt: LATER }])).toEqual([]);
    expect(compare('capture', [{ ...ours, state: 'called' }], [])).toEqual([]);
    expect(compare('capture', [{ ...ours, state: 'called' }], [theirs])).toEqual([]);
  });

  it('leaves out what is not ours', () => {
    expect(compare('capture', [], [{ ...theirs, key: 'someone-else', orderRef: null }])).toEqual(
      [],
    );
  });

  it('counts a declined authorization as none', () => {
    const key = 'authorize:ord_1:1:1';
    const declined = record({ id: 'pi_1', key, state: 'requires_payment_method' });
    expect(
      compare('authorization', [effect({ key, verb: 'authorize', state: 'refused' })], [declined]),
    ).toEqual([]);
    expect(
      compare('authorization', [effect({ key, verb: 'authorize' })], [declined]),
    ).toMatchObject([{ code: 'authorization-missing' }]);
  });

  it('finds a declined authorization that payment no longer has', () => {
    const key = 'authorize:ord_1:1:1';
    const declined = effect({ key, verb: 'authorize', state: 'refused', refusal: 'card_declined' });
    expect(compare('authorization', [declined], [])).toMatchObject([
      { code: 'authorization-refusal-missing', amountMinor: 40_994 },
    ]);
    const unknownCard = { ...declined, refusal: 'resource_missing' };
    expect(compare('authorization', [unknownCard], [])).toEqual([]);
  });

  it('finds other lines in the ERP, in the warehouse, another tax', () => {
    const journal = effect({
      key: 'journal:bat_1',
      verb: 'journal',
      order: null,
      parts: [
        { name: 'debit of 1200', quantity: 5 },
        { name: 'credit of 4000', quantity: 5 },
      ],
    });
    const document = record({
      id: '1001',
      key: 'journal:bat_1',
      parts: [
        { name: 'credit of 4000', quantity: 5 },
        { name: 'debit of 1200', quantity: 5 },
      ],
    });
    expect(compare('journal-document', [journal], [document])).toEqual([]);
    const other = {
      ...document,
      parts: [
        { name: 'debit of 1200', quantity: 5 },
        { name: 'credit of 4900', quantity: 5 },
      ],
    };
    expect(compare('journal-document', [journal], [other])).toMatchObject([
      {
        code: 'journal-document-lines',
        detail: expect.stringContaining('credit of 4000 5 here; credit of 4900 5 there'),
      },
    ]);
  });
});

describe('I4, voids', () => {
  const key = 'void:ord_1:1:1:1';
  const voided = effect({ key, verb: 'void', reference: 'pi_1' });
  const none = new Map();

  it('finds none where the authorization is cancelled there', () => {
    const there = record({ id: 'pi_1', state: 'canceled' });
    expect(checkVoids([voided], [there], none, all)).toEqual([]);
  });
  it.each([
    ['is still held', [record({ id: 'pi_1', state: 'requires_capture' })]],
    ['is not there', []],
  ])('finds a void whose authorization %s', (_what, there) => {
    expect(checkVoids([voided], there, none, all)).toMatchObject([
      { code: 'void-missing', amountMinor: 40_994 },
    ]);
  });
  it('finds a live authorization that payment has cancelled', () => {
    const there = record({ id: 'pi_1', state: 'canceled' });
    const live = new Map([['pi_1', name]]);
    expect(checkVoids([], [there], live, all)).toMatchObject([{ code: 'void-unknown' }]);
  });
});

describe('I4, a shop that keeps no key', () => {
  const gid = 'gid://shopify/Order/450';
  const known = [{ ...name, channelOrderRef: '450', liveAuthorizations: 1, accountedFor: [] }];
  const own = effect({ key: KEY, verb: 'capture', reference: 'tx/1' });
  const there = record({ id: 'tx/1', orderRef: gid, state: 'SUCCESS', type: 'CAPTURE' });
  const check = (effects: OwnEffect[], transactions: OutsideRecord[]) =>
    checkShop(effects, { orders: [], transactions, fulfillments: [] }, known, all);

  it('finds none where both sides agree', () => {
    expect(check([own], [there])).toEqual([]);
  });
  it.each([
    ['a capture that the shop does not have', [own], [], 'shop-capture-missing'],
    ['a capture of another amount', [own], [{ ...there, amountMinor: 1 }], 'shop-capture-amount'],
    [
      'a capture on another order',
      [own],
      [{ ...there, orderRef: `${gid}1` }],
      'shop-capture-order',
    ],
    ['a reference that is no capture', [own], [{ ...there, type: 'VOID' }], 'shop-capture-other'],
    ['a capture made twice', [own], [there, { ...there, id: 'tx/2' }], 'shop-capture-unknown'],
    [
      'two effects with one capture',
      [own, { ...own, key: `${KEY}2` }],
      [there],
      'shop-capture-shared',
    ],
    [
      'a refund that nobody here made',
      [own],
      [there, { ...there, id: 'tx/3', type: 'REFUND' }],
      'shop-refund-unknown',
    ],
    [
      'a void of what is live here',
      [own],
      [there, { ...there, id: 'tx/4', type: 'VOID' }],
      'shop-void-unknown',
    ],
  ] as const)('finds %s', (_what, effects, transactions, code) => {
    expect(check([...effects], [...transactions]).map((one) => one.code)).toEqual([code]);
  });
  it('takes a capture whose answer was lost for that of the open effect', () => {
    expect(check([{ ...own, state: 'called', reference: null }], [there])).toEqual([]);
  });
  it('finds a fulfilment the shop does not have, one nobody told it of, a cancel it missed', () => {
    const told = effect({
      key: 'fulfil:ord_1:1',
      verb: 'fulfil',
      amountMinor: null,
      reference: 'f/1',
    });
    expect(check([told], [])).toMatchObject([{ code: 'shop-fulfilment-missing' }]);
    const sent = record({ id: 'f/2', orderRef: gid, state: 'SUCCESS', amountMinor: null });
    const none = { orders: [], transactions: [], fulfillments: [sent] };
    expect(checkShop([], none, known, all)).toMatchObject([{ code: 'shop-fulfilment-unknown' }]);
    const cancel = effect({ key: 'cancel-at-channel:ord_1', verb: 'cancel-at-channel' });
    const open = { ...none, fulfillments: [], orders: [record({ id: gid, state: 'open' })] };
    expect(checkShop([cancel], open, known, all)).toMatchObject([
      { code: 'shop-cancellation-missing' },
    ]);
  });
});

const SHOP = 'shopify-us';
describe('I4, money that came with an order', () => {
  const order = endedOrder();
  const shopOrder = record({ id: 'gid://shopify/Order/450' });
  const sale = record({ id: 't', orderRef: shopOrder.id, state: 'SUCCESS', type: 'SALE' });
  const prepaid = takenOverOf({
    ...order,
    moneyMode: 'channel',
    authorizations: changed(order.authorizations, { isTakenOver: true, amountMinor: 40_994 }),
    tenders: changed(order.tenders, { prepaidMinor: 40_994 }),
  });

  it('finds a sale that the shop does not have, or has with less', () => {
    expect(checkTakenOver(prepaid, [shopOrder], [sale], SHOP)).toEqual([]);
    expect(checkTakenOver(prepaid, [shopOrder], [], SHOP)).toMatchObject([{ amountMinor: 40_994 }]);
    const less = [{ ...sale, amountMinor: 40_000 }];
    expect(checkTakenOver(prepaid, [shopOrder], less, SHOP)).toMatchObject([{ amountMinor: 994 }]);
  });
  it('takes what was charged as it lay ready for a capture, and for no sale', () => {
    const charged = takenOverOf({
      ...order,
      moneyMode: 'channel',
      authorizations: changed(order.authorizations, { isTakenOver: true, amountMinor: 40_994 }),
      tenders: changed(order.tenders, { prepaidMinor: 40_994 }),
      captures: changed(order.captures, {
        amountMinor: 40_994,
        prepayment: { groupNo: 1, usedMinor: 0 },
      }),
    });
    const authorized = { ...sale, type: 'AUTHORIZATION' };
    expect(checkTakenOver(charged, [shopOrder], [authorized], SHOP)).toEqual([]);
    expect(checkTakenOver(charged, [shopOrder], [sale], SHOP)).toHaveLength(1);
  });
  it('leaves out an order that the shop never had, and one that we authorized', () => {
    expect(checkTakenOver(prepaid, [], [], SHOP)).toEqual([]);
    expect(takenOverOf(order)).toEqual([]);
  });
});

describe("I2, by the other side's books", () => {
  const authorization = record({ id: 'pi_1', orderRef: 'ord_1', amountMinor: 100 });
  const capture = record({ id: 'txn_1', parentId: 'pi_1', orderRef: 'ord_1', amountMinor: 100 });
  const refund = record({ id: 're_1', parentId: 'pi_1', orderRef: 'ord_1', amountMinor: 100 });
  const check = (captures: OutsideRecord[], refunds: OutsideRecord[]) =>
    checkOutsideMoney(
      { books: 'stripe-us', authorizations: [authorization], captures, refunds },
      orders,
    ).map((one) => one.code);

  it('finds captures beyond the authorization and refunds beyond the captures', () => {
    expect(check([capture], [refund])).toEqual([]);
    expect(check([{ ...capture, amountMinor: 101 }], [])).toEqual(['outside-over-captured']);
    expect(check([capture], [refund, { ...refund, amountMinor: 1 }])).toEqual([
      'outside-over-refunded',
    ]);
  });
});
