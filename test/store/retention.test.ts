/** What is done with is given up by the clock, and neither the audit nor a trace misses it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditOf } from '../../audit/run';
import { readTrace } from '../../store/trace/trace';
import { giveUpBatch, type RetentionBatch } from '../../store/retention/retention';
import { booksOf } from '../audit/fixture';
import { agreeingBooks, refundedOrder, shippedOrder } from '../audit/lived-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';

const BATCH: RetentionBatch = { orderDays: 30, keyDays: 30, ordersAtOnce: 10, keysAtOnce: 10 };
const NOTHING = {
  orders: 0,
  returns: 0,
  dispatch: 0,
  outbox: 0,
  events: 0,
  effects: 0,
  handovers: 0,
  keys: 0,
  shadow: 0,
};

let test: TestDatabase;
let shipped: string;
beforeEach(async () => {
  test = await cloneDatabase();
  await stockShop(test.db, { MUG: 100, CAP: 100 });
  shipped = await shippedOrder(test.db);
  await refundedOrder(test.db);
  await test.db.query(`update dispatch set state = 'delivered', delivered_at = now()`);
  await test.db.query(`update inbox set raw = '{"as":"it came"}', connector = 'warehouse'`);
  await sendAll();
});
afterEach(() => test.drop());

/** What the delivery would have done: an effect for each message, and the row sent. */
async function sendAll() {
  await test.db.query(
    `insert into effect (effect_key, system, verb, order_id, body, body_hash, state, answered_at)
     select effect_key, destination, verb, order_id, body, 'h', 'done', now() from outbox`,
  );
  await test.db.query(`update outbox set state = 'sent', sent_at = now()`);
}

const ageDays = (days: number) =>
  test.db.query(
    `update sales_order set received_at = received_at - make_interval(days => $1),
            closed_at = closed_at - make_interval(days => $1)`,
    [days],
  );
const count = async (what: string) => {
  const { rows } = await test.db.query<{ n: number }>(`select count(*) as n from ${what}`);
  return rows[0]?.n ?? 0;
};

describe('retention', () => {
  it('keeps everything of an order that ended within its days', async () => {
    await ageDays(29);
    expect(await giveUpBatch(test.db, BATCH)).toEqual(NOTHING);
    expect(await count(`inbox where raw <> ''`)).toBeGreaterThan(0);
  });

  it('gives up work rows, bytes and bodies of an order that ended before, once', async () => {
    await ageDays(31);
    const givenUp = await giveUpBatch(test.db, BATCH);
    expect(givenUp.orders).toBe(2);
    for (const what of ['dispatch', 'outbox', 'events', 'effects'] as const) {
      expect(givenUp[what]).toBeGreaterThan(0);
    }
    expect(await count('dispatch')).toBe(0);
    expect(await count(`inbox where raw <> ''`)).toBe(0);
    expect(await count(`effect where body ? 'shipTo'`)).toBe(0);
    expect(await giveUpBatch(test.db, BATCH)).toEqual(NOTHING);
    const { rows } = await test.db.query<{ rows: number }>(
      `select rows_given_up as rows from retention_total where what = 'orders'`,
    );
    expect(rows).toEqual([{ rows: 2 }]);
  });

  it('never touches an order that is open, or has a message or an event to come', async () => {
    const open = await accepted(
      test.db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] }),
    );
    await test.db.query(
      `update outbox set state = 'parked' where outbox_no =
         (select min(outbox_no) from outbox where order_id = $1)`,
      [shipped],
    );
    await ageDays(400);
    expect((await giveUpBatch(test.db, BATCH)).orders).toBe(1);
    expect(await count(`dispatch where order_id = '${open}'`)).toBeGreaterThan(0);
  });

  it('takes no more than a batch may hold', async () => {
    await ageDays(31);
    expect((await giveUpBatch(test.db, { ...BATCH, ordersAtOnce: 1 })).orders).toBe(1);
    expect((await giveUpBatch(test.db, { ...BATCH, ordersAtOnce: 1 })).orders).toBe(1);
  });

  const returnOf = (orderId: string, closedDaysAgo: number | null) =>
    test.db.query(
      `insert into sales_return (rma, workflow_id, order_id, channel_instance, order_no, is_announced,
         reason, state, asked_by, correlation_id, request_key, buyer_hash, closed_at)
       select 'rma_1', 'return/rma_1', order_id, channel_instance, order_no, true, 'defective',
              case when $2::int is null then 'approved' else 'closed' end, 'test', 'cor', 'key',
              'a-hash', now() - make_interval(days => $2)
         from sales_order where order_id = $1`,
      [orderId, closedDaysAgo],
    );

  it('keeps an order while a return of it is open', async () => {
    await returnOf(shipped, null);
    await ageDays(31);
    expect((await giveUpBatch(test.db, BATCH)).orders).toBe(1);
    await test.db.query(`update sales_return set state = 'closed', closed_at = now()`);
    expect(await giveUpBatch(test.db, BATCH)).toMatchObject({ orders: 1, returns: 0 });
  });

  it('gives up what a return left after its order, and whose it was, by its own clock', async () => {
    await ageDays(400);
    await giveUpBatch(test.db, BATCH);
    await returnOf(shipped, 29);
    await test.db.query(
      `insert into dispatch (workflow_id, kind, name, order_id, body, state, delivered_at)
       values ('return/rma_1', 'start', 'returnToRefund', $1, '{}', 'delivered', now())`,
      [shipped],
    );
    expect(await giveUpBatch(test.db, BATCH)).toEqual(NOTHING);
    await test.db.query(`update sales_return set closed_at = closed_at - interval '2 days'`);
    expect(await giveUpBatch(test.db, BATCH)).toMatchObject({ orders: 0, returns: 1, dispatch: 1 });
    expect(await count(`sales_return where buyer_hash is not null`)).toBe(0);
    expect(await giveUpBatch(test.db, BATCH)).toEqual(NOTHING);
  });

  it('lets a key go when its life is over, and no earlier', async () => {
    await test.db.query(
      `insert into idempotency (scope, idempotency_key, body_hash, status, answer, created_at)
       values ('s', 'old', 'h', 200, '{}', now() - interval '31 days'),
              ('s', 'young', 'h', 200, '{}', now() - interval '29 days')`,
    );
    expect((await giveUpBatch(test.db, BATCH)).keys).toBe(1);
    expect(await count(`idempotency where idempotency_key = 'young'`)).toBe(1);
  });

  it('leaves the audit clean, with as much to compare as before', async () => {
    const books = await agreeingBooksOfKept();
    const before = await auditOf(test.db, booksOf(books), 0, { isWhole: true });
    expect(before.differences).toEqual([]);
    await ageDays(31);
    await giveUpBatch(test.db, BATCH);
    const after = await auditOf(test.db, booksOf(books), 0, { isWhole: true });
    expect(after.differences).toEqual([]);
    expect(after.checked).toEqual(before.checked);
  });

  it('leaves a trace its events, facts, effects, journals and decisions', async () => {
    const told = async () => {
      const trace = await readTrace(test.db, shipped);
      const isWork = (kind: string) =>
        ['flow-start', 'flow-signal', 'message-queued'].includes(kind);
      return trace?.entries
        .filter(({ kind }) => !isWork(kind))
        .map(({ at, summary }) => `${at} ${summary}`)
        .sort();
    };
    await ageDays(31);
    const before = await told();
    await giveUpBatch(test.db, BATCH);
    expect(await told()).toEqual(before);
    expect(before?.length).toBeGreaterThan(10);
  });
});

/** Deliveries are nobody's here: their effects go, and the queue has nothing to say of them. */
async function agreeingBooksOfKept() {
  await test.db.query(`delete from effect e using outbox x where x.effect_key = e.effect_key`);
  await test.db.query(`delete from outbox`);
  return agreeingBooks(test.db);
}
