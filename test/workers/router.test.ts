/** Every stored event comes to an end that has a name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Order } from '../../canonical/schema/order';
import { storeCanonicalEvents, storeVendorEvent } from '../../store/inbox/inbox';
import { FLOWS } from '../../canonical/flows/registry';
import { ORDER_FLOW } from '../../canonical/flows/order-contract';
import { openFlowOf } from '../../store/flows/flows';
import { STARTERS } from '../../workers/flows';
import { submitOrder } from '../../moments/order/submit-order';
import { claimEvents } from '../../store/inbox/routing';
import { wakeWaiting } from '../../store/inbox/waiting-events';
import { apart, confirmTogether, routeTogether } from '../../workers/echoes';
import { createPlaceAsker } from '../../workers/ask-places';
import { routeEvent } from '../../workers/route-event';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, LOCATION, orderOf, stockShop } from '../store/fixture';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 1_000 });
});
afterAll(async () => {
  await database.drop();
});

const MINUTE_MS = 60_000;
let eventsMade = 0;

/** Stores an event as the API does; gives its id. */
async function store(type: string, body: unknown): Promise<string> {
  eventsMade += 1;
  const eventId = `event-${eventsMade}`;
  const raw = JSON.stringify(body);
  const row = {
    source: 'test',
    eventId,
    type,
    body,
    raw,
    correlationId: 'cor_1',
    occurredAt: null,
  };
  await storeCanonicalEvents(database.db, [row]);
  return eventId;
}

const settings = () => ({
  db: database.db,
  flows: FLOWS,
  starters: STARTERS,
  places: createPlaceAsker({}),
  fulfilmentDeadlineMs: MINUTE_MS,
  eventWaitMs: MINUTE_MS,
});

/** Routes what is due, as the loop does. */
async function route(eventWaitMs = MINUTE_MS): Promise<void> {
  const { db } = database;
  for (const row of await claimEvents(db, 50, MINUTE_MS)) {
    await routeEvent({ ...settings(), eventWaitMs }, row);
  }
}

interface InboxState {
  readonly state: string;
  readonly note: string | null;
  readonly order_id: string | null;
}
async function stateOf(eventId: string): Promise<InboxState> {
  const { rows } = await database.db.query<InboxState & Record<string, unknown>>(
    'select state, note, order_id from inbox where event_id = $1',
    [eventId],
  );
  const [row] = rows;
  if (!row) throw new Error(`no event ${eventId}`);
  return row;
}
async function exceptionsOf(eventId: string) {
  const { rows } = await database.db.query<{ code: string; detail: string; cause_ref: string }>(
    `select e.code, e.detail, e.cause_ref from exception e join inbox i using (event_no)
      where i.event_id = $1 and e.state <> 'resolved'`,
    [eventId],
  );
  return rows;
}

const anOrder = (): Order => orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] });
const shipmentOf = (order: Order) => ({
  channelInstance: order.channelInstance,
  orderNo: order.orderNo,
  shipmentId: `parcel-${order.orderNo}`,
  location: LOCATION,
  shippedAt: '2026-11-20T16:00:00Z',
  lines: [{ lineNo: 1, quantity: 1 }],
});

async function submitted(order: Order): Promise<string> {
  const outcome = await submitOrder(database.db, order, context);
  if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
  return outcome.orderId;
}

test('a flow is started again without what was due when its order was accepted', async () => {
  const { db } = database;
  const orderId = await submitted(anOrder());
  const { rows } = await db.query<{ workflow_id: string }>(
    'select workflow_id from sales_order where order_id = $1',
    [orderId],
  );
  const flow = await openFlowOf(db, rows[0]?.workflow_id ?? '');
  expect(flow).toMatchObject({ type: 'orderToCash', input: { orderId } });
  expect(ORDER_FLOW.again?.(flow?.input as never)).toMatchObject({ orderId, accepted: null });
});

describe('an event about an order', () => {
  test('is handed to its flow: the row and the signal in one statement', async () => {
    const order = anOrder();
    const orderId = await submitted(order);
    const eventId = await store('shipment.confirmed.v1', shipmentOf(order));
    await route();
    expect(await stateOf(eventId)).toMatchObject({ state: 'routed', order_id: orderId });
    const { rows } = await database.db.query(
      `select name, body from dispatch where order_id = $1 and kind = 'signal'`,
      [orderId],
    );
    expect(rows).toEqual([
      { name: 'shipmentConfirmed', body: { eventNo: expect.any(Number) as number } },
    ]);
  });

  test('that comes before its order waits for it and is routed when it is there', async () => {
    const order = anOrder();
    const eventId = await store('shipment.confirmed.v1', shipmentOf(order));
    await route();
    expect(await stateOf(eventId)).toMatchObject({ state: 'waiting' });
    await submitted(order);
    expect(await wakeWaiting(database.db)).toEqual({ woken: 1, waiting: 0 });
    await route();
    expect(await stateOf(eventId)).toMatchObject({ state: 'routed' });
  });

  test('whose order never comes becomes an exception, and goes on if it comes after all', async () => {
    const order = anOrder();
    const eventId = await store('shipment.confirmed.v1', shipmentOf(order));
    await route(0);
    const ref = `${order.channelInstance}/${order.orderNo}`;
    expect(await exceptionsOf(eventId)).toMatchObject([{ code: 'event.no-order', cause_ref: ref }]);
    await submitted(order);
    await wakeWaiting(database.db);
    await route();
    expect(await stateOf(eventId)).toMatchObject({ state: 'routed' });
    expect(await exceptionsOf(eventId)).toEqual([]);
  });

  test('that was applied is not taken back by a worker whose claim has run out', async () => {
    const { db } = database;
    const order = anOrder();
    await submitted(order);
    const eventId = await store('shipment.confirmed.v1', shipmentOf(order));
    const [late] = await claimEvents(db, 1, 0);
    if (!late) throw new Error('nothing was claimed');
    await route();
    for (const state of ['applied', 'superseded', 'dead']) {
      await db.query('update inbox set state = $2 where event_id = $1', [eventId, state]);
      await routeEvent(settings(), late);
      expect(await stateOf(eventId)).toMatchObject({ state });
    }
    const { rows } = await db.query('select 1 from dispatch where event_no = $1', [late.eventNo]);
    expect(rows).toHaveLength(1);
  });

  test('facts that came together reach their flows in one statement, but for those without one', async () => {
    const { db } = database;
    const first = anOrder();
    const second = anOrder();
    const orderId = await submitted(first);
    await submitted(second);
    const known = [
      await store('shipment.confirmed.v1', shipmentOf(first)),
      await store('order.cancel-requested.v1', { orderId, reason: 'late' }),
      await store('shipment.confirmed.v1', shipmentOf(second)),
    ];
    const unknown = await store('shipment.confirmed.v1', shipmentOf(anOrder()));
    const { facts } = apart(await claimEvents(db, 50, MINUTE_MS), FLOWS);
    const left = await routeTogether(db, facts);
    expect(left.map((row) => row.eventId)).toEqual([unknown]);
    const { rows } = await db.query<{ event_id: string; name: string; state: string }>(
      `select i.event_id, d.name, i.state from dispatch d join inbox i using (event_no)
        where d.workflow_id = i.workflow_id and i.event_id = any($1) order by d.dispatch_no`,
      [known],
    );
    const [shipped, cancelled] = ['shipmentConfirmed', 'cancelRequested'];
    const names = [shipped, cancelled, shipped];
    expect(rows).toEqual(
      known.map((event_id, at) => ({ event_id, name: names[at], state: 'routed' })),
    );
    expect(await stateOf(unknown)).toMatchObject({ state: 'received' });
  });

  test('that has ended: goods that left are off the stock, a cancel is superseded', async () => {
    const order = anOrder();
    const orderId = await submitted(order);
    await database.db.query(
      `update flow set state = 'ended', outcome = 'closed', ended_at = now() where order_id = $1`,
      [orderId],
    );
    const shipment = await store('shipment.confirmed.v1', shipmentOf(order));
    const cancel = await store('order.cancel-requested.v1', { orderId, reason: 'too late' });
    await route();
    const { rows } = await database.db.query('select sku, quantity from shipment_variance');
    expect(rows).toEqual([{ sku: 'MUG', quantity: 1 }]);
    expect(await stateOf(shipment)).toMatchObject({ state: 'applied', order_id: orderId });
    expect(await stateOf(cancel)).toMatchObject({ state: 'superseded' });
  });
});

describe('other events', () => {
  test('an order that a channel sold is taken once, whatever comes again', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }],
    });
    const first = await store('order.created.v1', order);
    const second = await store('order.created.v1', order);
    await route();
    expect(await stateOf(first)).toMatchObject({ state: 'applied' });
    expect(await stateOf(second)).toMatchObject({ state: 'superseded' });
  });

  test('an echo of an effect of ours confirms it and wakes nobody', async () => {
    const { db } = database;
    await db.query(
      `insert into effect (effect_key, system, verb, body, body_hash)
       values ('capture:x:1:1:1', 'stripe-us', 'capture', '{}', 'h')`,
    );
    const echo = {
      reference: 'ch_1',
      effectKey: 'capture:x:1:1:1',
      amount: { currency: 'USD', minorUnits: 1_000 },
    };
    const eventId = await store('payment.captured.v1', echo);
    await route();
    expect(await stateOf(eventId)).toMatchObject({ state: 'applied' });
    const { rows } = await db.query(
      'select confirmed_at from effect where confirmed_by is not null',
    );
    expect(rows).toHaveLength(1);
  });

  test('echoes that came together are confirmed in one statement, by key or by reference', async () => {
    const { db } = database;
    await db.query(
      `insert into effect (effect_key, system, verb, reference, order_id, body, body_hash)
       select 'refund:y:' || n, 'stripe-us', 'refund', 're_' || n, 'ord_y', '{}', 'h'
         from generate_series(1, 3) n`,
    );
    const amount = { currency: 'USD', minorUnits: 1_000 };
    const known = await Promise.all([
      store('payment.refunded.v1', { reference: 're_1', amount }),
      store('payment.refunded.v1', { reference: 'other', effectKey: 'refund:y:2', amount }),
      store('payment.refunded.v1', { reference: 're_1', amount }),
    ]);
    const unknown = await store('payment.refunded.v1', { reference: 're_9', amount });
    const rows = await claimEvents(db, 50, MINUTE_MS);
    const left = await confirmTogether(db, apart(rows, FLOWS).echoes);
    expect(left.map((row) => row.eventId)).toEqual([unknown]);
    for (const eventId of known) {
      expect(await stateOf(eventId)).toMatchObject({ state: 'applied', order_id: 'ord_y' });
    }
    const { rows: confirmed } = await db.query<{ effect_key: string }>(
      `select effect_key from effect where verb = 'refund' and confirmed_by is not null order by 1`,
    );
    expect(confirmed.map((row) => row.effect_key)).toEqual(['refund:y:1', 'refund:y:2']);
  });

  test('money of ours whose effect is not recorded yet waits for it', async () => {
    const fact = { reference: 'ch_unknown', amount: { currency: 'USD', minorUnits: 5 } };
    const eventId = await store('payment.captured.v1', fact);
    await route();
    expect(await stateOf(eventId)).toMatchObject({ state: 'waiting' });
  });

  test('stock of an unknown item waits for the item master, and names the field', async () => {
    const eventId = await store('inventory.received.v1', {
      location: LOCATION,
      lines: [{ sku: 'NEW-ITEM', quantity: 3 }],
    });
    await route();
    const [exception] = await exceptionsOf(eventId);
    expect(exception).toMatchObject({ code: 'event.unmappable', cause_ref: 'NEW-ITEM' });
    expect(exception?.detail).toContain('/lines/0/sku');
  });

  test('a webhook that cannot be read is set aside by field name; its neighbours go on', async () => {
    const vendor = (eventId: string, raw: string) =>
      storeVendorEvent(database.db, {
        source: 'shopify/shopify-us',
        eventId,
        connector: 'shopify',
        account: 'shopify-us',
        topic: 'orders/create',
        raw: Buffer.from(raw),
        headers: {},
        correlationId: 'cor_1',
        occurredAt: null,
      });
    await vendor('poison', '{"id": "no order at all"}');
    await vendor('garbage', '<html>');
    const order = anOrder();
    await submitted(order);
    const neighbour = await store('shipment.confirmed.v1', shipmentOf(order));
    await route();
    const [exception] = await exceptionsOf('poison');
    expect(exception?.code).toBe('event.unmappable');
    expect(exception?.detail).toMatch(/\/\w+/);
    expect(await stateOf('garbage')).toMatchObject({ state: 'dead' });
    expect(await stateOf(neighbour)).toMatchObject({ state: 'routed' });
  });
});
