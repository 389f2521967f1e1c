/**
 * An order of the shop that a gift card and a card paid together, submitted with its two tenders by
 * who knows them: both are looked up at the shop, the card is captured for the rest, and what is
 * cancelled goes back to the gift card there.
 */
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { World } from '../fixture';
import { BUYER, newOrderNo, SHOP, usd } from '../selling';
import { sharedWorld } from '../shared-world';
import { shopifyWebhook } from '../webhooks';

const PRICE_MINOR = 2_000;
const TAX_MINOR = 120;
const SHIPPING_MINOR = 500;
const TOTAL_MINOR = PRICE_MINOR + TAX_MINOR + SHIPPING_MINOR;
const GIFT_MINOR = 1_500;
const CARD_MINOR = TOTAL_MINOR - GIFT_MINOR;

const Made = z.looseObject({
  order: z.looseObject({ id: z.union([z.string(), z.number()]).transform(String) }),
  transactions: z.array(z.looseObject({ admin_graphql_api_id: z.string(), gateway: z.string() })),
});

let world: World;
beforeAll(async () => {
  world = await sharedWorld();
  await world.item('MUG');
  await world.put(`/v1/mappings/tender/${SHOP}/gift_card`, { target: 'gift-card' });
});

/** Bought in the shop, unheard; what it says of its payments. */
async function bought(orderNo: string) {
  return Made.parse(
    await world.sandbox('commerce', 'POST', 'orders', {
      orderNumber: Number(orderNo),
      lines: [{ sku: 'MUG', quantity: 1, price: '20.00' }],
      giftCard: { amount: '15.00' },
    }),
  );
}

/** With both tenders, as the shop's transactions have them; its number and its id there. */
async function submitted(orderNo: string) {
  const { order, transactions } = await bought(orderNo);
  const received = (gateway: string, minor: number, state: 'authorized' | 'captured') => ({
    gateway,
    amount: usd(minor),
    received: {
      state,
      reference: transactions.find((one) => one.gateway === gateway)?.admin_graphql_api_id,
    },
  });
  const answer = await world.post('/v1/orders', 'oms', {
    channelInstance: SHOP,
    orderNo,
    channelOrderRef: order.id,
    placedAt: new Date().toISOString(),
    currency: 'USD',
    customer: { email: BUYER.email },
    lines: [
      {
        sku: 'MUG',
        quantity: 1,
        unitPrice: usd(PRICE_MINOR),
        taxes: [{ code: 'State Tax', amount: usd(TAX_MINOR) }],
      },
    ],
    shipping: { amount: usd(SHIPPING_MINOR) },
    totals: {
      subtotal: usd(PRICE_MINOR),
      discount: usd(0),
      shipping: usd(SHIPPING_MINOR),
      tax: usd(TAX_MINOR),
      total: usd(TOTAL_MINOR),
    },
    tenders: [
      received('gift_card', GIFT_MINOR, 'captured'),
      received('shopify_payments', CARD_MINOR, 'authorized'),
    ],
  });
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
  return order.id;
}

async function rulesOf(orderId: string): Promise<string[]> {
  const journals = await world.journals(orderId);
  return journals.map(({ rule }) => rule).sort();
}

test('the gift card is redeemed, the card captured for the rest, and all of it audited', async () => {
  const orderNo = newOrderNo();
  const shopId = await submitted(orderNo);
  const { orderId, tenders } = await world.untilOrder(SHOP, orderNo, 'closed');
  expect(tenders).toMatchObject([
    { tenderType: 'gift-card', state: 'captured', captured: usd(GIFT_MINOR) },
    { tenderType: 'card', state: 'captured', captured: usd(CARD_MINOR) },
  ]);
  expect(await world.shopTransactions(shopId, 'CAPTURE')).toMatchObject([
    { amountMinor: CARD_MINOR, status: 'SUCCESS' },
  ]);
  await world.untilQuiet();
  expect(await rulesOf(orderId)).toEqual(['3', '3c', '9a']);
  await world.expectCleanAudit();
});

test('a cancel lets the card go and gives the gift card its money back in the shop', async () => {
  await world.script('wms', { mode: 'never' });
  const orderNo = newOrderNo();
  const shopId = await submitted(orderNo);
  const { orderId } = await world.untilOrder(SHOP, orderNo, 'released');
  const { status } = await world.post(`/v1/orders/${orderId}/cancel`, 'support', {
    reason: 'the buyer asked',
  });
  expect(status).toBe(200);
  await world.untilOrder(SHOP, orderNo, (one) =>
    one.tenders.every((tender) => tender.state === 'voided' || tender.refunded.minorUnits > 0),
  );
  await world.untilQuiet();
  const refunds = await world.shopTransactions(shopId, 'REFUND');
  expect(refunds).toMatchObject([{ amountMinor: GIFT_MINOR, status: 'SUCCESS' }]);
  expect(JSON.stringify(refunds)).toContain('gift_card');
  expect(await rulesOf(orderId)).toEqual(['7', '8', '9a']);
  await world.expectCleanAudit();
});

test('a webhook that names both asks the shop how much by each: two tenders, never one', async () => {
  await world.script('wms', { delayMs: 20 });
  const orderNo = newOrderNo();
  const { order } = await bought(orderNo);
  expect((await shopifyWebhook(world, JSON.stringify(order))).status).toBe(200);
  const { orderId, tenders } = await world.untilOrder(SHOP, orderNo, 'closed');
  const paid = tenders.map(({ tenderType, captured }) => [tenderType, captured.minorUnits]).sort();
  expect(paid).toEqual([
    ['card', CARD_MINOR],
    ['gift-card', GIFT_MINOR],
  ]);
  expect(await world.shopTransactions(order.id, 'CAPTURE')).toMatchObject([
    { amountMinor: CARD_MINOR, status: 'SUCCESS' },
  ]);
  await world.untilQuiet();
  expect(await rulesOf(orderId)).toEqual(['3', '3c', '9a']);
  await world.expectCleanAudit();
});
