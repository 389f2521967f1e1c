/** A trace tells the whole story of an order, in the words of those who read it, by index. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sql } from '../../store/database';
import { readTrace } from '../../store/trace/trace';
import { shippedOrder } from '../audit/lived-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from './fixture';

let database: TestDatabase;
let orderId: string;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 100 });
  orderId = await shippedOrder(database.db);
});
afterAll(async () => {
  await database.drop();
});

test('an order is told by what came, what became true, what was asked and what was posted', async () => {
  const { db } = database;
  await db.query(`update inbox set duplicates = 2 where order_id = $1`, [orderId]);
  await db.query(`update effect set calls = 2, confirmed_at = now() where verb = 'capture'`);
  await db.query(
    `insert into exception (exception_id, code, owner, severity, detail, cause_kind, cause_ref,
       blocks, order_id, money_minor, currency, deadline_at, state, resolved_at, resolution)
     values ('exc_1', 'payment.declined', 'payments', 'high', '', 'effect', 'x', 'b', $1, 500,
       'USD', now(), 'resolved', now(), 'retried')`,
    [orderId],
  );
  const trace = await readTrace(db, orderId);
  const told = trace?.entries.map((one) => `${one.kind} at ${one.system}: ${one.summary}`);
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^order-received at throughline: order \d+ of web-us, 35\.03 USD$/),
      'flow-start at temporal: orderToCash pending',
      'message-queued at erp.netsuite-us: createSalesOrder queued; pending after 0 attempts',
      'fact at throughline: released: 3 reserved → released',
      'event-received at test: shipment.confirmed.v1 received, 2 more times',
      'event-applied at throughline: shipment.confirmed.v1 applied',
      'journal at throughline: rule 3c posted 23.36 USD',
      'effect-called at test: capture 23.36 USD called (2 calls)',
      'effect-confirmed at test: capture 23.36 USD confirmed by the other side',
      'fact at throughline: captured: 23.36 USD captured',
      'exception-opened at throughline: payment.declined waits for payments 5.00 USD',
      'exception-resolved at throughline: payment.declined retried',
    ]),
  );
  const captured = trace?.entries.find((one) => one.kind === 'effect-confirmed');
  expect(captured?.refs).toMatchObject({ orderId, reference: `ch_${orderId}` });
  const times = trace?.entries.map((one) => one.at) ?? [];
  expect(times).toEqual([...times].sort());
});

test('whatever a trace asks, an index answers', async () => {
  const plans: string[] = [];
  await database.db.transaction(async (sql) => {
    // On small tables a scan is cheaper; without it, one is left only where no index serves.
    await sql.query('set local enable_seqscan = off');
    const watched: Sql = {
      async query(statement, values) {
        const text = typeof statement === 'string' ? statement : statement.text;
        const plan = await sql.query<{ line: string }>(`explain ${text}`, values);
        plans.push(JSON.stringify(plan.rows));
        return sql.query(statement, values);
      },
    };
    await readTrace(watched, orderId);
  });
  expect(plans.length).toBeGreaterThan(0);
  expect(plans.filter((plan) => plan.includes('Seq Scan'))).toEqual([]);
});
