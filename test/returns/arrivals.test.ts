/** Goods that come early, late, never, or without anybody having asked; and what events say of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeOrder } from '../../moments/order/order-flow';
import { takeOrder } from '../../moments/order/order-moment';
import { takeReturn } from '../../moments/return/return-moment';
import { ship } from '../store/steps';
import type { OrderShape } from '../store/fixture';
import { until } from '../workflows/flow-bench';
import type { Behaviour, Verb } from '../workflows/scripted-vendors';
import { differencesOf, requireStrictBook } from './audited';
import { ReturnBench, STORE } from './bench';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 10_000, CAP: 10_000 });
});
afterAll(() => bench.close());

const one = [{ lineNo: 1, quantity: 1 }];
const mug = { sku: 'MUG', quantity: 1, unitMinor: 1_000 };
const asNew = [{ lineNo: 1, quantity: 1, condition: 'new' }];
let receipts = 0;

const receiptOf = (more: object) => ({
  receiptId: `counter-${(receipts += 1)}`,
  location: STORE,
  receivedAt: new Date().toISOString(),
  lines: [{ sku: 'MUG', quantity: 1 }],
  ...more,
});
const inspectionOf = (rma: string) => ({
  rma,
  inspectionId: `look-${(receipts += 1)}`,
  location: STORE,
  inspectedAt: new Date().toISOString(),
  lines: asNew,
});

test('told by events alone: asked for, received, inspected, refunded; each told twice counts once', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  const asked = { orderId, reason: 'defective', lines: one };
  await bench.tell('return.requested.v1', asked);
  const [rma = ''] = await bench.returnsOf(orderId);
  await bench.start(rma);
  const receipt = receiptOf({ rma });
  await bench.tell('return.received.v1', receipt);
  const again = await bench.tell('return.received.v1', receipt);
  await bench.untilStatus(rma, 'received');
  await bench.untilEvent(again, 'superseded');
  await bench.tell('return.inspected.v1', inspectionOf(rma));
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
  expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
});

test('a moment of the return and one of its order wait for each other in turn, never in a circle', async () => {
  const orderId = await bench.sold({ lines: [mug] });
  const { rma } = await bench.request(orderId, one);
  const isAnyoneWaiting = async () => {
    const { rows } = await bench.db.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };
  let ofReturn: Promise<unknown> = Promise.resolve();
  await bench.db.transaction(async (sql) => {
    await takeOrder(sql, orderId);
    ofReturn = bench.db.transaction(async (other) => {
      const ret = await takeReturn(other, rma);
      await takeOrder(other, ret.orderId);
    });
    await until('the return waits', isAnyoneWaiting);
    await takeReturn(sql, rma);
  });
  await ofReturn;
  await bench.receive(rma, one);
  await bench.inspect(rma, asNew);
  expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
});

describe('goods that nobody had asked about', () => {
  test('get a return of their own, from any store', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const event = await bench.tell('return.received.v1', receiptOf({ orderId }));
    expect(await event()).toMatchObject({ state: 'applied' });
    const [rma = ''] = await bench.returnsOf(orderId);
    await bench.start(rma);
    expect(await bench.read(rma)).toMatchObject({ isAnnounced: false, status: 'received' });
    await bench.inspect(rma, asNew);
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
  });

  test('of an order whose return expects them: that one takes them', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const { rma } = await bench.request(orderId, one);
    await bench.tell('return.received.v1', receiptOf({ orderId }));
    expect(await bench.returnsOf(orderId)).toEqual([rma]);
    expect((await bench.read(rma)).status).toBe('received');
  });

  test('of a return that has ended: a new one takes them', async () => {
    const orderId = await bench.sold({ lines: [{ ...mug, quantity: 2 }] });
    const { rma } = await bench.request(orderId, one);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    await bench.handle(rma).result();
    await bench.tell('return.received.v1', receiptOf({ rma }));
    expect(await bench.returnsOf(orderId)).toHaveLength(2);
  });

  test('more of it than was sold: an event for a person, and nothing is opened', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const lines = [{ sku: 'MUG', quantity: 2 }];
    const event = await bench.tell('return.received.v1', receiptOf({ orderId, lines }));
    expect((await event()).state).toBe('dead');
    expect(await bench.returnsOf(orderId)).toEqual([]);
  });

  test('before their order is here: the event waits, and goes on when it comes', async () => {
    const where = { channelInstance: 'web-us', orderNo: 'LATE-1' };
    const event = await bench.tell('return.received.v1', receiptOf(where));
    expect(await event()).toMatchObject({ state: 'waiting', note: 'waits for web-us/LATE-1' });
    const orderId = await bench.sold({ orderNo: 'LATE-1', lines: [mug] });
    await bench.route();
    expect((await event()).state).toBe('applied');
    expect(await bench.returnsOf(orderId)).toHaveLength(1);
  });
});

test('goods that are back before their invoice wait under a name, and go on by themselves', async () => {
  const orderId = await bench.released({ lines: [mug] });
  await bench.tell('return.received.v1', receiptOf({ orderId }));
  const [rma = ''] = await bench.returnsOf(orderId);
  await bench.start(rma);
  await bench.inspect(rma, asNew);
  await bench.untilException(rma, 'return.not-invoiced');
  await bench.route();
  expect((await bench.read(rma)).exceptions).toHaveLength(1);
  await ship(bench.db, orderId, `parcel-${orderId}`, one);
  await bench.route();
  await bench.untilException(rma, 'refund.not-captured');
  await bench.captured(orderId);
  await closeOrder(bench.db, { orderId });
  await bench.route();
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
  expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
});

describe('paid back before the goods are here', () => {
  test('and they come: the goods alone are booked (rules 14, 14c)', async () => {
    const orderId = await bench.sold({ lines: [mug], taxMinor: 60 });
    const { rma } = await bench.request(orderId, one, { refundTiming: 'advance' });
    await bench.untilRefunded(rma, 1_060);
    expect(await bench.booked(rma)).toEqual({ RET: 1_000, TAX: 60, REFP: -1_060 });
    await bench.receive(rma, one);
    await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'used' }]);
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_060 });
    expect(await bench.booked(rma)).toEqual({
      RET: 1_000,
      TAX: 60,
      REFP: -1_060,
      COGS: -700,
      'INV-QC': 0,
      INV: 490,
      'WRITE-DOWN': 210,
    });
  });

  test('and they never come: a person decides, and it is written off', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const { rma } = await bench.request(orderId, one, { refundTiming: 'advance' });
    await bench.untilRefunded(rma, 1_000);
    await bench.letPass(rma);
    const open = await bench.untilException(rma, 'return.not-received');
    await bench.resolve(open, 'override');
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
  });

  test('and they are late: a person waits longer, and what comes then closes it', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const { rma } = await bench.request(orderId, one, { refundTiming: 'advance' });
    await bench.untilRefunded(rma, 1_000);
    await bench.letPass(rma);
    const open = await bench.untilException(rma, 'return.not-received');
    await bench.resolve(open, 'retry');
    await until('it is waited for', async () => (await bench.read(rma)).exceptions.length === 0);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    expect(await bench.handle(rma).result()).toMatchObject({ refundedMinor: 1_000 });
    expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
  });

  test('without the goods: paid back once, nothing is expected', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const { rma } = await bench.request(orderId, one, { refundTiming: 'returnless' });
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
    const answer = await bench.send('support', 'POST', '/v1/returns', {
      orderId,
      lines: one,
      reason: 'changed-mind',
    });
    expect(answer.status).toBe(409);
  });
});

describe('paid back in advance, never here, and charged again (rule 14b)', () => {
  async function chargedAgain(
    shape: Partial<OrderShape>,
    answers: Partial<Record<Verb, readonly Behaviour[]>> = {},
  ) {
    const orderId = await bench.sold({ lines: [mug], taxMinor: 60, ...shape });
    for (const verb of ['authorize', 'capture'] as const) {
      bench.vendors(orderId).script(verb, ...(answers[verb] ?? []));
    }
    const { rma } = await bench.request(orderId, one, { refundTiming: 'advance' });
    await bench.untilRefunded(rma, 1_060);
    await bench.letPass(rma);
    await bench.resolve(await bench.untilException(rma, 'return.not-received'), 'abandon');
    return { orderId, rma };
  }
  const chargeKeys = (orderId: string) => [
    `refund:${orderId}:1:1:1`,
    `authorize:${orderId}:2:1`,
    `capture:${orderId}:2:0:1`,
  ];

  test('once at the processor, though an answer is lost; the units are sold as before, and may come back', async () => {
    const { orderId, rma } = await chargedAgain({}, { capture: ['lost'] });
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_060 });
    expect([...bench.vendors(orderId).made.entries()]).toEqual(
      chargeKeys(orderId).map((key) => [key, 1]),
    );
    expect(await bench.bookedBy(rma, '14b')).toEqual({ AR: 1_060, RET: -1_000, TAX: -60 });
    const books = { AR: 0, CLR: 1_060, RET: 0, TAX: -60, REFP: 0, COGS: 700 };
    expect(await bench.balancesOf(orderId)).toMatchObject(books);
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
    // The parcel turns up after all: what was charged again is what goes back.
    const { rma: late } = await bench.request(orderId, one);
    await bench.receive(late, one);
    await bench.inspect(late, asNew);
    await bench.handle(late).result();
    expect([...bench.vendors(orderId).made.keys()].at(-1)).toBe(`refund:${orderId}:2:1:1`);
    expect(await bench.balancesOf(orderId)).toMatchObject({ CLR: 0, RET: 1_000, REFP: 0 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('declined: a retry asks anew under the next key; given up, it stays receivable under a name', async () => {
    const answers = { authorize: ['refused', 'refused'] } as const;
    const { orderId, rma } = await chargedAgain({}, answers);
    await bench.resolve(await bench.untilException(rma, 'payment.declined'), 'retry');
    await until('it was declined twice', () =>
      Promise.resolve(bench.vendors(orderId).verbs().length === 3),
    );
    await bench.resolve(await bench.untilException(rma, 'payment.declined'), 'abandon');
    const failed = await bench.untilException(rma, 'payment.capture-failed');
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
    await bench.resolve(failed, 'override');
    await bench.handle(rma).result();
    expect(bench.vendors(orderId).calls.map(({ key }) => key)).toEqual([
      `refund:${orderId}:1:1:1`,
      `authorize:${orderId}:2:1`,
      `authorize:${orderId}:2:2`,
    ]);
    expect(await bench.balancesOf(orderId)).toMatchObject({ AR: 1_060, CLR: 0, RET: 0 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });

  test('where the channel moves the money nobody is asked: it is receivable, and payments is told', async () => {
    const { orderId, rma } = await chargedAgain({ channelInstance: 'shopify-us' });
    const failed = await bench.untilException(rma, 'payment.capture-failed');
    expect(bench.vendors(orderId).verbs()).toEqual(['refund']);
    await bench.resolve(failed, 'retry');
    const why = async () => (await bench.read(rma)).exceptions[0]?.detail ?? '';
    await until('nobody can', async () => (await why()).includes('nothing grants it'));
    await bench.resolve(failed, 'override');
    await bench.handle(rma).result();
    expect(await bench.balancesOf(orderId)).toMatchObject({ AR: 1_060, CLR: 0 });
    expect(await differencesOf(bench.db, orderId)).toEqual([]);
  });
});

describe('what does not come in time', () => {
  test('of a return that came in part: what came is paid back, and it closes', async () => {
    const orderId = await bench.sold({ lines: [{ ...mug, quantity: 2 }] });
    const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 2 }]);
    await bench.receive(rma, one);
    await bench.inspect(rma, asNew);
    await bench.untilRefunded(rma, 1_000);
    await bench.letPass(rma);
    expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 1_000 });
  });

  // Last: from here on the flows' clock is ahead of the database's.
  test('is not expected any more, and may be asked for again', async () => {
    const orderId = await bench.sold({ lines: [mug] });
    const { rma } = await bench.request(orderId, one);
    await bench.clock.sleep('31 days');
    expect(await bench.handle(rma).result()).toEqual({ status: 'expired', refundedMinor: 0 });
    expect((await bench.request(orderId, one)).status).toBe('approved');
  });
});

test('hledger accepts the book of all that, strictly', (context) =>
  requireStrictBook(bench.db, (why) => context.skip(why)));
