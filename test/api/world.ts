/** Master data, stock and orders for tests of the API: put in over the API itself. */
import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { OrderInput } from '../../canonical/schema/order';
import { heard } from '../../moments/order/in-shadow';
import type { Database } from '../../store/database';
import { storeHeardOrder } from '../../store/inbox/inbox';
import { keepFinding } from '../../store/shadow/findings';
import { SHOPIFY_SECRET, type RunningApi } from './fixture';

export const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

export const SKU = 'MUG-BLUE';
export const DC = 'dc-east';

/** An item, a location, the mappings of web-us; no stock. */
export async function putMasterData(api: RunningApi): Promise<void> {
  const put = async (path: string, json: unknown) => {
    const answer = await api.send('PUT', path, { json });
    expect([path, answer.status, answer.body]).toEqual([path, 200, expect.anything()]);
  };
  await put(`/v1/items/${SKU}`, { description: 'Blue mug', standardCost: usd(450) });
  const location = { name: 'DC East', kind: 'dc', timeZone: 'America/New_York', priority: 10 };
  await put(`/v1/locations/${DC}`, location);
  await put('/v1/mappings/tax-code/web-us/State%20Tax', { target: 'US-STATE' });
  await put('/v1/mappings/tender/web-us/stripe', { target: 'card' });
}

/** Found stock: an adjustment, so that no worker is needed. */
export async function addStock(api: RunningApi, quantity: number, key: string): Promise<void> {
  const lines = [{ sku: SKU, quantityDelta: quantity }];
  const json = { location: DC, reason: 'opening stock', lines };
  const answer = await api.send('POST', '/v1/inventory/adjustments', { json, key });
  expect([answer.status, answer.body]).toEqual([201, expect.anything()]);
}

/** An order of web-us that ties: 12.99 a mug, 6.25 % tax rounded to 0.81. */
export function orderOf(orderNo: string, quantity = 1): OrderInput {
  const gross = 1_299 * quantity;
  const tax = 81 * quantity;
  return {
    channelInstance: 'web-us',
    orderNo,
    placedAt: '2026-03-02T15:04:05Z',
    currency: 'USD',
    customer: { name: 'Ada Buyer', email: 'ada@example.com' },
    shipTo: { name: 'Ada Buyer', address1: '1 Main St', country: 'US' },
    lines: [
      {
        sku: SKU,
        quantity,
        unitPrice: usd(1_299),
        taxes: [{ code: 'State Tax', amount: usd(tax) }],
      },
    ],
    totals: {
      subtotal: usd(gross),
      discount: usd(0),
      shipping: usd(0),
      tax: usd(tax),
      total: usd(gross + tax),
    },
    tenders: [{ gateway: 'stripe', amount: usd(gross + tax), paymentMethodRef: 'pm_card_visa' }],
  };
}

/** A webhook as Shopify sends and signs it. */
export function shopifyWebhook(body: string, eventId: string, topic = 'orders/create') {
  return {
    role: null,
    raw: body,
    headers: {
      'content-type': 'application/json',
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': 'shopify-us.myshopify.com',
      'x-shopify-event-id': eventId,
      'x-shopify-triggered-at': '2026-03-02T15:04:06Z',
      'x-shopify-hmac-sha256': createHmac('sha256', SHOPIFY_SECRET).update(body).digest('base64'),
    },
  };
}

export async function countOf(api: RunningApi, table: string): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>(`select count(*) from ${table}`);
  return rows[0]?.count ?? -1;
}

/** What was found of an order of each, while it was in shadow. */
export async function hearInShadow(db: Database, channels: readonly string[]): Promise<void> {
  for (const channelInstance of channels) {
    const orderNo = `S-${channelInstance}`;
    const body = { channelInstance, orderNo };
    const of = { eventId: orderNo, body, correlationId: 'cor_shadow', note: 'in shadow' };
    const eventNo = await storeHeardOrder(db, of);
    await keepFinding(db, {
      ...body,
      ...heard('an order'),
      eventNo,
      type: 'order.created.v1',
      correlationId: of.correlationId,
    });
  }
}
