/** What people decide, and what each decision does to stock, warehouse, money and books. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { World } from '../fixture';
import { newOrderNo, sellInShop, sellOnWeb, SHOP, usd, WEB, webOrder } from '../selling';
import { sharedWorld } from '../shared-world';
import { shopifyWebhook } from '../webhooks';

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
  await world.item('MUG');
  await world.item('POT');
});
afterEach(async () => {
  await world.script('wms', { delayMs: 20 });
  await world.expectCleanAudit();
});

const REASON = { reason: 'a test decided so' };
const THREE = [{ sku: 'MUG', quantity: 3 }];

const cancel = (orderId: string, lines?: readonly { lineNo: number; quantity: number }[]) =>
  world.post(`/v1/orders/${orderId}/cancel`, 'support', { ...REASON, ...(lines && { lines }) });

const resolve = (
  exceptionId: string,
  how: 'retry' | 'override' | 'abandon',
  role: 'operator' | 'support' = 'operator',
) => world.post(`/v1/exceptions/${exceptionId}/${how}`, role, REASON);

async function ship(orderId: string, lines?: readonly { lineNo: number; quantity: number }[]) {
  const [request] = await world.records('wms', 'fulfilment_requests', { orderId });
  await world.sandbox('wms', 'POST', 'ship', { requestId: request?.id, ...(lines && { lines }) });
}

/** Sold on the web and taken by a warehouse that sends nothing by itself. */
async function released(lines = THREE) {
  await world.script('wms', { mode: 'never' });
  const sold = await sellOnWeb(world, { lines });
  await world.untilOrder(WEB, sold.orderNo, 'released');
  return sold;
}

async function expectNothingCharged(orderId: string): Promise<void> {
  expect(await world.records('payment', 'captures', { orderId })).toEqual([]);
  for (const intent of await world.records('payment', 'payment_intents', { orderId })) {
    // The second is what a declined card leaves behind: it holds no money.
    expect(['canceled', 'requires_payment_method']).toContain(intent.status);
  }
}

describe('a cancel', () => {
  test('before the release: nothing is asked of the warehouse, the authorization is voided', async () => {
    const { orderId, orderNo, answer } = await sellOnWeb(world, { hold: 'fraud review' });
    expect(answer).toMatchObject({ status: 202, body: { holds: [{ reason: 'fraud review' }] } });
    expect(await cancel(orderId)).toMatchObject({ status: 200, body: { outcome: 'cancelled' } });
    const order = await world.untilOrder(WEB, orderNo, 'cancelled');
    expect(order.lines).toMatchObject([{ ordered: 1, cancelled: 1 }]);
    await world.untilQuiet();
    expect(await world.records('wms', 'fulfilment_requests', { orderId })).toEqual([]);
    await expectNothingCharged(orderId);
  });

  test('after the release: the warehouse is asked first, then the authorization is voided', async () => {
    const { orderId, orderNo } = await released();
    expect(await cancel(orderId)).toMatchObject({
      status: 200,
      body: { outcome: 'cancelled', cancelled: [{ lineNo: 1, quantity: 3 }] },
    });
    await world.untilOrder(WEB, orderNo, 'cancelled');
    await world.untilQuiet();
    expect(await world.records('wms', 'cancellations', { orderId })).toHaveLength(1);
    await expectNothingCharged(orderId);
    expect(await world.journals(orderId)).toEqual([]);
  });

  test('of one unit: the others ship and are all that is charged', async () => {
    const { orderId, orderNo, totalMinor } = await released();
    expect((await cancel(orderId, [{ lineNo: 1, quantity: 1 }])).status).toBe(200);
    await ship(orderId);
    const order = await world.untilOrder(WEB, orderNo, 'closed');
    expect(order.lines).toMatchObject([{ ordered: 3, shipped: 2, cancelled: 1 }]);
    expect(order.tenders).toMatchObject([{ captured: usd((totalMinor / 3) * 2) }]);
  });

  test('of what has left is refused; what has not is still cancelled', async () => {
    const { orderId, orderNo } = await released([...THREE, { sku: 'POT', quantity: 1 }]);
    await ship(orderId, [{ lineNo: 1, quantity: 3 }]);
    await world.untilOrder(WEB, orderNo, (one) => one.lines[0]?.shipped === 3);
    expect(await cancel(orderId, [{ lineNo: 1, quantity: 1 }])).toMatchObject({
      status: 409,
      body: { code: 'not_cancellable' },
    });
    expect(await cancel(orderId)).toMatchObject({
      status: 200,
      body: { cancelled: [{ lineNo: 2, quantity: 1 }] },
    });
    await world.untilOrder(WEB, orderNo, 'closed');
    expect(await cancel(orderId)).toMatchObject({ status: 409, body: { code: 'order_closed' } });
  });

  test('of a prepaid order gives the money back, once', async () => {
    await world.script('wms', { mode: 'never' });
    const { orderNo, shopId } = await sellInShop(world, { financialStatus: 'paid' });
    const { orderId, total } = await world.untilOrder(SHOP, orderNo, 'released');
    const key = `cancel-${orderNo}`;
    const twice = await Promise.all(
      [1, 2].map(() => world.post(`/v1/orders/${orderId}/cancel`, 'support', REASON, key)),
    );
    expect(twice.map(({ status }) => status)).toContain(200);
    const order = await world.untilOrder(SHOP, orderNo, (one) => one.closedAt !== null);
    expect(order.status).toBe('cancelled');
    expect(order.tenders).toMatchObject([{ captured: total, refunded: total }]);
    const refunds = await world.shopTransactions(shopId, 'REFUND');
    expect(refunds).toMatchObject([{ amountMinor: total.minorUnits }]);
    const rules = (await world.journals(orderId)).map(({ rule }) => rule);
    expect(rules.sort()).toEqual(['2', '7', '8']);
  });
});

test('a held order waits for its release and then ships', async () => {
  const { orderId, orderNo } = await sellOnWeb(world, { hold: 'fraud review' });
  await world.untilOrder(WEB, orderNo, 'on-hold');
  const hold = await world.post(`/v1/orders/${orderId}/hold`, 'support', REASON);
  expect([200, 409]).toContain(hold.status);
  const lifted = await world.post(`/v1/orders/${orderId}/release-hold`, 'support', REASON);
  expect(lifted).toMatchObject({ status: 200, body: { outcome: 'released' } });
  const order = await world.untilOrder(WEB, orderNo, 'closed');
  expect(order.decisions.map(({ action }) => action)).toContain('release-hold');
});

describe('a card that is declined', () => {
  test('waits for payments; given up, the order is cancelled', async () => {
    const { orderId, orderNo } = await sellOnWeb(world, { card: 'pm_card_chargeDeclined' });
    const declined = await world.untilException(orderId, 'payment.declined');
    expect(declined.owner).toBe('payments');
    expect((await resolve(declined.exceptionId, 'retry')).status).toBe(200);
    await world.until('a second refusal', async () => {
      const [again] = await world.exceptions({ orderId, state: 'open' });
      return again !== undefined && again.exceptionId !== declined.exceptionId;
    });
    const again = await world.untilException(orderId, 'payment.declined');
    // An operator may try again; giving up is for those who speak with the buyer.
    expect((await resolve(again.exceptionId, 'abandon')).status).toBe(403);
    expect((await resolve(again.exceptionId, 'abandon', 'support')).status).toBe(200);
    await world.untilOrder(WEB, orderNo, 'cancelled');
    await expectNothingCharged(orderId);
  });

  test('on a retry with another card the order ships', async () => {
    const { orderId, orderNo } = await sellOnWeb(world, { card: 'pm_card_chargeDeclined' });
    const declined = await world.untilException(orderId, 'payment.declined');
    // The buyer gives another one; no call of the API takes it yet.
    await world.db.query(
      `update tender set payment_method_ref = 'pm_card_visa' where order_id = $1`,
      [orderId],
    );
    expect((await resolve(declined.exceptionId, 'retry')).status).toBe(200);
    const order = await world.untilOrder(WEB, orderNo, 'closed');
    expect(order.tenders).toMatchObject([{ state: 'captured', captured: order.total }]);
    expect(await world.records('payment', 'captures', { orderId })).toHaveLength(1);
  });
});

describe('a warehouse that rejects', () => {
  test.each(['answer', 'event'])('by its %s: operations retry, and it ships', async (rejectBy) => {
    await world.script('wms', { mode: 'reject', rejectBy, delayMs: 20 });
    const { orderId, orderNo } = await sellOnWeb(world);
    const rejected = await world.untilException(orderId, 'fulfilment.rejected');
    expect(rejected.owner).toBe('fulfilment-operations');
    await world.script('wms', { delayMs: 20 });
    expect((await resolve(rejected.exceptionId, 'retry')).status).toBe(200);
    await world.untilOrder(WEB, orderNo, 'closed');
    expect(await world.records('wms', 'shipments', { orderId })).toHaveLength(1);
  });

  test('before its own answer to the request was heard: the rejection counts', async () => {
    await world.script('wms', { mode: 'reject', rejectBy: 'event', delayMs: 0 });
    const match = { method: 'POST', path: '/v1/fulfilment-requests' };
    await world.fault('wms', { match, fault: { kind: 'hang-after' } });
    const { orderId, orderNo } = await sellOnWeb(world);
    await world.untilHeld('wms', 1);
    await world.until('the rejection, applied', async () => {
      const { rows } = await world.db.query(
        `select from inbox where topic = 'fulfilment.rejected.v1' and order_id = $1
            and state in ('applied', 'superseded')`,
        [orderId],
      );
      return rows.length === 1;
    });
    await world.clearFaults('wms');
    const rejected = await world.untilException(orderId, 'fulfilment.rejected');
    await world.script('wms', { delayMs: 20 });
    expect((await resolve(rejected.exceptionId, 'retry')).status).toBe(200);
    await world.untilOrder(WEB, orderNo, 'closed');
  });
});

test('a capture that fails after the goods have left waits for payments, with the money named', async () => {
  const { orderId, orderNo, totalMinor } = await sellOnWeb(world, {
    card: 'pm_card_expiresBeforeCapture',
  });
  const failed = await world.untilException(orderId, 'payment.capture-failed');
  expect(failed).toMatchObject({ owner: 'payments', money: usd(totalMinor) });
  const order = await world.order(orderId);
  expect(order.lines).toMatchObject([{ shipped: 1 }]);
  expect(order.status).not.toBe('closed');
  expect((await world.journals(orderId)).map(({ rule }) => rule)).toEqual(['3']);
  await world.expectCleanAudit();

  expect((await resolve(failed.exceptionId, 'override', 'support')).status).toBe(200);
  await world.untilOrder(WEB, orderNo, 'closed');
});

test('an unmapped SKU: 202 with its name, and the mapping lets the order go on', async () => {
  const name = `NOVEL-${newOrderNo()}`;
  const { orderNo, answer } = await sellOnWeb(world, { lines: [{ sku: name, quantity: 1 }] });
  expect(answer).toMatchObject({
    status: 202,
    body: { status: 'received', exceptions: [{ code: 'mapping.sku', owner: 'master-data' }] },
  });
  const put = await world.put(`/v1/mappings/sku/${WEB}/${name}`, { target: 'MUG' });
  expect(put.body).toMatchObject({ resumed: 1 });
  await world.untilOrder(WEB, orderNo, 'closed');
});

const ShopOrder = z.looseObject({ line_items: z.array(z.looseObject({ price: z.string() })) });

test('totals that do not add up: overridden by a person, the order goes on', async () => {
  const { orderNo, order } = await sellInShop(world, { sendWebhook: false });
  const odd = ShopOrder.parse(order);
  const line_items = odd.line_items.map((line) => ({ ...line, price: '25.00' }));
  await shopifyWebhook(world, JSON.stringify({ ...odd, line_items }));
  const { orderId } = await world.untilOrder(SHOP, orderNo, () => true);
  const mismatch = await world.untilException(orderId, 'order.totals-mismatch');
  expect(mismatch.detail).toContain('25.00');
  expect(mismatch.detail).toContain('20.00');
  const unexplained = await world.post(
    `/v1/exceptions/${mismatch.exceptionId}/override`,
    'operator',
    {},
  );
  expect(unexplained.status).toBe(422);
  expect((await resolve(mismatch.exceptionId, 'override')).status).toBe(200);
  const closed = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(closed.tenders).toMatchObject([{ state: 'captured', captured: usd(2_620) }]);
});

test('100 buyers of 10 units at once: exactly 10 have one', async () => {
  await world.item('LAST-TEN', 10);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      world.post('/v1/orders', 'oms', webOrder({ lines: [{ sku: 'LAST-TEN', quantity: 1 }] })),
    ),
  );
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect([count(201), count(409)]).toEqual([10, 90]);
  const refused = answers.find((answer) => answer.status === 409);
  expect(refused?.body).toMatchObject({
    code: 'insufficient_stock',
    available: [{ sku: 'LAST-TEN', wanted: 1, available: 0 }],
  });
  await world.until('ten shipped', async () => {
    const { rows } = await world.db.query(
      `select from stock where sku = 'LAST-TEN' and on_hand = 0 and reserved = 0`,
    );
    return rows.length === 1;
  });
});
