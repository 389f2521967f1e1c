/** Bought at the till in the visit in which something is collected: a sale of its own, linked to that. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Order } from '../../canonical/schema/order';
import { submitOrder } from '../../moments/order/submit-order';
import type { Database } from '../../store/database';
import { readOrderView } from '../../store/orders/order-view';
import { readBeside } from '../../store/pickups/pickup-queries';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, orderOf, stockShop } from './fixture';
import { differences, SOHO, stockStore, VENICE } from './pickup-steps';
import { pressOn, requestedOf, SHOWN_ID } from './press-steps';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  db = database.db;
  await stockShop(db, { MUG: 100 });
  await stockStore(db, SOHO, { MUG: 500, CUP: 500 });
  await stockStore(db, VENICE, { MUG: 500, CUP: 500 });
});
afterAll(() => database.drop());

/** Two mugs, which wait for whoever bought them. */
async function readyPickup(): Promise<string> {
  const lines = [{ sku: 'MUG', quantity: 2, unitMinor: 1_000, storeId: SOHO }];
  const pickupId = await requestedOf(db, orderOf({ lines }));
  await pressOn(db, pickupId, { press: 'ready' });
  return pickupId;
}

function cupFor(pickupId: string, storeId: string | undefined = SOHO): Order {
  const line = { sku: 'CUP', quantity: 1, unitMinor: 700, ...(storeId && { storeId }) };
  return { ...orderOf({ lines: [line] }), addOnTo: { pickupId } };
}

test('it is an order of its own, and each of the two shows the other', async () => {
  const pickupId = await readyPickup();
  const sold = await submitOrder(db, cupFor(pickupId), context);
  if (sold.outcome !== 'accepted') throw new Error(JSON.stringify(sold));
  const view = await readOrderView(db, sold.orderId);
  expect(view?.order.addOnTo).toBe(pickupId);
  expect((await readBeside(db, pickupId)).addOns).toMatchObject([{ orderId: sold.orderId }]);
  expect(await differences(db)).toEqual([]);
});

test('also of what was handed over already', async () => {
  const pickupId = await readyPickup();
  await pressOn(db, pickupId, { press: 'hand-over', proof: SHOWN_ID });
  expect(await submitOrder(db, cupFor(pickupId), context)).toMatchObject({ outcome: 'accepted' });
});

test.each<[string, (pickupId: string) => Promise<Order> | Order, RegExp]>([
  ['a pickup that nobody knows', () => cupFor('pu_0mhyq3k2z1b2c3d4e5f6a7b8c9d0e-1'), /no pickup/],
  ['another store', (pickupId) => cupFor(pickupId, VENICE), /at the store of that pickup/],
  ['goods that are sent', (pickupId) => cupFor(pickupId, ''), /at the store of that pickup/],
  [
    'a pickup that is only asked for',
    async () => {
      const lines = [{ sku: 'MUG', quantity: 2, unitMinor: 1_000, storeId: SOHO }];
      return cupFor(await requestedOf(db, orderOf({ lines })));
    },
    /is requested: nobody collects it/,
  ],
])('refused with the reason: %s', async (_, orderFor, why) => {
  const order = await orderFor(await readyPickup());
  expect(await submitOrder(db, order, context)).toMatchObject({
    outcome: 'refused',
    problems: [{ pointer: '/addOnTo/pickupId', detail: expect.stringMatching(why) }],
  });
  expect(await readOrders(order.orderNo)).toBe(0);
});

test('one that a till tells of and that fits no pickup waits for a person, and is not lost', async () => {
  const order = cupFor(await readyPickup(), VENICE);
  const { rows } = await db.query<{ eventNo: number }>(
    `insert into inbox (source, event_id, topic, raw, type, body, state, correlation_id)
     values ('/store/till-1', 'add-on', 't', '', 'order.created.v1', '{}', 'received', 'c')
     returning event_no as "eventNo"`,
  );
  const sourceEventNo = rows[0]?.eventNo ?? null;
  expect(await submitOrder(db, order, { ...context, isSold: true, sourceEventNo })).toMatchObject({
    outcome: 'waiting',
    exceptions: [
      { code: 'order.refused-by-rule', detail: expect.stringContaining('/addOnTo/pickupId') },
    ],
  });
});

async function readOrders(orderNo: string): Promise<number> {
  const { rows } = await db.query<{ orders: number }>(
    'select count(*)::int as orders from sales_order where order_no = $1',
    [orderNo],
  );
  return rows[0]?.orders ?? 0;
}
