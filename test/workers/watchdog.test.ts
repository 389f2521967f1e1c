/** What stands still is moved or named; where all is well, nothing is found. */
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { look } from '../../activities/watchdog/look';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { stalledOrders } from '../../moments/order/stalled-orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, routedEvent, stockShop } from '../store/fixture';
import { authorize, release } from '../store/steps';

let database: TestDatabase;
/** Flows that Temporal does not run. */
let lost: string[];
beforeEach(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 1_000 });
  lost = [];
});
afterEach(() => database.drop());

const log = pino({ level: 'silent' });
const lookOnce = () =>
  look(
    {
      db: database.db,
      log,
      running: (ids) => Promise.resolve(new Set(ids.filter((id) => !lost.includes(id)))),
      stalledFlows: stalledOrders,
    },
    '',
  );
const NOTHING = { moved: {}, named: {}, after: '' };

/** Everything that has a time is as old as that. */
async function age(minutes: number): Promise<void> {
  const times = {
    inbox: ['received_at', 'next_at', 'signalled_at'],
    dispatch: ['created_at', 'next_at'],
    outbox: ['created_at', 'next_at'],
    effect: ['first_called_at', 'leased_until', 'answered_at'],
    flow: ['opened_at'],
    order_fact: ['posted_at'],
    posting_batch: ['created_at'],
    exception: ['opened_at', 'resolved_at'],
  };
  for (const [table, columns] of Object.entries(times)) {
    const older = columns.map((column) => `${column} = ${column} - $1 * interval '1 minute'`);
    await database.db.query(`update ${table} set ${older.join(', ')}`, [minutes]);
  }
}

async function anOrder(): Promise<{ orderId: string; workflowId: string }> {
  const order = orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] });
  const orderId = await accepted(database.db, order);
  await delivered();
  return { orderId, workflowId: `order/${order.channelInstance}/${order.orderNo}` };
}

/** Starts, signals and messages are where they were to go. */
async function delivered(): Promise<void> {
  await database.db.query(`update dispatch set state = 'delivered' where state = 'pending'`);
  await database.db.query(`update outbox set state = 'sent' where state = 'pending'`);
}

async function told(): Promise<{ workflow_id: string; name: string; body: unknown }[]> {
  const { rows } = await database.db.query<{ workflow_id: string; name: string; body: unknown }>(
    `select workflow_id, name, body from dispatch where state = 'pending' order by dispatch_no`,
  );
  return rows;
}
async function named(): Promise<{ blocks: string; owner: string; order_id: string | null }[]> {
  const { rows } = await database.db.query<{
    blocks: string;
    owner: string;
    order_id: string | null;
  }>(
    `select blocks, owner, order_id from exception
      where state <> 'resolved' and code = 'platform.stalled' order by blocks`,
  );
  return rows;
}

test('a healthy database gives nothing, however long an order waits for its warehouse', async () => {
  const { orderId } = await anOrder();
  await authorize(database.db, orderId);
  await release(database.db, orderId);
  await age(600);
  expect(await lookOnce()).toEqual(NOTHING);
  const fresh = await anOrder();
  await routedEvent(database.db, 'order.cancel-requested.v1', fresh.orderId, {});
  expect(await lookOnce()).toEqual(NOTHING);
  expect((await database.db.query('select 1 from watchdog_total')).rows).toEqual([]);
});

describe('an order', () => {
  test('in which something is due and nothing happens is told to look, then named, and forgiven', async () => {
    const { db } = database;
    const { orderId, workflowId } = await anOrder();
    await age(20);
    expect(await lookOnce()).toEqual({ ...NOTHING, moved: { flow: 1 } });
    expect(await told()).toEqual([{ workflow_id: workflowId, name: 'lookAgain', body: {} }]);
    await delivered();
    await age(20);
    const looked = { moved: { flow: 1 }, named: { flow: 1 } };
    expect(await lookOnce()).toMatchObject(looked);
    expect(await named()).toEqual([
      { blocks: `flow:${workflowId}`, owner: 'integration', order_id: orderId },
    ]);
    await delivered();
    await authorize(db, orderId);
    await release(db, orderId);
    expect(await lookOnce()).toEqual(NOTHING);
    expect(await named()).toEqual([]);
    const { rows } = await db.query('select * from watchdog_total order by outcome');
    expect(rows).toEqual([
      { kind: 'flow', outcome: 'moved', cases: 2 },
      { kind: 'flow', outcome: 'named', cases: 1 },
    ]);
  });

  test('that is on hold has a name', async () => {
    const { db } = database;
    const held = await anOrder();
    await authorize(db, held.orderId);
    await db.query(`update sales_order set hold_reason = 'x' where order_id = $1`, [held.orderId]);
    await age(60);
    expect(await lookOnce()).toEqual(NOTHING);
  });

  test('whose flow Temporal does not run is started by what it is told', async () => {
    const { orderId, workflowId } = await anOrder();
    await authorize(database.db, orderId);
    await release(database.db, orderId);
    await age(10);
    lost = [workflowId];
    expect(await lookOnce()).toEqual({ ...NOTHING, moved: { run: 1 } });
    expect(await told()).toMatchObject([{ workflow_id: workflowId, name: 'lookAgain' }]);
    // On its way: not told twice.
    expect(await lookOnce()).toEqual(NOTHING);
  });
});

describe('an effect without an answer', () => {
  const called = (key: string, workflowId: string) =>
    database.db.query(
      `insert into effect (effect_key, system, verb, workflow_id, body, body_hash)
       values ($1, 'stripe-us', 'capture', $2, '{}', '')`,
      [key, workflowId],
    );

  test('is looked at by its flow, then named', async () => {
    const { orderId, workflowId } = await anOrder();
    await authorize(database.db, orderId);
    await release(database.db, orderId);
    await called('capture:1', workflowId);
    await age(6);
    expect(await lookOnce()).toEqual({ ...NOTHING, moved: { effect: 1 } });
    await delivered();
    await age(20);
    expect(await lookOnce()).toMatchObject({ moved: { effect: 1 }, named: { effect: 1 } });
    expect(await named()).toMatchObject([{ blocks: 'effect:capture:1' }]);
  });

  test('whose flow has ended is named at once, for nobody follows it any more', async () => {
    await called('authorize:1', 'order/web-us/gone');
    await age(6);
    expect(await lookOnce()).toEqual({ ...NOTHING, named: { effect: 1 } });
    await lookOnce();
    expect(await named()).toHaveLength(1);
  });
});

test('a fact that its flow does not apply is told again, then named', async () => {
  const { orderId, workflowId } = await anOrder();
  await authorize(database.db, orderId);
  await release(database.db, orderId);
  const eventNo = await routedEvent(database.db, 'shipment.confirmed.v1', orderId, {});
  await age(6);
  expect(await lookOnce()).toEqual({ ...NOTHING, moved: { fact: 1 } });
  expect(await told()).toMatchObject([{ workflow_id: workflowId }]);
  await delivered();
  await age(6);
  expect(await lookOnce()).toMatchObject({ named: { fact: 1 } });
  expect(await named()).toMatchObject([{ blocks: `fact:${eventNo}`, order_id: orderId }]);
});

test('a resolution that its flow has not applied is told again, word for word', async () => {
  const { db } = database;
  const { orderId, workflowId } = await anOrder();
  await db.query(
    `insert into exception (exception_id, code, owner, severity, detail, cause_kind, cause_ref,
       blocks, workflow_id, order_id, deadline_at)
     values ('exc_1', 'payment.declined', 'payments', 'medium', '', 'effect', 'k', 'authorize:1',
       $1, $2, now())`,
    [workflowId, orderId],
  );
  const how = { resolution: 'abandon', by: 'anna' } as const;
  await resolveExceptions(db, { exceptionIds: ['exc_1'] }, how);
  await delivered();
  await age(6);
  expect(await lookOnce()).toEqual({ ...NOTHING, moved: { resolution: 1 } });
  const body = { exceptionId: 'exc_1', resolution: 'abandon' };
  expect(await told()).toEqual([{ workflow_id: workflowId, name: 'exceptionResolved', body }]);
});

test('what the loops leave undone is named once for all of it, and over when it is done', async () => {
  const { db } = database;
  await db.query(
    `insert into inbox (source, event_id, topic, raw, correlation_id)
     select 'test', n::text, 'x', '', 'cor_1' from generate_series(1, 3) n`,
  );
  await db.query(
    `insert into dispatch (workflow_id, kind, name, body, attempts)
     values ('order/a/1', 'signal', 's', '{}', 0), ('order/a/2', 'signal', 's', '{}', 0),
            ('order/a/3', 'signal', 's', '{}', 9)`,
  );
  await db.query(
    `insert into outbox (destination, verb, effect_key, body, correlation_id)
     select 'commerce.shopify-us', 'announceShipment', 'k' || n, '{}', 'cor_1'
       from generate_series(1, 3) n`,
  );
  await db.query(
    `insert into posting_batch (batch_id, erp_instance, entity, channel_instance, business_date,
       currency, lines, journal_count)
     values ('bat_1', 'netsuite-us', 'us-01', 'web-us', '2026-11-20', 'USD', '[]', 1)`,
  );
  await age(40);
  expect(await lookOnce()).toEqual({
    ...NOTHING,
    named: { event: 1, dispatch: 2, outbox: 1, batch: 1 },
  });
  expect((await named()).map((one) => one.blocks)).toEqual([
    'batch:netsuite-us',
    'dispatch:order/a/3',
    'dispatch:relay',
    'event:router',
    'outbox:commerce.shopify-us',
  ]);
  expect(await lookOnce()).toEqual(NOTHING);
  await db.query(`update inbox set state = 'ignored'`);
  await db.query(`update dispatch set state = 'delivered'`);
  await db.query(`update outbox set state = 'sent'`);
  await db.query(`update posting_batch set state = 'posted'`);
  expect(await lookOnce()).toEqual(NOTHING);
  expect(await named()).toEqual([]);
});

test('messages to an account whose silence is named already are not named twice', async () => {
  const { db } = database;
  await db.query(
    `insert into outbox (destination, verb, effect_key, body, correlation_id)
     values ('commerce.shopify-us', 'announceShipment', 'k', '{}', 'cor_1')`,
  );
  await db.query(
    `insert into exception (exception_id, code, owner, severity, detail, cause_kind, cause_ref,
       blocks, deadline_at)
     values ('exc_2', 'publishing.unavailable', 'integration', 'medium', '', 'system',
       'shopify-us', 'outbox:commerce.shopify-us', now())`,
  );
  await age(40);
  expect(await lookOnce()).toEqual(NOTHING);
});
