/** Complaints of other systems' stores, each a promise here: S30 to S33 of the scenarios. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cancelOrder } from '../../moments/order/cancel-order';
import { readAgenda } from '../../moments/order/order-flow';
import { pickupReady } from '../../moments/pickup/pickup-ready';
import { PICKUP_FRAME } from '../../moments/pickup/pickup-moment';
import { take } from '../../moments/flow/flow-moment';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { recordHandedOver } from '../../moments/pickup/record-pickup-fact';
import type { Database } from '../../store/database';
import { lockSubject } from '../../store/flows/subject';
import { loadOrder } from '../../store/orders/orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { stockShop } from './fixture';
import { settleMoney, stockOf } from './pickup-steps';
import {
  pressOn,
  readPickup,
  requestedOf,
  requestedPickup,
  SHOWN_ID,
  saidByTill,
} from './press-steps';
import { openStore, pickupOrderOf, STORE } from './store-shop';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 1_000, CAP: 1_000 });
  await openStore(db, { MUG: 1_000, CAP: 1_000 });
});
afterAll(() => database.drop());

async function toldOf(pickupId: string): Promise<unknown[]> {
  const { orderId } = await readPickup(db, pickupId);
  const { rows } = await db.query(
    `select body ->> 'template' as template from outbox where order_id = $1 and verb = 'sendMessage'`,
    [orderId],
  );
  return rows;
}

test('S30: a refunded line does not keep the rest from being made ready and handed over', async () => {
  const lines = ['MUG', 'CAP'].map((sku) => ({ sku, quantity: 1, unitMinor: 1_000 }));
  const order = pickupOrderOf({ channelInstance: 'shopify-us', lines, received: 'captured' });
  const pickupId = await requestedOf(db, order);
  const { orderId } = await readPickup(db, pickupId);
  await cancelOrder(db, {
    decisionId: `cancel-${orderId}`,
    orderId,
    lines: [{ lineNo: 1, quantity: 1 }],
    eventNo: null,
    recalled: [],
  });
  const { order: refunded } = await settleMoney(db, orderId);
  expect(refunded.tenders).toMatchObject([{ capturedMinor: 2_000, refundedMinor: 1_000 }]);
  expect((await pressOn(db, pickupId, { press: 'ready' })).lines).toMatchObject([
    { cancelled: 1, ready: 0 },
    { cancelled: 0, ready: 1 },
  ]);
  const { state } = await pressOn(db, pickupId, { press: 'hand-over', proof: SHOWN_ID });
  expect(state).toBe('handed-over');
});

test('S31: where the transition fails nobody is told; where it is made, once', async () => {
  // Of our own shop: we are the ones who mail its buyer.
  const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
  const pickupId = await requestedOf(db, pickupOrderOf({ channelInstance: 'web-us', lines }));
  const failing = db.transaction(async (sql) => {
    const { inHand } = await take(PICKUP_FRAME, sql, { pickupId }, lockSubject);
    const { storeId: location } = inHand.pickup;
    const data = { pickupId, location, readyAt: new Date().toISOString() };
    await pickupReady(sql, inHand, { data, eventNo: 0, by: 'a device', isFact: false });
    await inHand.settle(sql, 'tell-flow');
    throw new Error('the transition fails at its very end');
  });
  await expect(failing).rejects.toThrow('at its very end');
  expect((await readPickup(db, pickupId)).state).toBe('requested');
  expect(await toldOf(pickupId)).toEqual([]);
  const pressed = { decisionId: `ready-${pickupId}` };
  await pressOn(db, pickupId, { press: 'ready' }, pressed);
  await pressOn(db, pickupId, { press: 'ready' }, pressed);
  expect((await readPickup(db, pickupId)).state).toBe('ready');
  expect(await toldOf(pickupId)).toEqual([{ template: 'pickup-ready' }]);
});

test('S32: whoever has arrived has nothing yet: no unit leaves and nothing is invoiced until it is handed over', async () => {
  const pickupId = await requestedPickup(db, { units: 2 });
  const { orderId } = await readPickup(db, pickupId);
  const before = await stockOf(db, 'MUG', STORE);
  await pressOn(db, pickupId, { press: 'ready' });
  const arrived = await pressOn(db, pickupId, { press: 'arrived', bay: '4' });
  expect(arrived).toMatchObject({ state: 'customer-arrived', endedAt: null });
  expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ pickedUp: 0, released: 2 }]);
  expect(await stockOf(db, 'MUG', STORE)).toEqual(before);
  const invoices = () => db.query('select 1 from invoice where order_id = $1', [orderId]);
  expect((await invoices()).rows).toEqual([]);
  await pressOn(db, pickupId, { press: 'hand-over', proof: SHOWN_ID });
  expect((await invoices()).rows).toHaveLength(1);
});

test('S33: what a store rejects is in no shipping queue, also where that store ships', async () => {
  await db.query('update location set ships = true where location_id = $1', [STORE]);
  const pickupId = await requestedPickup(db);
  const { orderId } = await readPickup(db, pickupId);
  await pressOn(db, pickupId, { press: 'reject', reason: 'not-found' });
  const { releases, pickups = [], money } = await readAgenda(db, { orderId });
  expect({ releases, pickups, money }).toEqual({ releases: [], pickups: [], money: [] });
  expect((await loadOrder(db, orderId))?.groups).toMatchObject([{ kind: 'pickup' }]);
  expect((await readPickup(db, pickupId)).exceptions.map(({ code }) => code)).toEqual([
    'pickup.rejected',
  ]);
  await db.query('update location set ships = false where location_id = $1', [STORE]);
});

test('nothing of a pickup is asked of a warehouse, whatever becomes of it', async () => {
  await db.query('update location set ships = true where location_id = $1', [STORE]);
  const lives: readonly ((pickupId: string) => Promise<unknown>)[] = [
    (pickupId) => pressOn(db, pickupId, { press: 'hand-over', proof: SHOWN_ID }),
    (pickupId) => pressOn(db, pickupId, { press: 'reject', reason: 'damaged' }),
    async (pickupId) => {
      const { remindersAt, deadlineAt } = await readPickup(db, pickupId);
      for (const at of [...remindersAt, deadlineAt ?? '']) await wakePickup(db, { pickupId, at });
    },
    async (pickupId) => {
      const { orderId } = await readPickup(db, pickupId);
      const cancelled = { decisionId: `cancel-${orderId}`, eventNo: null, recalled: [] };
      await cancelOrder(db, { ...cancelled, orderId, lines: [{ lineNo: 1, quantity: 2 }] });
    },
  ];
  for (const live of lives) {
    const pickupId = await requestedPickup(db);
    const { orderId } = await readPickup(db, pickupId);
    const releases = async () => (await readAgenda(db, { orderId })).releases;
    expect(await releases()).toEqual([]);
    await pressOn(db, pickupId, { press: 'ready' });
    expect(await releases()).toEqual([]);
    await live(pickupId);
    await settleMoney(db, orderId);
    expect(await releases()).toEqual([]);
    const { rows } = await db.query(
      `select effect_key as asked from effect where order_id = $1 and verb in ('release', 'recall')
       union all
       select effect_key from outbox where order_id = $1 and destination like 'wms.%'`,
      [orderId],
    );
    expect(rows).toEqual([]);
  }
  await db.query('update location set ships = false where location_id = $1', [STORE]);
});

test('a till that names no units gives what lies ready, and nothing that was cancelled', async () => {
  const pickupId = await requestedPickup(db, { units: 2 });
  const { orderId } = await readPickup(db, pickupId);
  const cancelled = { decisionId: `cancel-${orderId}`, eventNo: null, recalled: [] };
  await cancelOrder(db, { ...cancelled, orderId, lines: [{ lineNo: 1, quantity: 1 }] });
  await pressOn(db, pickupId, { press: 'ready' });
  const over = { handedOverAt: new Date().toISOString(), proof: SHOWN_ID };
  const eventNo = await saidByTill(db, pickupId, 'pickup.handed-over.v1', over);
  await recordHandedOver(db, { pickupId, eventNo });
  expect((await readPickup(db, pickupId)).lines).toMatchObject([{ handedOver: 1, cancelled: 1 }]);
  expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ pickedUp: 1, cancelled: 1 }]);
});
