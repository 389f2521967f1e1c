/** What somebody told the channel of a pickup, and not us: followed once, and never told back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followChannel } from '../../moments/pickup/follow-channel';
import { wakePickup } from '../../moments/pickup/wake-pickup';
import { only, type Database } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, stockShop } from './fixture';
import { pressOn, readPickup, requestedPickup, SHOWN_ID } from './press-steps';
import { openStore, pickupOrderOf } from './store-shop';

const UNITS = 2;
const one = [{ lineNo: 1, quantity: 1 }];

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 1_000 });
  await openStore(db, { MUG: 1_000 });
});
afterAll(() => database.drop());

async function refOf(pickupId: string): Promise<string> {
  const { orderId } = await readPickup(db, pickupId);
  return (await loadOrder(db, orderId))?.channelOrderRef ?? '';
}

let eventIds = 0;
/** Its channel counts so many as picked up; `isPrepared`: its lines were just made ready there. */
async function said(pickupId: string, { quantity = 0, isPrepared = false }) {
  eventIds += 1;
  const { rows } = await db.query<{ eventNo: number }>(
    `insert into inbox (source, event_id, topic, raw, correlation_id)
     values ('shopify/shopify-us/fulfillments', $1, '', '', 'cor_test') returning event_no as "eventNo"`,
    [String(eventIds)],
  );
  const { eventNo } = only(rows, 'the event');
  const progress = {
    channelOrderRef: await refOf(pickupId),
    pickedUp: [{ channelLineRef: '1', quantity }],
    named: isPrepared ? ['1'] : [],
  };
  const at = new Date().toISOString();
  return followChannel(db, { channelInstance: 'shopify-us', progress, eventNo, at });
}

const count = async (of: 'invoice' | 'outbox', pickupId: string, verb = '') => {
  const { orderId } = await readPickup(db, pickupId);
  const { rows } = await db.query<{ rows: number }>(
    `select count(*)::int as rows from ${of} where order_id = $1
        and ($2 = '' or to_jsonb(${of}) ->> 'verb' = $2)`,
    [orderId, verb],
  );
  return only(rows, of).rows;
};

test('picked up in the shop’s admin: handed over here, invoiced once, however often it is said', async () => {
  const pickupId = await requestedPickup(db, { units: UNITS });
  await pressOn(db, pickupId, { press: 'ready' });
  expect(await said(pickupId, { quantity: 1 })).toMatchObject({ outcome: 'followed' });
  await said(pickupId, { quantity: 1 });
  expect(await readPickup(db, pickupId)).toMatchObject({
    state: 'partly-handed-over',
    lines: [{ handedOver: 1, ready: 1 }],
  });
  await said(pickupId, { quantity: UNITS });
  expect((await readPickup(db, pickupId)).state).toBe('handed-over');
  expect(await count('invoice', pickupId)).toBe(2);
});

test('what a store pressed here and the shop was told is nothing new', async () => {
  const pickupId = await requestedPickup(db, { units: UNITS });
  await pressOn(db, pickupId, { press: 'ready' });
  await pressOn(db, pickupId, { press: 'hand-over', proof: SHOWN_ID, lines: one });
  const before = await readPickup(db, pickupId);
  await said(pickupId, { quantity: 1, isPrepared: true });
  expect(await readPickup(db, pickupId)).toEqual(before);
  expect(await count('outbox', pickupId, 'announceHandover')).toBe(1);
});

test('made ready in the shop’s admin: held from then on', async () => {
  const pickupId = await requestedPickup(db, { units: UNITS });
  await said(pickupId, { isPrepared: true });
  const pickup = await readPickup(db, pickupId);
  expect(pickup).toMatchObject({ state: 'ready', lines: [{ ready: UNITS }] });
  expect(pickup.deadlineAt).not.toBeNull();
  await said(pickupId, { isPrepared: true });
  expect(await readPickup(db, pickupId)).toEqual(pickup);
});

test('the shop’s word on what we told it in part makes nothing else ready', async () => {
  const pickupId = await requestedPickup(db, { units: UNITS });
  await pressOn(db, pickupId, { press: 'ready', lines: one });
  await said(pickupId, { isPrepared: true });
  expect((await readPickup(db, pickupId)).lines).toMatchObject([{ ready: 1, requested: 1 }]);
});

test('picked up there after it had expired here: the sale is revived', async () => {
  const pickupId = await requestedPickup(db, { units: UNITS });
  await pressOn(db, pickupId, { press: 'ready' });
  const { deadlineAt, remindersAt } = await readPickup(db, pickupId);
  for (const at of [...remindersAt, deadlineAt ?? '']) await wakePickup(db, { pickupId, at });
  expect((await readPickup(db, pickupId)).state).toBe('expired');
  await said(pickupId, { quantity: UNITS });
  const { state, orderId } = await readPickup(db, pickupId);
  expect(state).toBe('handed-over');
  const order = await loadOrder(db, orderId);
  expect(order?.lines).toMatchObject([{ pickedUp: UNITS, cancelled: 0 }]);
});

test('more than there are to collect is said, and what there is has left', async () => {
  const pickupId = await requestedPickup(db, { units: UNITS });
  expect(await said(pickupId, { quantity: UNITS + 1 })).toMatchObject({
    outcome: 'too-many',
    detail: 'line 1: 1 more than could be collected here',
  });
  expect((await readPickup(db, pickupId)).state).toBe('handed-over');
});

test('of a pickup whose store is not asked yet it waits', async () => {
  const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }];
  const order = pickupOrderOf({ channelInstance: 'shopify-us', lines });
  const orderId = await accepted(db, { ...order, hold: { reason: 'to be looked at' } });
  const known = await loadOrder(db, orderId);
  const progress = {
    channelOrderRef: known?.channelOrderRef ?? '',
    pickedUp: [{ channelLineRef: '1', quantity: 1 }],
    named: [],
  };
  const said = {
    channelInstance: 'shopify-us',
    progress,
    eventNo: 0,
    at: new Date().toISOString(),
  };
  expect(await followChannel(db, said)).toEqual({ outcome: 'not-yet' });
  expect((await loadOrder(db, orderId))?.lines).toMatchObject([{ pickedUp: 0 }]);
});
