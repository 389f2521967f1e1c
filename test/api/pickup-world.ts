/** Stores that are open, and orders that wait in one to be picked. */
import { expect } from 'vitest';
import { startPickup } from '../../moments/pickup/order-side/start-pickup';
import { ALWAYS_OPEN } from '../../stack/worked-order/opening-hours';
import type { RunningApi } from './fixture';
import { orderOf, SKU } from './world';

/** A store of this name with so many mugs. */
export async function openStore(
  api: RunningApi,
  storeId: string,
  { name = 'Fifth Avenue', mugs = 100 } = {},
): Promise<void> {
  const json = { name, kind: 'store', timeZone: 'America/New_York', ships: false };
  const place = { ...json, openingHours: ALWAYS_OPEN };
  const put = await api.send('PUT', `/v1/locations/${storeId}`, { json: place });
  expect([put.status, put.body]).toEqual([200, expect.anything()]);
  const lines = [{ sku: SKU, quantityDelta: mugs }];
  const counted = { location: storeId, reason: 'opening stock', lines };
  const key = `stock-${storeId}`;
  const added = await api.send('POST', '/v1/inventory/adjustments', { json: counted, key });
  expect([added.status, added.body]).toEqual([201, expect.anything()]);
}

export interface Waiting {
  readonly orderId: string;
  readonly orderNo: string;
  readonly pickupId: string;
  readonly code: string;
}

/** An order of so many mugs that a store was asked to pick. */
export async function toPick(
  api: RunningApi,
  { orderNo, storeId, quantity = 1 }: { orderNo: string; storeId: string; quantity?: number },
): Promise<Waiting> {
  const order = orderOf(orderNo, quantity);
  const json = { ...order, lines: order.lines.map((line) => ({ ...line, pickup: { storeId } })) };
  const sent = await api.send('POST', '/v1/orders', { json, key: orderNo, role: 'oms' });
  expect([sent.status, sent.body]).toEqual([201, expect.anything()]);
  const { orderId } = sent.body as { orderId: string };
  expect((await startPickup(api.db, { orderId, groupNo: 1 })).outcome).toBe('applied');
  const { rows } = await api.db.query<{ pickupId: string; code: string }>(
    `select pickup_id as "pickupId", code from pickup where order_id = $1`,
    [orderId],
  );
  const [pickup] = rows;
  if (pickup === undefined) throw new Error(`no pickup of ${orderNo}`);
  return { orderId, orderNo, ...pickup };
}
