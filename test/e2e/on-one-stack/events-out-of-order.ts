/** Events that come twice, late, shuffled or wrongly signed change nothing but the first time. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import type { World } from '../fixture';
import { newOrderNo, sellInShop, sellOnWeb, SHOP, usd, WEB } from '../selling';
import { sharedWorld } from '../shared-world';
import { shopifyWebhook, stripeWebhook } from '../webhooks';

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
  await world.item('MUG');
  await world.item('POT');
});
afterEach(() => world.script('wms', { delayMs: 20 }));

async function eventsStored(): Promise<number> {
  const { rows } = await world.db.query<{ count: string }>('select count(*) from inbox');
  return Number(rows[0]?.count);
}

test('five identical webhooks at the same instant are one order', async () => {
  const { orderNo, shopId, order } = await sellInShop(world, { sendWebhook: false });
  const raw = JSON.stringify(order);
  const eventId = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => shopifyWebhook(world, raw, { eventId })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const said = answers.map(({ body }) => JSON.stringify(body)).sort();
  expect(new Set(said).size).toBe(2);
  expect(said.filter((body) => body.includes('"duplicate"'))).toHaveLength(4);

  const { orderId } = await world.untilOrder(SHOP, orderNo, 'closed');
  // Once more, after the order has ended: recorded, without effect.
  expect((await shopifyWebhook(world, raw, { eventId })).body).toMatchObject({
    status: 'duplicate',
  });
  const { rows } = await world.db.query(
    'select duplicates, state from inbox where event_id = $1 and source = $2',
    [eventId, `shopify/${SHOP}/orders/create`],
  );
  expect(rows).toEqual([{ duplicates: 5, state: 'applied' }]);
  expect(await world.shopTransactions(shopId, 'CAPTURE')).toHaveLength(1);
  expect(await world.records('wms', 'fulfilment_requests', { orderId })).toHaveLength(1);
  await world.expectCleanAudit();
});

test('a shipment that is told before its order waits, and is applied when the order comes', async () => {
  await world.script('wms', { mode: 'never' });
  const { orderNo, order } = await sellInShop(world, { sendWebhook: false });
  const shipment = {
    channelInstance: SHOP,
    orderNo,
    shipmentId: `parcel-${orderNo}`,
    location: 'dc-east',
    shippedAt: new Date().toISOString(),
    lines: [{ lineNo: 1, quantity: 1 }],
  };
  const answer = await world.event('shipment.confirmed.v1', shipment, `early-${orderNo}`);
  expect(answer.body).toMatchObject({
    verdicts: [{ verdict: 'accepted', waitingFor: `order ${SHOP}/${orderNo}` }],
  });
  await world.until('the event waits', async () => {
    const { rows } = await world.db.query(
      `select from inbox where event_id = $1 and state = 'waiting'`,
      [`early-${orderNo}`],
    );
    return rows.length === 1;
  });

  await shopifyWebhook(world, JSON.stringify(order));
  const closed = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(closed.shipments).toMatchObject([{ shipmentRef: `parcel-${orderNo}` }]);
  await world.keepParcel(shipment.shipmentId, closed.orderId, shipment.lines);
  expect(closed.tenders).toMatchObject([{ state: 'captured', captured: closed.total }]);
  await world.expectCleanAudit();
});

test('shuffled and repeated events of a split shipment: each parcel once, each cent once', async () => {
  await world.script('wms', {
    mode: 'ship-in-parts',
    parts: 3,
    delayMs: 30,
    duplicateEvents: 2,
    reorder: true,
  });
  const lines = [
    { sku: 'MUG', quantity: 3 },
    { sku: 'POT', quantity: 4 },
  ];
  // One line's price does not divide: the cents have to come out right over the parts.
  const web = await sellOnWeb(world, {
    lines,
    priceMinor: 3_333,
    card: 'pm_card_visa_multicapture',
  });
  const shop = await sellInShop(world, { lines, price: '33.33' });
  for (const [channel, orderNo] of [
    [WEB, web.orderNo],
    [SHOP, shop.orderNo],
  ] as const) {
    const order = await world.untilOrder(channel, orderNo, 'closed');
    expect(order.shipments).toHaveLength(3);
    expect(order.lines).toMatchObject([
      { ordered: 3, shipped: 3 },
      { ordered: 4, shipped: 4 },
    ]);
    const invoiced = order.shipments.reduce((sum, { invoice }) => sum + invoice.minorUnits, 0);
    expect(usd(invoiced)).toEqual(order.total);
    expect(order.tenders).toMatchObject([{ state: 'captured', captured: order.total }]);
  }
  expect(await world.records('payment', 'captures', { orderId: web.orderId })).toHaveLength(3);
  expect(await world.shopTransactions(shop.shopId, 'CAPTURE')).toHaveLength(3);
  await world.expectCleanAudit();
});

test('a malformed event in the middle of a batch: the good ones beside it go through', async () => {
  await world.script('wms', { mode: 'never' });
  const receipt = (id: string, quantity: unknown) => ({
    specversion: '1.0',
    id,
    source: '/wms/wms-main',
    type: 'inventory.received.v1',
    data: { location: 'dc-east', lines: [{ sku: 'MUG', quantity }] },
  });
  const name = newOrderNo();
  const answer = await world.call('POST', '/v1/events', {
    role: 'oms',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: [
      receipt(`a-${name}`, 5),
      receipt(`b-${name}`, -1),
      { specversion: '1.0', id: `c-${name}` },
      receipt(`d-${name}`, 7),
      receipt(`a-${name}`, 5),
      receipt(`d-${name}`, 8),
    ],
  });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    verdicts: [
      { verdict: 'accepted' },
      { verdict: 'rejected', errors: [{ pointer: '/data/lines/0/quantity' }] },
      { verdict: 'rejected' },
      { verdict: 'accepted' },
      { verdict: 'duplicate' },
      { verdict: 'rejected', errors: [{ pointer: '/id', code: 'id_reused' }] },
    ],
  });
  await world.expectCleanAudit();
});

test('a wrong signature or a stale time: 401, and nothing is stored', async () => {
  const { orderNo, order } = await sellInShop(world, { sendWebhook: false });
  const raw = JSON.stringify(order);
  await world.untilQuiet();
  const before = await eventsStored();
  const intent = JSON.stringify({ id: `evt_${orderNo}`, type: 'charge.captured', data: {} });
  const refused = [
    await shopifyWebhook(world, raw, { secret: 'another secret' }),
    await world.call('POST', `/v1/webhooks/shopify/${SHOP}`, { raw }),
    await stripeWebhook(world, intent, { secret: 'another secret' }),
    await stripeWebhook(world, intent, { ageS: 3_600 }),
    await stripeWebhook(world, intent, { ageS: -3_600 }),
    await world.call('POST', '/v1/webhooks/stripe/stripe-us', { raw: intent }),
  ];
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
  }
  expect(await eventsStored()).toBe(before);
  expect(await world.findOrder(SHOP, orderNo)).toBeNull();
  await world.expectCleanAudit();
});
