/** Makes a shop's order as a buyer would: the order, its authorization, its webhook. */
import { z } from 'zod';
import { inTransaction, type Queryable } from '../database';
import { contentHash, longNumber } from '../identifiers';
import { majorUnits, minorUnits } from '../money';
import { recordTable } from '../records';
import type { SandboxContext } from '../system';
import type { Checkout, PickupOption, RestOrder } from './checkout-request';
import { plannedDeliveries } from './pickups';
import { presented } from './presentment';
import { fulfillmentOrders, gid, numberOf, orders, readOrder, transactions } from './shop';
import type { ShopOrder } from './shop';
import { orderWebhook } from './webhooks';

/** Shopify's authorizations live seven days. */
const AUTHORIZATION_LIFE_MS = 7 * 24 * 3_600_000;

/** The orders in REST form, as webhooks carry them: with the buyer, so not listed as records. */
export const payloads = recordTable('commerce', 'order_payloads');
export const checkoutDdl = [
  'CREATE SEQUENCE IF NOT EXISTS commerce.order_number START 10001',
] as const;

export interface WebhookPlan {
  topic: string;
  copies: number;
  delayMs: number;
}

export type CheckoutResult =
  | { outcome: 'made' | 'same'; order: ShopOrder; payload: RestOrder; deliveries: string[] }
  | { outcome: 'other' }
  | { outcome: 'invalid'; pointer: string; detail: string };

async function completed(db: Queryable, order: RestOrder): Promise<RestOrder> {
  const id = order.id ?? longNumber();
  let number = order.order_number;
  if (typeof number !== 'number') {
    const { rows } = await db.query(`SELECT nextval('commerce.order_number')::int AS number`);
    number = z.object({ number: z.number() }).parse(rows[0]).number;
  }
  const now = new Date().toISOString();
  return {
    ...order,
    id,
    order_number: number,
    number: order['number'] ?? number,
    name: order.name ?? `#${number}`,
    admin_graphql_api_id: gid('Order', id),
    created_at: order.created_at ?? now,
    updated_at: order['updated_at'] ?? now,
    processed_at: order['processed_at'] ?? now,
    currency: order.currency ?? 'USD',
    financial_status: order.financial_status ?? 'authorized',
    line_items: order.line_items.map((line) => ({ ...line, id: line.id ?? longNumber() })),
  };
}

function totalMinorOf(order: RestOrder, currency: string): number | undefined {
  if (order.total_price !== undefined && order.total_price !== null) {
    return minorUnits(order.total_price, currency);
  }
  let sum = 0;
  for (const { price, quantity } of order.line_items) {
    const unit = minorUnits(price, currency);
    if (unit === undefined) return undefined;
    sum += unit * quantity;
  }
  return sum;
}

function authorizedMinorOf(
  order: RestOrder,
  totalMinor: number,
  authorization: Checkout['authorization'],
): number | undefined {
  const amount = authorization?.amount;
  return amount === undefined ? totalMinor : minorUnits(amount, order.currency ?? 'USD');
}

const GIFT_CARD = 'gift_card';

/** A gift card pays at once, whatever the rest is paid with. */
async function redeemGiftCard(
  db: Queryable,
  order: RestOrder,
  amountMinor: number,
  presentment: Checkout['presentment'],
) {
  await transactions.insert(db, {
    id: gid('OrderTransaction', longNumber()),
    reference: order.name ?? null,
    orderId: gid('Order', order.id ?? ''),
    amountMinor,
    currency: order.currency ?? 'USD',
    status: 'SUCCESS',
    details: {
      kind: 'SALE',
      gateway: GIFT_CARD,
      multiCapturable: false,
      presentment: presentment
        ? presented(amountMinor, order.currency ?? 'USD', presentment)
        : null,
      expiresAt: null,
      closed: false,
      transactionId: null,
    },
  });
}

async function insertPayment(
  db: Queryable,
  order: RestOrder,
  amountMinor: number,
  { authorization, presentment }: Pick<Checkout, 'authorization' | 'presentment'>,
): Promise<void> {
  const currency = order.currency ?? 'USD';
  const status = order.financial_status;
  if (status === 'pending' && !authorization) return;
  const kind = status === 'paid' ? 'SALE' : 'AUTHORIZATION';
  const expires = new Date(Date.now() + AUTHORIZATION_LIFE_MS).toISOString();
  await transactions.insert(db, {
    id: gid('OrderTransaction', longNumber()),
    reference: order.name ?? null,
    orderId: gid('Order', order.id ?? ''),
    amountMinor,
    currency,
    status: authorization?.status ?? 'SUCCESS',
    details: {
      kind,
      gateway: order.gateway ?? order.payment_gateway_names?.[0] ?? 'shopify_payments',
      multiCapturable: kind === 'AUTHORIZATION' && (authorization?.multiCapturable ?? true),
      presentment: presentment ? presented(amountMinor, currency, presentment) : null,
      expiresAt: kind === 'SALE' ? null : (authorization?.expiresAt ?? expires),
      closed: false,
      transactionId: null,
    },
  });
}

interface Planned {
  readonly total: number;
  readonly hash: string;
  readonly pickup: PickupOption | undefined;
}

async function insertOrder(db: Queryable, order: RestOrder, { total, hash, pickup }: Planned) {
  const id = gid('Order', order.id ?? '');
  const deliveries = plannedDeliveries(order, pickup);
  const lines = order.line_items.map((line, index) => ({
    id: gid('LineItem', line.id ?? ''),
    sku: line.sku ?? null,
    title: line.title ?? line.name ?? line.sku ?? '',
    quantity: line.quantity,
    remaining: line.quantity,
    refunded: 0,
    removed: 0,
    fulfillmentOrderId: deliveries.find((one) => one.lines.has(index))?.fulfillmentOrderId ?? null,
    fulfillmentOrderLineItemId: gid('FulfillmentOrderLineItem', longNumber()),
  }));
  await orders.insert(db, {
    id,
    reference: String(order.order_number),
    orderId: id,
    amountMinor: total,
    currency: order.currency,
    status: 'open',
    details: {
      name: order.name,
      number: order.order_number,
      cancelledAt: null,
      cancelReason: null,
      lines,
      shippingAddress: order['shipping_address'] ?? null,
      contentHash: hash,
    },
  });
  for (const { fulfillmentOrderId, methodType, locationId, locationName } of deliveries) {
    await fulfillmentOrders.insert(db, {
      id: fulfillmentOrderId,
      orderId: id,
      status: 'OPEN',
      details: { methodType, locationId, locationName },
    });
  }
  await payloads.insert(db, { id, status: 'kept', details: { payload: order } });
}

export async function payloadOf(db: Queryable, orderGid: string): Promise<RestOrder | undefined> {
  const kept = await payloads.find(db, orderGid);
  return kept && z.object({ payload: z.custom<RestOrder>() }).parse(kept.details).payload;
}

/** Sends an order's webhook, changed by `patch`. The deliveries' ids. */
export async function sendOrderWebhook(
  context: SandboxContext,
  db: Queryable,
  orderGid: string,
  plan: WebhookPlan,
  patch: Record<string, unknown> = {},
): Promise<string[] | undefined> {
  const payload = await payloadOf(db, orderGid);
  if (!payload) return undefined;
  const triggeredAt = String(payload['updated_at'] ?? new Date().toISOString());
  const { shopify } = context.accounts;
  const shown = { ...payload, ...patch };
  const message = orderWebhook(shopify, plan.topic, orderGid, shown, triggeredAt);
  return context.outbound.enqueue(db, message, plan.copies, plan.delayMs);
}

/** Its gateways, the gift card first; the rest is paid by the one that the order names. */
function withGiftCard({ order, giftCard }: Checkout): RestOrder {
  if (!giftCard) return order;
  const names = order.payment_gateway_names ?? [];
  const gateway = order.gateway ?? names[0] ?? 'shopify_payments';
  return { ...order, gateway, payment_gateway_names: [GIFT_CARD, ...names] };
}

/** @param plan the webhook to send, if any. */
export async function checkOut(
  context: SandboxContext,
  checkout: Checkout,
  plan: WebhookPlan | undefined,
): Promise<CheckoutResult> {
  const { given, authorization, giftCard, pickup, presentment } = checkout;
  const also = [giftCard, pickup, presentment].filter((one) => one !== undefined);
  const hash = contentHash([given, authorization, ...also]);
  const result = await inTransaction(context.pool, async (db): Promise<CheckoutResult> => {
    const payload = await completed(db, withGiftCard(checkout));
    const id = gid('Order', payload.id ?? '');
    await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [id]);
    const known = await readOrder(db, id);
    if (known && known.details.contentHash !== hash) return { outcome: 'other' };
    if (!known) {
      const total = totalMinorOf(payload, payload.currency ?? 'USD');
      if (total === undefined) {
        return { outcome: 'invalid', pointer: '/total_price', detail: 'not an amount' };
      }
      const redeemed = giftCard ? minorUnits(giftCard.amount, payload.currency ?? 'USD') : 0;
      if (redeemed === undefined || redeemed > total) {
        return { outcome: 'invalid', pointer: '/giftCard/amount', detail: 'not an amount of it' };
      }
      const authorized = authorizedMinorOf(payload, total - redeemed, checkout.authorization);
      if (authorized === undefined) {
        return { outcome: 'invalid', pointer: '/authorization/amount', detail: 'not an amount' };
      }
      await insertOrder(db, payload, { total, hash, pickup: checkout.pickup });
      if (redeemed > 0) await redeemGiftCard(db, payload, redeemed, presentment);
      await insertPayment(db, payload, authorized, checkout);
    }
    const deliveries = plan ? await sendOrderWebhook(context, db, id, plan) : [];
    const order = known ?? (await readOrder(db, id));
    if (!order) throw new Error('the order was not kept');
    const shown = (await payloadOf(db, id)) ?? payload;
    const outcome = known ? 'same' : 'made';
    return { outcome, order, payload: shown, deliveries: deliveries ?? [] };
  });
  if (result.outcome === 'made') {
    const { id, amountMinor, currency } = result.order.record;
    const effect = { effect: 'order-placed', id, orderId: id, amountMinor, currency };
    context.effectMade('commerce', effect);
  }
  context.outbound.wake();
  return result;
}

/** The transactions in the answer: Shopify's REST names, with GraphQL's ids. */
export function shownTransactions(order: ShopOrder): Record<string, unknown>[] {
  return order.transactions.map(({ record, details, amountMinor }) => ({
    id: Number(numberOf(record.id)),
    admin_graphql_api_id: record.id,
    kind: details.kind.toLowerCase(),
    status: record.status.toLowerCase(),
    gateway: details.gateway,
    amount: majorUnits(amountMinor, order.currency),
    currency: order.currency,
    created_at: record.createdAt,
    authorization_expires_at: details.expiresAt,
  }));
}
