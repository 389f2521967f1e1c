/**
 * Whatever way a return is paid back, it is paid back once: two agents, the same word twice, a refund
 * made in the dashboard, an answer heard twice. By the moments alone, on rows.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installation, useInstallation } from '../../canonical/installation';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { Order } from '../../canonical/schema/order';
import { countRefund } from '../../moments/money/outside-refund';
import { prepareRefund, recordRefund } from '../../moments/money/refund';
import { cancelOrder } from '../../moments/order/cancel-order';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { takeOrder } from '../../moments/order/order-moment';
import { placeExchange } from '../../moments/return/exchange';
import { inspect } from '../../moments/return/inspect';
import { receive } from '../../moments/return/receive';
import { requestReturn, type ReturnRequest } from '../../moments/return/request';
import { returnFlow } from '../../moments/return/return-flow';
import { takeReturn } from '../../moments/return/return-moment';
import type { Database } from '../../store/database';
import { differencesOf } from '../returns/audited';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, LOCATION, orderOf, stockShop } from './fixture';
import { authorize, balances, begin, capture, release, ship } from './steps';

let cloned: TestDatabase;
let db: Database;
const shipped = installation();
beforeAll(async () => {
  cloned = await cloneDatabase();
  db = cloned.db;
  await stockShop(db, { MUG: 10_000, CAP: 10_000 });
  await db.query(
    `insert into mapping (kind, source, value, target, updated_by)
     values ('tender', 'shopify-us', 'gift_card', 'gift-card', 'test')`,
  );
  useInstallation({
    ...shipped,
    channels: shipped.channels.map((one) => ({
      ...one,
      policies: { ...one.policies, cashRefundUpToMinor: 5_000 },
    })),
  });
});
afterAll(() => cloned.drop());

const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
const one = [{ lineNo: 1, quantity: 1 }];
const now = () => new Date().toISOString();
let told = 0;
const anotherId = () => `told-${(told += 1)}`;

/** Sent, captured and ended. */
async function sold(): Promise<string> {
  const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
  const orderId = await accepted(db, orderOf({ lines, taxMinor: 60 }));
  await authorize(db, orderId);
  return sent(orderId);
}
async function sent(orderId: string, lines = one): Promise<string> {
  await release(db, orderId);
  const { agenda } = await ship(db, orderId, `parcel-${orderId}`, lines);
  if (agenda.money.some(({ step }) => step === 'capture')) await capture(db, agenda);
  await closeOrder(db, { orderId });
  return orderId;
}

async function asked(orderId: string, how: Partial<ReturnRequest> = {}, lines = one) {
  const by = { requestKey: anotherId(), askedBy: 'an agent', correlationId: 'cor', askedAt: now() };
  const request = { orderId, lines, reason: 'changed-mind' as const, ...how };
  const opened = await db.transaction((sql) => requestReturn(sql, request, by));
  if (opened.outcome !== 'opened') throw new Error(JSON.stringify(opened));
  return opened.rma;
}

/** The outcome, as an agent hears it. */
const came = (rma: string, receiptId: string, lines = one) =>
  db.transaction(async (sql) => {
    const ret = await takeReturn(sql, rma);
    const { order } = await takeOrder(sql, ret.orderId);
    const received = { receiptId, location: LOCATION, receivedAt: now(), lines };
    return (await receive(sql, ret, order, received, null)).outcome;
  });
const looked = (rma: string, inspectionId: string, lines = one) =>
  db.transaction(async (sql) => {
    const ret = await takeReturn(sql, rma);
    const taken = await takeOrder(sql, ret.orderId);
    const found = lines.map((line) => ({ ...line, condition: 'new' as const }));
    const at = { inspectionId, location: LOCATION, inspectedAt: now(), lines: found };
    const by = { actor: inspectionId, role: 'support' as const, eventNo: null };
    return (await inspect(sql, ret, taken, at, by)).outcome;
  });

const recordedOf = (outcomes: readonly string[]) =>
  outcomes.filter((outcome) => outcome === 'recorded').length;

/** What is due, made; the keys. Each answer is heard twice. */
async function paidBack(rma: string): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const [due] = (await returnFlow.readAgenda(db, { rma })).refunds;
    if (!due) return keys;
    const begun = await begin(db, due.key, 'refund', due.orderId, prepareRefund(due));
    const { key, amountMinor } = due;
    const answer = { outcome: 'refunded', reference: `re_${key}`, amountMinor } as const;
    await Promise.all([recordRefund(db, due, answer, begun), recordRefund(db, due, answer, begun)]);
    keys.push(key);
  }
}

const byHand = (orderId: string, minorUnits: number) =>
  db.transaction((sql) =>
    countRefund(sql, {
      eventNo: 0,
      from: null,
      occurredAt: now(),
      data: {
        reference: `re_hand_${orderId}`,
        paymentRef: `ch_${effectKey.capture(orderId, 1, 1, 1)}`,
        amount: usd(minorUnits),
      },
    }),
  );

const exchange = {
  lines: [{ sku: 'CAP', quantity: 1, unitPrice: usd(1_060), discounts: [], taxes: [] }],
  difference: null,
  flow: { fulfilmentDeadlineMs: 3_600_000 },
};
const WAYS: readonly [string, Partial<ReturnRequest>, account: string][] = [
  ['to the card', {}, 'CLR'],
  ['in cash', { refundTo: 'cash' }, 'TILL'],
  ['as store credit', { refundTo: 'store-credit' }, 'GC'],
  ['as a gift', { asGift: true }, 'GC'],
  ['with goods', { exchange }, 'REFP'],
];

describe.each(WAYS)('%s', (_, how, account) => {
  const isByTheProcessor = account === 'CLR';

  test('two agents at once, and each of them twice: paid back once', async () => {
    const orderId = await sold();
    const rma = await asked(orderId, how);
    const receipts = await Promise.all(['a', 'a', 'b'].map((id) => came(rma, id)));
    expect(recordedOf(receipts)).toBe(1);
    const looks = await Promise.all(['a', 'a', 'b'].map((id) => looked(rma, id)));
    expect(recordedOf(looks)).toBe(1);
    await Promise.all([placeExchange(db, { rma }), placeExchange(db, { rma })]);
    const keys = isByTheProcessor ? [effectKey.refund(orderId, 1, 1, 1)] : [];
    expect(await paidBack(rma)).toEqual(keys);
    const books = await balances(db, orderId);
    expect(books[account] ?? 0).toBe(isByTheProcessor ? 0 : -1_060);
    expect(await differencesOf(db, orderId)).toEqual([]);
    expect(await returnFlow.readAgenda(db, { rma })).toMatchObject({ isSettled: true });
  });

  test('refunded in the dashboard before anybody looked: nothing goes back again', async () => {
    const orderId = await sold();
    const rma = await asked(orderId, how);
    await came(rma, 'a');
    expect(await byHand(orderId, 1_060)).toBe('followed');
    expect(await byHand(orderId, 1_060)).toBe('known');
    await looked(rma, 'a');
    await placeExchange(db, { rma });
    expect(await paidBack(rma)).toEqual([]);
    const { rows } = await db.query(
      `select 1 from store_credit where order_id = $1
       union all select 1 from sales_return where rma = $2 and exchange_order_id is not null`,
      [orderId, rma],
    );
    expect(rows).toEqual([]);
    const books = await balances(db, orderId);
    expect(books).not.toHaveProperty('CLR');
    // No concession any more: it is what came back, and its tax is relieved.
    expect([books['RET'], books['TAX']]).toEqual([1_000, undefined]);
    expect(await returnFlow.readAgenda(db, { rma })).toMatchObject({ isSettled: true });
    expect(await differencesOf(db, orderId)).toEqual([]);
  });
});

describe('an order that goods paid for', () => {
  async function exchanged() {
    const orderId = await sold();
    const rma = await asked(orderId, { exchange });
    await came(rma, 'a');
    await looked(rma, 'a');
    await placeExchange(db, { rma });
    const { exchangeOrderId } = await db.transaction((sql) => takeReturn(sql, rma));
    if (exchangeOrderId === null) throw new Error('nothing was ordered');
    return { orderId, other: exchangeOrderId };
  }
  const captureRefOf = async (key: string) => {
    const { rows } = await db.query<{ ref: string }>(
      `select body ->> 'captureRef' as ref from effect where effect_key = $1`,
      [key],
    );
    return rows[0]?.ref;
  };

  test('and that is brought back too: the first payment is refunded, once', async () => {
    const { orderId, other } = await exchanged();
    await sent(other);
    const rma = await asked(other);
    await came(rma, 'a');
    await looked(rma, 'a');
    const key = effectKey.refund(other, 1, 1, 1);
    expect(await paidBack(rma)).toEqual([key]);
    expect(await captureRefOf(key)).toBe(`ch_${effectKey.capture(orderId, 1, 1, 1)}`);
    expect(await differencesOf(db, orderId)).toEqual([]);
    expect(await differencesOf(db, other)).toEqual([]);
  });

  test('and that is cancelled: the first payment is refunded by its own flow', async () => {
    const { orderId, other } = await exchanged();
    const decision = { orderId: other, decisionId: 'd', eventNo: null, lines: null, recalled: [] };
    expect(await cancelOrder(db, decision)).toMatchObject({ outcome: 'cancelled' });
    const due = (await readAgenda(db, { orderId: other })).money.find(
      (step) => step.step === 'refund',
    );
    if (!due) throw new Error('no refund is due');
    const begun = await begin(db, due.key, 'refund', other, prepareRefund(due));
    expect(await captureRefOf(due.key)).toBe(`ch_${effectKey.capture(orderId, 1, 1, 1)}`);
    const { amountMinor } = due;
    await recordRefund(db, due, { outcome: 'refunded', reference: 're', amountMinor }, begun);
    await closeOrder(db, { orderId: other });
    expect(await differencesOf(db, other)).toEqual([]);
  });
});

test('what a gift card and a card paid goes back to the card first, then to the gift card', async () => {
  const lines = [{ sku: 'MUG', quantity: 2, unitMinor: 2_000 }];
  const whole = orderOf({ channelInstance: 'shopify-us', lines });
  const tender = (gateway: string, minor: number) => ({
    gateway,
    amount: usd(minor),
    received: { state: 'captured', reference: `${gateway}-${whole.orderNo}` },
  });
  const tenders = [tender('gift_card', 1_500), tender('card', 2_500)];
  const two = [{ lineNo: 1, quantity: 2 }];
  const orderId = await sent(await accepted(db, Order.parse({ ...whole, tenders })), two);
  for (const unit of [1, 2]) {
    const rma = await asked(orderId);
    await came(rma, `unit-${unit}`);
    await looked(rma, `unit-${unit}`);
    const { refunds } = await returnFlow.readAgenda(db, { rma });
    expect(refunds.map(({ tenderNo, amountMinor }) => [tenderNo, amountMinor])).toEqual(
      unit === 1
        ? [[2, 2_000]]
        : [
            [1, 1_500],
            [2, 500],
          ],
    );
    await paidBack(rma);
  }
  expect(await balances(db, orderId)).not.toHaveProperty('GC');
  expect(await differencesOf(db, orderId)).toEqual([]);
});

describe('scenarios of the field', () => {
  test('S26 a refund as store credit is there as a credit, for what was owed, in the same moment', async () => {
    const orderId = await sold();
    const rma = await asked(orderId, { refundTo: 'store-credit' });
    await came(rma, 'a');
    await looked(rma, 'a');
    const { rows } = await db.query(
      `select c.amount_minor as minor, r.state from store_credit c
         join refund r on r.order_id = c.order_id and r.reference = c.credit_id
        where c.rma = $1`,
      [rma],
    );
    expect(rows).toEqual([{ minor: 1_060, state: 'refunded' }]);
  });

  test('S28 a refund whose answer is not known is due, and neither failed nor asked for anew', async () => {
    const orderId = await sold();
    const rma = await asked(orderId);
    await came(rma, 'a');
    await looked(rma, 'a');
    const [due] = (await returnFlow.readAgenda(db, { rma })).refunds;
    if (!due) throw new Error('no refund is due');
    await begin(db, due.key, 'refund', orderId, prepareRefund(due));
    const pending = await returnFlow.readAgenda(db, { rma });
    expect(pending).toMatchObject({ blockedBy: [], isSettled: false, refundedMinor: 0 });
    expect(pending.refunds.map(({ key }) => key)).toEqual([due.key]);
    const { refunds } = await db.transaction((sql) => takeReturn(sql, rma));
    expect(refunds).toMatchObject([{ state: 'due', try: 1 }]);
  });
});
