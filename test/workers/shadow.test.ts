/** A channel in shadow is heard and understood, and nothing is done. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useInstallation } from '../../canonical/installation';
import { FLOWS } from '../../canonical/flows/registry';
import type { Order } from '../../canonical/schema/order';
import { storeCanonicalEvents, storeVendorEvent } from '../../store/inbox/inbox';
import { createPlaceAsker } from '../../workers/ask-places';
import { claimEvents } from '../../store/inbox/routing';
import { giveUpBatch } from '../../store/retention/retention';
import { listFindings } from '../../store/shadow/findings';
import { readTrace } from '../../store/trace/trace';
import { STARTERS } from '../../workers/flows';
import { routeAll } from '../../workers/router';
import { auditOf } from '../../audit/run';
import { booksOf, record } from '../audit/fixture';
import { installationIn, SHIPPED_SETUP } from '../installation';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, LOCATION, orderOf, stockShop } from '../store/fixture';

const SHIPPED = readFileSync(SHIPPED_SETUP, 'utf8');
const OF_SHOPIFY = '    money:\n      mode: channel';
const OF_WEB = '    money:\n      mode: psp';
const IN_SHADOW = '    flows: { order: shadow }\n';
const MINUTE_MS = 60_000;

function run(...shadowed: readonly string[]): void {
  let file = SHIPPED;
  for (const channel of shadowed) file = file.replace(channel, IN_SHADOW + channel);
  useInstallation(installationIn(file));
}

/** One in shadow at the account of one that is on. */
function withSecondShop(): string {
  const [, own = ''] = SHIPPED.split('\n  web-us:');
  const second = own.replace(OF_WEB, IN_SHADOW + OF_WEB);
  return `${SHIPPED.replace("web-us: '102'", "web-us: '102'\n      web-eu: '103'")}\n  web-eu:${second}`;
}

let database: TestDatabase;
beforeAll(() => run(OF_SHOPIFY));
afterAll(() => run());
beforeEach(async () => {
  database = await cloneDatabase();
  await stockShop(database.db, { MUG: 10 });
});
afterEach(async () => {
  await database.drop();
});

let eventsMade = 0;
async function hear(type: string, body: unknown): Promise<string> {
  eventsMade += 1;
  const eventId = `shadow-${eventsMade}`;
  const raw = JSON.stringify(body);
  const row = { source: 'test', eventId, type, body, raw, correlationId: 'cor_1' };
  await storeCanonicalEvents(database.db, [{ ...row, occurredAt: null }]);
  await route();
  return eventId;
}

async function hearVendor(connector: string, account: string, topic: string, body: object) {
  eventsMade += 1;
  const eventId = `vendor-${eventsMade}`;
  await storeVendorEvent(database.db, {
    source: `${connector}/${account}/${topic}`,
    eventId,
    connector,
    account,
    topic,
    raw: Buffer.from(JSON.stringify(body)),
    headers: {},
    correlationId: 'cor_2',
    occurredAt: null,
  });
  await route();
  return eventId;
}

/** As the loop does. */
async function route(): Promise<void> {
  const { db } = database;
  const settings = {
    db,
    flows: FLOWS,
    starters: STARTERS,
    places: createPlaceAsker({}),
    fulfilmentDeadlineMs: MINUTE_MS,
    eventWaitMs: MINUTE_MS,
    log: pino({ level: 'silent' }),
  };
  await routeAll(settings, await claimEvents(db, 50, MINUTE_MS));
}

async function stateOf(eventId: string) {
  const { rows } = await database.db.query<{ state: string; note: string | null }>(
    'select state, note from inbox where event_id = $1',
    [eventId],
  );
  return rows[0];
}

/** Every row of every other table, as one text a table. */
async function everythingElse(): Promise<Record<string, string>> {
  const { db } = database;
  const { rows } = await db.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'
        and tablename not in ('inbox', 'shadow_finding') order by 1`,
  );
  const tables: Record<string, string> = {};
  for (const { name } of rows) {
    const held = await db.query<{ rows: string }>(
      `select coalesce(string_agg(t::text, chr(10) order by t::text), '') as rows from ${name} t`,
    );
    tables[name] = held.rows[0]?.rows ?? '';
  }
  return tables;
}

const everyFinding = { channels: null, orderNo: null, outcome: null, beforeEventNo: null };
const findings = () => listFindings(database.db, { ...everyFinding, limit: 50 });
const mugs = (quantity: number, sku = 'MUG'): Order =>
  orderOf({ channelInstance: 'shopify-us', lines: [{ sku, quantity, unitMinor: 1_000 }] });
const named = ({ channelInstance, orderNo }: Order) => ({ channelInstance, orderNo });
const shipmentOf = (order: Order) => ({
  ...named(order),
  shipmentId: `parcel-${order.orderNo}`,
  location: LOCATION,
  shippedAt: '2026-11-20T16:00:00Z',
  lines: [{ lineNo: 1, quantity: 1 }],
});

describe('an order of a channel in shadow', () => {
  test('is judged against today’s stock, and nothing but its event and the finding is written', async () => {
    const before = await everythingElse();
    const order = mugs(3);
    const eventId = await hear('order.created.v1', order);
    expect(await stateOf(eventId)).toEqual({
      state: 'ignored',
      note: `in shadow: would be accepted and reserved at ${LOCATION}`,
    });
    expect(await findings()).toMatchObject([
      {
        ...named(order),
        outcome: 'accepted',
        total: order.totals.total,
        groups: [{ groupNo: 1, location: LOCATION, warehouse: 'wms-main' }],
        lines: [{ lineNo: 1, sku: 'MUG', groupNo: 1, quantity: 3 }],
        exceptions: [],
      },
    ]);
    expect(await everythingElse()).toEqual(before);
  });

  test('names the exceptions that it would wait for, and opens none', async () => {
    const before = await everythingElse();
    await hear('order.created.v1', mugs(1, 'UNKNOWN-SKU'));
    await hear('order.created.v1', mugs(11));
    await hear('order.created.v1', { ...mugs(1), totals: mugs(2).totals });
    const found = await findings();
    expect(found.map(({ outcome }) => outcome)).toEqual(['waiting', 'waiting', 'waiting']);
    expect(found.flatMap(({ exceptions }) => exceptions.map(({ code }) => code))).toEqual([
      'order.totals-mismatch',
      'inventory.insufficient',
      'mapping.sku',
    ]);
    expect(await everythingElse()).toEqual(before);
  });

  test('that is sent again with other content is judged anew: it has one finding', async () => {
    const order = mugs(11);
    await hear('order.created.v1', order);
    const { lines, totals, tenders } = mugs(2);
    await hear('order.created.v1', { ...order, lines, totals, tenders });
    expect(await findings()).toMatchObject([{ ...named(order), outcome: 'accepted' }]);
  });

  test('leaves the stock to the next: two that want the last units would both be accepted', async () => {
    await hear('order.created.v1', mugs(10));
    await hear('order.created.v1', mugs(10));
    expect((await findings()).map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  });

  test('is found by its number in a trace', async () => {
    const order = mugs(1);
    await hear('order.created.v1', order);
    const trace = await readTrace(database.db, order.orderNo);
    expect(trace?.entries.map(({ summary }) => summary).join()).toContain('would be accepted');
  });
});

describe('what a channel in shadow says later', () => {
  test('is kept and waits for no order, and no exception is opened', async () => {
    const order = mugs(1);
    await hear('order.created.v1', order);
    const before = await everythingElse();
    const shipped = await hear('shipment.confirmed.v1', shipmentOf(order));
    const cancelled = await hear('order.cancel-requested.v1', { ...named(mugs(1)), reason: 'no' });
    const unreadable = await hearVendor('shopify', 'shopify-us', 'orders/create', {});
    expect([await stateOf(shipped), await stateOf(cancelled)]).toEqual([
      {
        state: 'ignored',
        note: `in shadow: shipment.confirmed.v1 of an order that would be accepted and reserved at ${LOCATION}`,
      },
      {
        state: 'ignored',
        note: 'in shadow: order.cancel-requested.v1 of an order that was not heard of',
      },
    ]);
    expect(await stateOf(unreadable)).toMatchObject({ state: 'ignored' });
    expect((await findings()).map(({ outcome }) => outcome)).toEqual([
      'unreadable',
      'heard',
      'heard',
      'accepted',
    ]);
    expect(await everythingElse()).toEqual(before);
  });

  test('of an order that came while it was on reaches that order', async () => {
    run();
    const order = mugs(1);
    await accepted(database.db, order);
    run(OF_SHOPIFY);
    const shipped = await hear('shipment.confirmed.v1', shipmentOf(order));
    const again = await hear('order.created.v1', order);
    expect(await stateOf(shipped)).toMatchObject({ state: 'routed' });
    expect(await stateOf(again)).toEqual({ state: 'superseded', note: 'that order is here' });
    expect(await findings()).toEqual([]);
  });

  test('of money at an account that another channel uses waits as ever, else it is only heard', async () => {
    const authorized = (reference: string) => ({
      id: `evt_${reference}`,
      type: 'payment_intent.amount_capturable_updated',
      created: 1,
      request: { idempotency_key: null },
      data: {
        object: {
          id: reference,
          object: 'payment_intent',
          amount: 500,
          amount_capturable: 500,
          amount_received: 0,
          currency: 'usd',
          status: 'requires_capture',
          metadata: {},
        },
      },
    });
    const body = authorized('pi_1');
    useInstallation(installationIn(withSecondShop()));
    const shared = await hearVendor('stripe', 'stripe-us', body.type, body);
    expect(await stateOf(shared)).toMatchObject({ state: 'waiting' });
    run(OF_SHOPIFY, OF_WEB);
    const own = authorized('pi_2');
    const heard = await hearVendor('stripe', 'stripe-us', own.type, own);
    run(OF_SHOPIFY);
    expect(await stateOf(heard)).toMatchObject({
      state: 'ignored',
      note: expect.stringContaining('pi_2, which others moved') as string,
    });
  });
});

test('the audit has nothing to say of what was only heard, also where the shop has the order', async () => {
  const { db } = database;
  const order = mugs(1);
  await hear('order.created.v1', order);
  await hear('shipment.confirmed.v1', shipmentOf(order));
  await hearVendor('shopify', 'shopify-us', 'orders/create', {});
  const id = `gid://shopify/Order/${order.channelOrderRef ?? ''}`;
  const paid = { id: 'gid://shopify/OrderTransaction/1', orderRef: id, amountMinor: 1_000 };
  const shop = {
    'shop-order': [record({ id, state: 'open' })],
    'shop-transaction': [record({ ...paid, type: 'CAPTURE', state: 'SUCCESS' })],
  };
  const { differences } = await auditOf(db, booksOf(shop), 0, { isWhole: true });
  expect(differences).toEqual([]);
});

test('switched on, it takes over what comes from then on, and none that was heard before', async () => {
  const heard = mugs(1);
  await hear('order.created.v1', heard);
  run();
  const again = await hear('order.created.v1', { ...heard, channelOrderRef: '77' });
  const shipped = await hear('shipment.confirmed.v1', shipmentOf(heard));
  const next = await hear('order.created.v1', mugs(1));
  run(OF_SHOPIFY);
  expect([await stateOf(again), await stateOf(shipped), await stateOf(next)]).toMatchObject([
    { state: 'ignored', note: expect.stringContaining('not taken over') as string },
    { state: 'ignored' },
    { state: 'applied' },
  ]);
  const { rows } = await database.db.query('select order_no from sales_order');
  expect(rows).toHaveLength(1);
});

test('retention empties what was said, and keeps that it was heard and what was found', async () => {
  const { db } = database;
  await hear('order.created.v1', mugs(1));
  const before = await findings();
  const batch = { orderDays: 30, keyDays: 30, ordersAtOnce: 10, keysAtOnce: 10 };
  expect((await giveUpBatch(db, batch)).shadow).toBe(0);
  await db.query(`update shadow_finding set heard_at = heard_at - interval '31 days'`);
  expect((await giveUpBatch(db, batch)).shadow).toBe(1);
  expect((await giveUpBatch(db, batch)).shadow).toBe(0);
  const { rows } = await db.query<{ raw: Buffer }>('select raw from inbox');
  expect(rows.map(({ raw }) => raw.length)).toEqual([0]);
  expect(await findings()).toEqual(
    before.map((one) => ({ ...one, heardAt: expect.any(String) as string })),
  );
});
