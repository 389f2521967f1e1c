/** A refund that somebody made where the money is is found before one of ours is asked for. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChannelMoneyActivities } from '../../activities/payment/money';
import { VendorFault } from '../../canonical/ports/fault';
import type { EffectAnswer } from '../../canonical/flows/order';
import type { FoundRefund, MoneyMover, RefundRequest } from '../../canonical/ports/payment';
import { PaymentFact } from '../../canonical/schema/payment-fact';
import { followRefund } from '../../moments/money/outside-refund';
import { undoRefund } from '../../moments/money/failed-refund';
import { cancelOrder } from '../../moments/order/cancel-order';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { only } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { differencesOf } from '../returns/audited';
import { accepted, orderOf, routedEvent, stockShop } from '../store/fixture';
import { balances, step } from '../store/steps';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 1_000 });
});
afterAll(() => database.drop());

const THEN = '2026-11-22T10:00:00Z';
const found = (reference: string, amountMinor: number): FoundRefund => ({
  ...{ reference, amountMinor },
  occurredAt: THEN,
});

/** Two mugs of 15.00, paid in the shop, whose webhook did not name the payment. */
function paid() {
  const order = orderOf({
    channelInstance: 'shopify-us',
    received: 'captured',
    lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1_500 }],
  });
  const tenders = order.tenders.map((one) => ({
    ...one,
    received: { state: 'captured' as const },
  }));
  return accepted(database.db, { ...order, tenders });
}

let cancels = 0;
async function cancel(orderId: string, quantity = 2) {
  const decisionId = `cancel-${(cancels += 1)}`;
  const lines = [{ lineNo: 1, quantity }];
  await cancelOrder(database.db, { decisionId, orderId, lines, eventNo: null, recalled: [] });
}

/** The shop tells of it by webhook. */
async function told(orderId: string, reference: string, minorUnits: number) {
  const { rows } = await database.db.query<{ ref: string }>(
    'select channel_order_ref as ref from sales_order where order_id = $1',
    [orderId],
  );
  const data = PaymentFact.parse({
    ...{ reference, paymentRef: 'gid://shopify/OrderTransaction/1' },
    channelOrderRef: only(rows, orderId).ref,
    amount: { currency: 'USD', minorUnits },
  });
  const eventNo = await routedEvent(database.db, 'payment.refunded.v1', orderId, data);
  return followRefund(database.db, { eventNo, from: 'shopify-us', occurredAt: THEN, data });
}

/** Asks for what is due; the shop has those already, and takes what is asked of it. */
async function refund(orderId: string, there: readonly FoundRefund[] | VendorFault) {
  const asked: number[] = [];
  const refuse = () => Promise.reject(new Error('not asked'));
  const mover: MoneyMover = {
    findClaimed: refuse,
    capture: refuse,
    findCapture: refuse,
    void: refuse,
    findVoid: refuse,
    findRefund: refuse,
    refund({ key, amountMinor }: RefundRequest) {
      asked.push(amountMinor);
      return Promise.resolve({ outcome: 'refunded', reference: `re_${key}`, amountMinor });
    },
    otherRefunds({ knownRefs }: RefundRequest) {
      if (there instanceof VendorFault) return Promise.reject(there);
      return Promise.resolve(there.filter((one) => !knownRefs.includes(one.reference)));
    },
  };
  const { db } = database;
  const { refundPayment } = createChannelMoneyActivities({ db, account: 'shopify-us', mover });
  const answers: EffectAnswer[] = [];
  for (;;) {
    const agenda = await readAgenda(db, { orderId });
    if (!agenda.money.some((one) => one.step === 'refund')) break;
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    await environment.run(async () => {
      answers.push(await refundPayment(step(agenda, 'refund')));
    });
  }
  return { asked, outcomes: answers.map((one) => one.outcome) };
}

/** Everything cancelled and paid back: nothing is left on any account, and the order ends. */
async function endsClean(orderId: string) {
  const { db } = database;
  expect(await balances(db, orderId)).toEqual({});
  expect(await closeOrder(db, { orderId })).toMatchObject({ outcome: 'closed' });
  expect(await differencesOf(db, orderId)).toEqual([]);
}

describe('cancelled here, refunded in the shop', () => {
  test.each([
    ['whole', [3_000], []],
    ['in part: only the rest is asked for', [2_000], [1_000]],
    ['in parts', [1_000, 1_200], [800]],
    ['in parts that are all of it', [2_500, 500], []],
  ])('%s', async (_, made, rest) => {
    const orderId = await paid();
    await cancel(orderId);
    const there = made.map((minor, index) => found(`${orderId}-${index}`, minor));
    expect((await refund(orderId, there)).asked).toEqual(rest);
    await endsClean(orderId);
  });

  test('once for two cancels: both are done', async () => {
    const orderId = await paid();
    await cancel(orderId, 1);
    await cancel(orderId, 1);
    expect((await refund(orderId, [found(`${orderId}-1`, 3_000)])).asked).toEqual([]);
    await endsClean(orderId);
  });

  test('more than is owed: what is more is a concession that somebody looks at', async () => {
    const orderId = await paid();
    await cancel(orderId, 1);
    expect((await refund(orderId, [found(`${orderId}-1`, 2_000)])).asked).toEqual([]);
    expect(await balances(database.db, orderId)).toEqual({ CL: -1_500, CLR: 1_000, RET: 500 });
    // The rest is cancelled too: 5.00 of it were given back before.
    await cancel(orderId, 1);
    expect((await refund(orderId, [])).asked).toEqual([1_000]);
    await endsClean(orderId);
  });

  test('the webhook comes after the cancel and before ours: the same', async () => {
    const orderId = await paid();
    await cancel(orderId);
    expect(await told(orderId, `${orderId}-1`, 2_000)).toBe('followed');
    expect((await refund(orderId, [found(`${orderId}-1`, 2_000)])).asked).toEqual([1_000]);
    await endsClean(orderId);
  });

  test('the webhook comes before the cancel: a concession, until the cancel claims it', async () => {
    const orderId = await paid();
    expect(await told(orderId, `${orderId}-1`, 2_000)).toBe('followed');
    expect(await balances(database.db, orderId)).toEqual({ CL: -3_000, CLR: 1_000, RET: 2_000 });
    await cancel(orderId);
    expect((await refund(orderId, [])).asked).toEqual([1_000]);
    await endsClean(orderId);
    const all = await paid();
    await told(all, `${all}-1`, 3_000);
    await cancel(all);
    await endsClean(all);
  });

  test('a look that fails asks for nothing, and leaves nothing behind', async () => {
    const orderId = await paid();
    await cancel(orderId);
    const down = new VendorFault('shopify', 'unavailable', 'is down');
    await expect(refund(orderId, down)).rejects.toThrow('is down');
    expect((await refund(orderId, [found(`${orderId}-1`, 3_000)])).asked).toEqual([]);
    await endsClean(orderId);
  });

  test('one that never reached the buyer is owed again, also where it was of two cancels', async () => {
    const orderId = await paid();
    await cancel(orderId, 1);
    await cancel(orderId, 1);
    await refund(orderId, [found(`${orderId}-1`, 3_000)]);
    const body = { reference: `${orderId}-1` };
    const eventNo = await routedEvent(database.db, 'payment.refund-failed.v1', orderId, body);
    const failed = { eventNo, occurredAt: THEN, reference: `${orderId}-1` };
    expect(await undoRefund(database.db, failed)).toBe('undone');
    expect(await balances(database.db, orderId)).toEqual({ CLR: 3_000, REFP: -3_000 });
  });
});
