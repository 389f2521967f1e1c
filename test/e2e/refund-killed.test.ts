/**
 * kill -9 of the worker around refunds: of what nobody collected and was charged as it lay ready, and
 * of what came back. Before the call, after it and before its answer, after its answer and before
 * that is kept: the processor's own records have one refund of each.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chargedAt } from '../../campaign/set-up';
import { openDatabase } from '../../store/database';
import { closeStoresAt } from '../../stack/worked-order/closing';
import { World } from './fixture';
import { sellOnWeb, WEB, type Sold } from './selling';
import { openStore, STORE } from './stores';

const SKU = 'MUG';
const ON_HAND = 100;
const POINTS = ['before', 'after', 'answered'] as const;
type Point = (typeof POINTS)[number];
const KILLED: readonly (readonly [string, Point])[] = [
  ['before the call', 'before'],
  ['after the call, before its answer', 'after'],
  ['after its answer, before that is kept', 'answered'],
];
/** Told apart by their amounts. */
const HELD_MINOR: Readonly<Record<Point, number>> = {
  before: 2_100,
  after: 2_200,
  answered: 2_300,
};
const SENT_MINOR: Readonly<Record<Point, number>> = {
  before: 3_100,
  after: 3_200,
  answered: 3_300,
};
const SET_UP = mkdtempSync(path.join(tmpdir(), 'throughline-prepaid-'));

let world: World;
const expired = new Map<Point, Sold>();
const returned = new Map<Point, Sold>();

beforeAll(async () => {
  const env = { ...process.env, THROUGHLINE_SETUP: chargedAt(SET_UP, 'ready') };
  world = await World.open({ env });
  await world.item(SKU);
  await openStore(world, STORE, [SKU]);
  await Promise.all([
    ...POINTS.map(async (point) => expired.set(point, await lyingReady(HELD_MINOR[point]))),
    ...POINTS.map(async (point) => returned.set(point, await backAtTheCounter(SENT_MINOR[point]))),
  ]);
  const sold = [...expired, ...returned];
  const answeredLast: string[] = [];
  for (const [point, { totalMinor }] of sold) {
    const kind = point === 'before' ? 'hang-before' : 'hang-after';
    const body = `amount=${totalMinor}`;
    const match = { method: 'POST', path: '/v1/refunds', body };
    const id = await world.fault('payment', { match, fault: { kind } });
    if (point === 'answered') answeredLast.push(id);
  }
  await Promise.all([expire(), ...[...returned.values()].map(look)]);
  await world.untilHeld('payment', sold.length);
  await killedAt(answeredLast);
});
afterAll(async () => {
  await world?.close();
  rmSync(SET_UP, { recursive: true });
});

/** Ready at its store, and charged. */
async function lyingReady(priceMinor: number): Promise<Sold> {
  const sold = await sellOnWeb(world, { priceMinor, storeId: STORE });
  const order = await world.untilOrder(WEB, sold.orderNo, ({ pickups }) => pickups.length === 1);
  const route = `/v1/pickups/${order.pickups[0]?.pickupId ?? ''}/ready`;
  expect((await world.post(route, 'store', {})).status).toBe(200);
  const isCharged = ({ tenders }: typeof order) =>
    tenders[0]?.captured.minorUnits === sold.totalMinor;
  await world.untilOrder(WEB, sold.orderNo, isCharged);
  return sold;
}

/** Sent, charged, and back at a store's counter: nobody has looked at it yet. */
async function backAtTheCounter(priceMinor: number): Promise<Sold> {
  const sold = await sellOnWeb(world, { priceMinor });
  await world.untilOrder(WEB, sold.orderNo, 'closed');
  const asked = await world.post('/v1/returns', 'support', {
    orderId: sold.orderId,
    lines: [{ lineNo: 1, quantity: 1 }],
    reason: 'changed-mind',
  });
  expect(asked.status).toBe(201);
  const lines = [{ lineNo: 1, quantity: 1 }];
  const route = `/v1/returns/${await rmaOf(sold)}/receive`;
  expect((await world.post(route, 'store', { location: STORE, lines })).status).toBe(200);
  return sold;
}

async function rmaOf({ orderId }: Sold): Promise<string> {
  const { rows } = await world.db.query<{ rma: string }>(
    'select rma from sales_return where order_id = $1',
    [orderId],
  );
  return rows[0]?.rma ?? '';
}

async function look(sold: Sold): Promise<void> {
  const lines = [{ lineNo: 1, quantity: 1, condition: 'new' }];
  const route = `/v1/returns/${await rmaOf(sold)}/inspect`;
  expect((await world.post(route, 'store', { location: STORE, lines })).status).toBe(200);
}

/** Its store has closed on the last day, and nobody came. */
async function expire(): Promise<void> {
  const db = openDatabase(world.json.databaseUrl, { connections: 1 });
  const orderIds = [...expired.values()].map(({ orderId }) => orderId);
  const { rows } = await db.query<{ id: string }>(
    'select pickup_id as id from pickup where order_id = any($1)',
    [orderIds],
  );
  await closeStoresAt(
    db,
    rows.map(({ id }) => id),
    new Date(),
  );
  await db.end();
}

/** The answers of these have come; the moments that keep them wait for their orders' rows. */
async function killedAt(answeredLast: readonly string[]): Promise<void> {
  const ids = [expired, returned].map((sold) => sold.get('answered')?.orderId);
  const lock = await world.db.connect();
  try {
    await lock.query('begin');
    await lock.query('select from sales_order where order_id = any($1) for update', [ids]);
    for (const fault of answeredLast) await world.sandbox('payment', 'DELETE', `faults/${fault}`);
    await world.until('answers that are half kept', async () => {
      const { rows } = await world.db.query(
        `select from pg_stat_activity
          where application_name = 'throughline-worker' and wait_event_type = 'Lock'`,
      );
      return rows.length === ids.length;
    });
    // Four of the six have moved, and nobody here has kept a word of it.
    expect(await world.records('payment', 'refunds')).toHaveLength(4);
    const { rows } = await world.db.query(`select from refund where state <> 'due'`);
    expect(rows).toHaveLength(0);
    await world.stack.kill('worker', 'SIGKILL');
    await lock.query('rollback');
  } finally {
    lock.release();
  }
  await world.clearFaults('payment');
  await world.stack.waitUntilReady('worker');
}

/** One, of all that was paid, with us and at the processor. */
async function expectRefundedOnce({ orderNo, orderId, totalMinor }: Sold): Promise<void> {
  const order = await world.untilOrder(
    WEB,
    orderNo,
    ({ refunds, tenders }) =>
      refunds[0]?.state === 'refunded' && tenders[0]?.refunded.minorUnits === totalMinor,
  );
  expect(order.refunds.map(({ amount }) => amount.minorUnits)).toEqual([totalMinor]);
  const made = await world.records('payment', 'refunds', { orderId });
  expect(made.map(({ amountMinor }) => amountMinor)).toEqual([totalMinor]);
}

const rulesOf = async ({ orderId }: Sold) =>
  (await world.journals(orderId)).map(({ rule }) => rule).sort();

describe('a worker killed around the refund of what nobody collected', () => {
  test.each(KILLED)('%s: it is paid back once, and booked', async (_when, point) => {
    const sold = expired.get(point);
    if (!sold) throw new Error('not sold');
    await expectRefundedOnce(sold);
    expect(await rulesOf(sold)).toEqual(['2', '6a', '8']);
  });
});

describe('a worker killed around the refund of what came back', () => {
  test.each(KILLED)('%s: it is paid back once, and booked', async (_when, point) => {
    const sold = returned.get(point);
    if (!sold) throw new Error('not sold');
    await expectRefundedOnce(sold);
    expect(await rulesOf(sold)).toEqual(['12b', '13', '3', '3c', '8']);
  });
});

test('nothing is held any more, what came back is on the shelf, and the audit finds no difference', async () => {
  const { rows } = await world.db.query(
    `select on_hand, reserved, unsellable from stock where sku = $1 and location_id = $2`,
    [SKU, STORE],
  );
  expect(rows).toEqual([{ on_hand: ON_HAND + POINTS.length, reserved: 0, unsellable: 0 }]);
  await world.expectCleanAudit();
});
