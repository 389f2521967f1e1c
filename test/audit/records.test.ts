import { describe, expect, it } from 'vitest';
import {
  checkAcknowledged,
  checkDeliveredWebhooks,
  checkOrphan,
} from '../../audit/invariants/acknowledged';
import { checkEvent, type OwnEvent } from '../../audit/invariants/inbox';
import {
  checkBalance,
  checkBatch,
  checkJournal,
  checkStrayItem,
  checkTrialBalance,
} from '../../audit/check-ledger';
import { checkStock } from '../../audit/invariants/stock';
import { seenTwice, type Difference } from '../../audit/report';
import { CUTOFF, EARLIER, LATER, record } from './fixture';

describe('I1, acknowledged orders', () => {
  it('finds one that is lost and one that is here twice', () => {
    const by = 'event 17';
    const matches = (count: number) => checkAcknowledged([{ by, order: 'a/1', matches: count }]);
    expect(matches(1)).toEqual([]);
    expect(matches(0)).toMatchObject([{ code: 'order-lost', subject: 'a/1' }]);
    expect(matches(2)).toMatchObject([{ code: 'order-twice' }]);
  });
  it('finds rows of an order that is gone', () => {
    const [found] = checkOrphan({ orderId: 'ord_9', rows: ['journals', 'lines'] });
    expect(found?.detail).toBe('order ord_9 is not here, and its journals, lines are');
    expect(checkOrphan({ orderId: 'ord_9', rows: [] })).toEqual([]);
  });
  it('finds a webhook that was acknowledged and is not stored', () => {
    const sent = record({ id: 'w', reference: 'e-1', state: 'delivered', type: 'orders/create' });
    expect(checkDeliveredWebhooks([sent], CUTOFF)).toMatchObject([{ code: 'webhook-lost' }]);
    expect(checkDeliveredWebhooks([{ ...sent, state: 'pending' }], CUTOFF)).toEqual([]);
  });
});

describe('I3, stock', () => {
  const stock = {
    sku: 'MUG',
    locationId: 'dc-east',
    onHand: 10,
    reserved: 3,
    eventOnHand: 10,
    eventReserved: 3,
    unsellable: 1,
    eventUnsellable: 1,
    promised: 3,
    hasShortfall: false,
  };
  it.each([
    ['nothing where all agrees', {}, []],
    ['on-hand that its events do not explain', { eventOnHand: 9 }, ['on-hand']],
    ['a reservation without an order', { promised: 2 }, ['reserved']],
    ['a reservation without an event', { eventReserved: 4 }, ['reserved-events']],
    ['returned goods that nobody received', { eventUnsellable: 0 }, ['unsellable']],
    ['a shortfall without an exception', { onHand: 2, eventOnHand: 2 }, ['shortfall']],
    ['no shortfall that an exception names', { onHand: 2, eventOnHand: 2, hasShortfall: true }, []],
  ])('finds %s', (_what, change, codes) => {
    expect(checkStock({ ...stock, ...change }).map((one) => one.code)).toEqual(codes);
  });
});

describe('I5, events', () => {
  const event: OwnEvent = {
    eventNo: 17,
    source: 'shopify/shopify-us',
    eventId: 'e-17',
    topic: 'orders/create',
    state: 'applied',
    note: null,
    since: EARLIER,
    hasException: false,
    isWaited: false,
  };
  const cases: [string, Partial<OwnEvent>, number][] = [
    ['an applied one: nothing', {}, 0],
    ['one that was ignored without a reason', { state: 'ignored' }, 1],
    ['one that was ignored with a reason: nothing', { state: 'ignored', note: 'an echo' }, 0],
    ['a dead one without an exception', { state: 'dead', note: 'poison' }, 1],
    ['a dead one with an exception: nothing', { state: 'dead', hasException: true }, 0],
    ['one that is received and left', { state: 'received' }, 1],
    ['one that is routed and left', { state: 'routed' }, 1],
    ['one that just came: nothing', { state: 'received', since: LATER }, 0],
    [
      'a routed one whose order waits for a person: nothing',
      { state: 'routed', isWaited: true },
      0,
    ],
    ['one that waits for it does not say what', { state: 'waiting' }, 1],
    ['one that waits for its order: nothing', { state: 'waiting', note: 'its order' }, 0],
  ];
  it.each(cases)('finds %s', (_what, change, number) => {
    expect(checkEvent({ ...event, ...change }, CUTOFF)).toHaveLength(number);
  });
});

describe('I10, the ledger', () => {
  it('finds a trial balance that is not zero', () => {
    const balance = { entity: 'us-01', currency: 'USD', debitMinor: 5, creditMinor: 5 };
    expect(checkTrialBalance(balance)).toEqual([]);
    expect(checkTrialBalance({ ...balance, debitMinor: 6 })).toMatchObject([{ amountMinor: 1 }]);
  });
  const journal = {
    journalId: 'jrn_1',
    rule: '3',
    source: 'event:1',
    currency: 'USD',
    lines: 2,
    debitMinor: 5,
    creditMinor: 5,
    batches: 1,
  };
  it.each([
    ['nothing where it balances', {}, []],
    ['a journal that does not balance', { creditMinor: 4 }, ['journal-balance']],
    ['a journal of one line', { lines: 1 }, ['journal-balance']],
    ['a journal without a source', { source: '' }, ['journal-source']],
    ['a journal in two batches', { batches: 2 }, ['journal-batches']],
    ['a journal that no batch holds and none waits for', { batches: 0 }, ['journal-batches']],
  ])('finds %s', (_what, change, codes) => {
    expect(checkJournal({ ...journal, ...change }).map((one) => one.code)).toEqual(codes);
  });
  const batch = {
    batchId: 'bat_1',
    state: 'posted' as const,
    documentNo: 'JE1',
    currency: 'USD',
    journalCount: 2,
    journals: 2,
    lines: [{ account: 'AR', netMinor: 5 }],
    journalLines: [{ account: 'AR', netMinor: 5 }],
    effectState: 'done' as const,
    effectDebitMinor: 5,
    debitMinor: 5,
    isByHand: false,
  };
  it.each([
    ['nothing where it is its journals', {}, []],
    ['a batch that lost a journal', { journals: 1 }, ['batch-journals']],
    [
      'a batch of another amount',
      { lines: [{ account: 'AR', netMinor: 4 }] },
      ['batch-account-AR'],
    ],
    ['an account its journals do not have', { journalLines: [] }, ['batch-account-AR']],
    ['a posted batch that nothing sent', { effectState: null }, ['batch-effect']],
    ['no effect missing that a person replaced', { effectState: null, isByHand: true }, []],
    ['a batch that was sent otherwise', { effectDebitMinor: 4 }, ['batch-sent']],
    ['a posted batch without a document', { documentNo: null }, ['batch-document']],
  ])('finds %s', (_what, change, codes) => {
    expect(checkBatch({ ...batch, ...change }).map((one) => one.code)).toEqual(codes);
  });
  it('finds a kept balance that its lines do not have', () => {
    const balance = {
      entity: 'us-01',
      account: 'AR',
      currency: 'USD',
      businessDate: '2026-11-20',
      keptDebitMinor: 9,
      keptCreditMinor: 5,
      debitMinor: 9,
      creditMinor: 5,
    };
    expect(checkBalance(balance)).toEqual([]);
    expect(checkBalance({ ...balance, creditMinor: 4 })).toMatchObject([
      { code: 'balance', amountMinor: -1 },
    ]);
  });
  it('finds an item that belongs to no order', () => {
    const item = { account: 'AR', item: 'order:x', currency: 'USD', netMinor: 9 };
    expect(checkStrayItem(item)).toMatchObject([{ amountMinor: 9 }]);
    expect(checkStrayItem({ ...item, netMinor: 0 })).toEqual([]);
  });
});

describe('a difference is read once more', () => {
  it('and reported only when it is still there', () => {
    const at = (subject: string): Difference => ({
      invariant: 'I3',
      code: 'on-hand',
      subject,
      detail: '',
    });
    expect(seenTwice([at('a'), at('b')], [at('b'), at('c')])).toEqual([at('b')]);
  });
});
