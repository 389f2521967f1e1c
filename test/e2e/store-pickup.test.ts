/**
 * Orders of a real shop that are collected in a store: from the webhook that does not say where, to
 * goods picked up in the shop's own records; and what nobody collects.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { World } from './fixture';
import { sellInShop, SHOP, type ShopSelling } from './selling';
import {
  ago,
  mapStore,
  openStore,
  PROOF,
  STORE,
  STORE_IN_SHOP,
  tillSays,
  toldCustomer,
  untilPickup,
  untilRequested,
} from './stores';

const WAREHOUSE_SKU = 'TEA-ASSAM-250';
const STORE_SKU = 'MUG-BLUE';

let world: World;
beforeAll(async () => {
  world = await World.open();
  await world.stock(WAREHOUSE_SKU);
  await openStore(world, STORE, [STORE_SKU]);
});
afterAll(() => world?.close());

/** Two mugs to be collected, asked of the store. */
async function requested(selling: Partial<ShopSelling> = {}) {
  await mapStore(world);
  const lines = [{ sku: STORE_SKU, quantity: 2 }];
  const sold = await sellInShop(world, {
    lines,
    pickup: { locationId: STORE_IN_SHOP },
    ...selling,
  });
  const pickup = await untilRequested(world, sold.orderNo);
  const { orderId } = await world.untilOrder(SHOP, sold.orderNo, () => true);
  return { ...sold, pickup, orderId };
}
const ofShop = (kind: string, shopId: string) =>
  world.records('commerce', kind, { orderId: `gid://shopify/Order/${shopId}` });
const shopOrder = async (shopId: string) =>
  (await world.records('commerce', 'orders', { orderId: `gid://shopify/Order/${shopId}` }))[0];

test('an order of a shop waits for the store that its location is mapped to, and is collected in parts', async () => {
  const lines = [{ sku: STORE_SKU, quantity: 2 }];
  const sold = await sellInShop(world, { lines, pickup: { locationId: STORE_IN_SHOP } });
  const { orderId } = await world.untilOrder(SHOP, sold.orderNo, 'received');
  const waits = await world.untilException(orderId, 'mapping.store');
  expect(waits.cause?.ref).toBe(`store/${SHOP}/${STORE_IN_SHOP}`);
  await mapStore(world);

  const pickup = await untilRequested(world, sold.orderNo);
  await tillSays(world, 'accepted', pickup, { acceptedAt: ago(0) });
  await untilPickup(world, pickup, 'picking');
  const readyAt = ago(0);
  await tillSays(world, 'ready', pickup, { readyAt }, `ready-${orderId}`);
  await untilPickup(world, pickup, 'ready');
  // The till tells it once more, under the same id and as another event.
  await tillSays(world, 'ready', pickup, { readyAt }, `ready-${orderId}`);
  await tillSays(world, 'ready', pickup, { readyAt });
  const one = { lines: [{ lineNo: 1, quantity: 1 }] };
  await tillSays(world, 'handed-over', pickup, { handedOverAt: ago(0), ...one, ...PROOF });
  await untilPickup(world, pickup, 'partly-handed-over');
  await tillSays(world, 'handed-over', pickup, { handedOverAt: ago(0), ...PROOF });
  await untilPickup(world, pickup, 'handed-over');

  const closed = await world.untilOrder(SHOP, sold.orderNo, 'closed');
  expect(closed.lines).toMatchObject([{ pickedUp: 2, shipped: 0 }]);
  await world.untilQuiet();
  expect(await ofShop('preparations', sold.shopId)).toHaveLength(1);
  expect(await ofShop('fulfillments', sold.shopId)).toHaveLength(2);
  expect(await world.records('wms', 'fulfilment_requests', { orderId })).toEqual([]);
  // Shopify has mailed that it is ready; we tell the rest, each once.
  expect(await toldCustomer(world, orderId)).toEqual(['pickup-handed-over', 'pickup-handed-over']);
  await world.expectCleanAudit();
});

test('what nobody collects expires once: refunded, cancelled in the shop, the customer told', async () => {
  const { pickup, orderNo, orderId, shopId } = await requested({ financialStatus: 'paid' });
  await tillSays(world, 'accepted', pickup, { acceptedAt: ago(9) });
  await tillSays(world, 'ready', pickup, { readyAt: ago(9) });
  await untilPickup(world, pickup, 'expired');
  const order = await world.untilOrder(SHOP, orderNo, 'cancelled');
  await world.untilQuiet();
  const refunds = await world.shopTransactions(shopId, 'REFUND');
  expect(refunds.map(({ amountMinor }) => amountMinor)).toEqual([order.total.minorUnits]);
  expect((await shopOrder(shopId))?.status).toBe('cancelled');
  expect(
    (await toldCustomer(world, orderId)).filter((one) => one === 'pickup-expired'),
  ).toHaveLength(1);
  await world.expectCleanAudit();
});

test('of a mixed order the parcel goes its way, and what nobody collects is taken off the shop’s order', async () => {
  const { pickup, orderNo, shopId, orderId } = await requested({
    lines: [
      { sku: STORE_SKU, quantity: 2 },
      { sku: WAREHOUSE_SKU, quantity: 1 },
    ],
    pickup: { locationId: STORE_IN_SHOP, lines: [0] },
  });
  await tillSays(world, 'accepted', pickup, { acceptedAt: ago(9) });
  await tillSays(world, 'ready', pickup, { readyAt: ago(9) });
  await untilPickup(world, pickup, 'expired');
  const order = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(order.lines).toMatchObject([{ cancelled: 2 }, { shipped: 1 }]);
  await world.untilQuiet();
  const requests = await world.records('wms', 'fulfilment_requests', { orderId });
  expect(requests).toHaveLength(1);
  expect(JSON.stringify(requests)).not.toContain(STORE_SKU);
  expect(await ofShop('order_edits', shopId)).toMatchObject([{ status: 'committed' }]);
  await world.expectCleanAudit();
});

test('what the shop’s own staff press in its admin is heard, and nothing is made a second time', async () => {
  await world.script('commerce', { tellsFulfilments: true });
  const { pickup, orderNo, orderId, shopId } = await requested();
  const staff = (press: object) =>
    world.sandbox('commerce', 'POST', `orders/${shopId}/staff`, press);
  await staff({ press: 'prepare' });
  await untilPickup(world, pickup, 'ready');
  await staff({ press: 'pick-up', lines: [{ sku: STORE_SKU, quantity: 1 }] });
  await untilPickup(world, pickup, 'partly-handed-over');
  // The rest at our counter: the shop hears it, and says so back to us.
  await tillSays(world, 'handed-over', pickup, { handedOverAt: ago(0), ...PROOF });
  const closed = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(closed.lines).toMatchObject([{ pickedUp: 2 }]);
  await world.untilQuiet();
  expect(await ofShop('preparations', shopId)).toHaveLength(1);
  expect(await ofShop('fulfillments', shopId)).toHaveLength(2);
  const { rows } = await world.db.query('select 1 from invoice where order_id = $1', [orderId]);
  expect(rows).toHaveLength(2);
  await world.script('commerce', {});
  await world.expectCleanAudit();
});

test('a part that is cancelled here is taken off the shop’s order, and the rest is collected', async () => {
  const { pickup, orderNo, orderId, shopId } = await requested();
  const body = { reason: 'one is enough', lines: [{ lineNo: 1, quantity: 1 }] };
  expect((await world.post(`/v1/orders/${orderId}/cancel`, 'support', body)).status).toBe(200);
  await tillSays(world, 'ready', pickup, { readyAt: ago(0) });
  await tillSays(world, 'handed-over', pickup, { handedOverAt: ago(0), ...PROOF });
  const closed = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(closed.lines).toMatchObject([{ pickedUp: 1, cancelled: 1 }]);
  await world.untilQuiet();
  expect(await ofShop('order_edits', shopId)).toMatchObject([{ status: 'committed' }]);
  expect(await ofShop('fulfillments', shopId)).toHaveLength(1);
  await world.expectCleanAudit();
});

test('a message that fails after the goods were handed over is told once in the provider’s own records', async () => {
  const path = '/v1/messages';
  await world.fault('notification', {
    match: { method: 'POST', path },
    fault: { kind: 'status', status: 503 },
    times: 2,
  });
  const first = await requested();
  await tillSays(world, 'handed-over', first.pickup, { handedOverAt: ago(0), ...PROOF });
  await untilPickup(world, first.pickup, 'handed-over');
  await world.untilQuiet();
  expect(await toldCustomer(world, first.orderId)).toEqual(['pickup-handed-over']);
  // Made over there, and the answer lost.
  await world.fault('notification', {
    match: { method: 'POST', path },
    fault: { kind: 'reset-after' },
    times: 1,
  });
  const second = await requested();
  await tillSays(world, 'handed-over', second.pickup, { handedOverAt: ago(0), ...PROOF });
  await world.untilOrder(SHOP, second.orderNo, 'closed');
  await world.untilQuiet();
  expect(await toldCustomer(world, second.orderId)).toEqual(['pickup-handed-over']);
  await world.expectCleanAudit();
});

test('what was just collected comes back over the same counter: refunded once, on the store’s shelf', async () => {
  const { pickup, orderNo, orderId, shopId } = await requested();
  await tillSays(world, 'ready', pickup, { readyAt: ago(0) });
  await tillSays(world, 'handed-over', pickup, { handedOverAt: ago(0), ...PROOF });
  const closed = await world.untilOrder(SHOP, orderNo, 'closed');
  await world.until('captured', async () => {
    return (await world.shopTransactions(shopId, 'CAPTURE')).length === 1;
  });
  await world.untilQuiet();
  const onHand = async () => {
    const { rows } = await world.db.query<{ onHand: number }>(
      'select on_hand as "onHand" from stock where sku = $1 and location_id = $2',
      [STORE_SKU, STORE],
    );
    return rows[0]?.onHand ?? 0;
  };
  const before = await onHand();
  const lines = [{ lineNo: 1, quantity: 2 }];
  const asked = await world.post('/v1/returns', 'store', {
    orderId,
    lines,
    reason: 'changed-mind',
  });
  expect(asked.status).toBe(201);
  const { rma } = z.looseObject({ rma: z.string() }).parse(asked.body);
  const received = await world.post(`/v1/returns/${rma}/receive`, 'store', {
    location: STORE,
    lines,
  });
  expect(received.status).toBe(200);
  const inspection = lines.map((line) => ({ ...line, condition: 'new', disposition: 'restock' }));
  const inspect = { location: STORE, lines: inspection };
  expect((await world.post(`/v1/returns/${rma}/inspect`, 'store', inspect)).status).toBe(200);
  await world.until('refunded', async () => {
    return (await world.shopTransactions(shopId, 'REFUND')).length > 0;
  });
  await world.untilQuiet();
  const refunds = await world.shopTransactions(shopId, 'REFUND');
  expect(refunds.map(({ amountMinor }) => amountMinor)).toEqual([closed.total.minorUnits]);
  expect(await onHand()).toBe(before + 2);
  await world.expectCleanAudit();
});
