/**
 * Shopify's order webhooks in our words. Pure: the same bytes give the same result.
 *
 * - The topic is a header that nobody signed: a body that does not say what its topic says, a
 *   cancellation without `cancelled_at` or a refund that is none, is unreadable.
 * - `orders/create`, `orders/updated` → `order.created.v1` with the shop's word on it, which is
 *   compared with an order that is here already; `orders/cancelled`, and an update that carries
 *   `cancelled_at`, → `order.cancel-requested.v1`. Refunds, fulfilments and returns are read
 *   in files of their own; every other topic is ignored with a reason (also `orders/edited`).
 * - An order that was cancelled or voided before we heard of it is ignored: there is nothing to do.
 * - One of which something has happened already that it does not tell whole, or with an amount that
 *   nothing here books, is no new order: a person decides (`not-as-new`). What has left is recorded,
 *   and what others send or nobody does is not ours to send (`departed`).
 * - `pending` and every other state without an authorization give a tender that nothing was
 *   received on.
 * - A line without a SKU is known by its variant, else its product, and waits for a mapping.
 * - Where something is collected is not said: an order that may be a pickup asks its shop.
 */
import { z } from 'zod';
import { isCurrency } from '../../canonical/rules/money/money';
import { cutText } from '../../canonical/rules/text';
import type { CanonicalEvent } from '../../canonical/schema/event';
import { CancelRequested } from '../../canonical/schema/event';
import type { OrderInput } from '../../canonical/schema/order';
import { Order } from '../../canonical/schema/order';
import {
  fieldProblems,
  toUtc,
  unreadable,
  type FieldProblem,
  type InboundContext,
  type InboundResult,
} from '../inbound-contract';
import { readOrderMoney, type OrderMoney } from './order-money';
import { isOurs, notSentOf } from './departed';
import { departures, readFulfilment } from './map-fulfilment';
import { readRefund, readTransaction } from './map-refund';
import { mapReturn } from './map-return';
import { notAsNew, wordOf } from './not-as-new';
import {
  ShopifyCancellation,
  ShopifyOrder,
  unwrapOrder,
  type ShopifyAddress,
  type ShopifyLineItem,
} from './order-schema';

const PICKUP_CATEGORY = 'pickup';
const MAX_DESCRIPTION_CHARS = 500;
const MAX_REASON_CHARS = 300;
/** Shopify's own: a part of the total may be paid by one, which is booked as no card is. */
const OWN_GATEWAYS = ['gift_card', 'shopify_store_credit'];
const RECEIVED_STATES: Readonly<Record<string, 'authorized' | 'captured'>> = {
  authorized: 'authorized',
  paid: 'captured',
};

export function mapShopify(topic: string, body: unknown, context: InboundContext): InboundResult {
  switch (topic) {
    case 'orders/create':
    case 'orders/updated':
    case 'orders/paid':
    case 'orders/fulfilled':
    case 'orders/partially_fulfilled':
      // Each carries the whole order as it is now: its topic says no more than that.
      return mapOrder(topic === 'orders/create' ? topic : 'orders/updated', body, context);
    case 'orders/cancelled':
      return mapCancellation(body, context);
    case 'refunds/create':
      return readRefund(body);
    case 'order_transactions/create':
      return readTransaction(body);
    case 'fulfillments/create':
    case 'fulfillments/update':
    case 'fulfillment_orders/line_items_prepared_for_local_pickup':
      return readFulfilment(topic, body, context);
    default: {
      const ignored = {
        outcome: 'ignored',
        why: `topic ${topic}: nothing here depends on it`,
      } as const;
      return mapReturn(topic, body, context) ?? ignored;
    }
  }
}

function mapCancellation(body: unknown, context: InboundContext): InboundResult {
  const parsed = ShopifyCancellation.safeParse(unwrapOrder(body));
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const reason = parsed.data.cancel_reason?.trim() || 'cancelled in the shop';
  const request = CancelRequested.safeParse({
    channelInstance: context.account,
    orderNo: parsed.data.order_number,
    reason: cutText(reason, MAX_REASON_CHARS),
  });
  if (!request.success) return unreadable(canonicalProblems(request.error));
  return mapped({ type: 'order.cancel-requested.v1', data: request.data });
}

const mapped = (event: CanonicalEvent): InboundResult => ({ outcome: 'mapped', events: [event] });

function mapOrder(topic: string, body: unknown, context: InboundContext): InboundResult {
  const parsed = ShopifyOrder.safeParse(unwrapOrder(body));
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const order = parsed.data;
  if (order.cancelled_at) {
    const why = '/cancelled_at: cancelled before it reached us';
    const cancel = mapCancellation(order, context);
    return cancel.outcome === 'mapped'
      ? { ...cancel, ifUnknown: { outcome: 'ignored', why } }
      : cancel;
  }
  const ifUnknown = notAsNew(topic, order, context);
  const problems: FieldProblem[] = [];
  if (order.line_items.length === 0) {
    problems.push({ pointer: '/line_items', detail: 'an order without lines' });
  }
  if (!isCurrency(order.currency)) {
    problems.push({ pointer: '/currency', detail: 'not an ISO 4217 code' });
  }
  if (toUtc(order.created_at) === null) {
    problems.push({ pointer: '/created_at', detail: 'not an instant' });
  }
  const money = readOrderMoney(order, problems);
  const tenders = readTenders(order, money, problems);
  const input = toCanonical(order, money, tenders, context, problems);
  if (problems.length > 0) {
    return unreadable([
      ...(ifUnknown?.outcome === 'unreadable' ? ifUnknown.problems : []),
      ...problems,
    ]);
  }
  const canonical = Order.safeParse(input);
  if (!canonical.success) return unreadable(canonicalProblems(canonical.error));
  const event = { type: 'order.created.v1', data: canonical.data } as const;
  return {
    outcome: 'mapped',
    events: [event, ...departures(order, context)],
    asksForPlaces: mayBeCollected(order),
    asksForTenders: isPaidBySeveral(order),
    word: wordOf(order),
    ...(ifUnknown && { ifUnknown }),
  };
}

/**
 * A pickup has no address to ship to, or is one of several ways in which an order is delivered. What
 * is neither collected nor has an address is sent nowhere: its shop is asked, and then a person.
 */
function mayBeCollected(order: ShopifyOrder): boolean {
  if (!order.line_items.some((line) => isOurs(order, line))) return false;
  const ways = order.shipping_lines ?? [];
  if (ways.length > 1 || ways.some((one) => one.delivery_category === PICKUP_CATEGORY)) return true;
  return !order.shipping_address;
}

function toCanonical(
  order: ShopifyOrder,
  money: OrderMoney,
  tenders: OrderInput['tenders'],
  context: InboundContext,
  problems: FieldProblem[],
) {
  const { currency } = order;
  const amount = (minorUnits: number) => ({ currency, minorUnits });
  const { totals } = money;
  const hasShipping = money.shippingMinor > 0 || money.shippingTaxes.length > 0;
  return {
    channelInstance: context.account,
    orderNo: order.order_number,
    channelOrderRef: order.id,
    placedAt: toUtc(order.created_at),
    currency,
    customer: readCustomer(order),
    shipTo: readAddress(order.shipping_address),
    billTo: readAddress(order.billing_address),
    lines: order.line_items.map((line, index) => ({
      channelLineRef: line.id ?? String(index + 1),
      sku: readSku(line, index, problems),
      description: textOf(cutText(line.name ?? line.title ?? '', MAX_DESCRIPTION_CHARS)),
      quantity: line.quantity,
      notSent: notSentOf(order, line),
      unitPrice: amount(money.lines[index]?.unitMinor ?? 0),
      discounts: money.lines[index]?.discounts,
      taxes: money.lines[index]?.taxes,
    })),
    discounts: money.discounts,
    shipping: hasShipping
      ? { amount: amount(money.shippingMinor), taxes: money.shippingTaxes }
      : undefined,
    taxes: money.taxes,
    totals: {
      subtotal: amount(totals.subtotalMinor),
      discount: amount(totals.discountMinor),
      shipping: amount(totals.shippingMinor),
      tax: amount(totals.taxMinor),
      total: amount(totals.totalMinor),
    },
    tenders,
  };
}

/** With a gift card or a store credit among them: as one tender that would book the wrong debt. */
function isPaidBySeveral({ payment_gateway_names: names, total_price: total }: ShopifyOrder) {
  const distinct = new Set((names ?? []).map(textOf));
  const isOwn = OWN_GATEWAYS.some((one) => distinct.has(one));
  return distinct.size > 1 && isOwn && Number(total) !== 0;
}

/**
 * One tender over the order's total: a webhook does not say how several means of payment shared it;
 * where that matters, the shop is asked, and its answer takes this one's place. An order of nothing
 * has none.
 */
function readTenders(
  order: ShopifyOrder,
  money: OrderMoney,
  problems: FieldProblem[],
): NonNullable<OrderInput['tenders']> {
  if (money.totals.totalMinor === 0) return [];
  const gateway = textOf(order.gateway) ?? textOf(order.payment_gateway_names?.[0]);
  if (!gateway) {
    const detail = 'an amount to pay and no gateway that takes it';
    problems.push({ pointer: '/payment_gateway_names', detail });
    return [];
  }
  const state = RECEIVED_STATES[order.financial_status ?? ''];
  return [
    {
      gateway,
      amount: { currency: order.currency, minorUnits: money.totals.totalMinor },
      received: state ? { state } : undefined,
    },
  ];
}

function readSku(line: ShopifyLineItem, index: number, problems: FieldProblem[]): string {
  const sku = textOf(line.sku);
  if (sku) return sku;
  if (line.variant_id) return `variant:${line.variant_id}`;
  if (line.product_id) return `product:${line.product_id}`;
  const pointer = `/line_items/${index}/sku`;
  problems.push({ pointer, detail: 'neither SKU nor variant nor product says what was sold' });
  return '';
}

function textOf(text: string | null | undefined): string | undefined {
  return text?.trim() || undefined;
}

function fullName(first: string | null | undefined, last: string | null | undefined) {
  return textOf([textOf(first), textOf(last)].filter((part) => part !== undefined).join(' '));
}

/** An e-mail address that is none is left out: the order stands without it. */
function readCustomer(order: ShopifyOrder): OrderInput['customer'] {
  const { customer } = order;
  const email = [customer?.email, order.email, order.contact_email]
    .map(textOf)
    .find((one) => z.email().safeParse(one).success);
  const found = {
    customerRef: customer?.id ?? undefined,
    name: fullName(customer?.first_name, customer?.last_name),
    email,
    phone: textOf(customer?.phone) ?? textOf(order.phone),
  };
  return Object.values(found).some((value) => value !== undefined) ? found : undefined;
}

export function readAddress(address: ShopifyAddress | null | undefined): OrderInput['shipTo'] {
  if (!address) return undefined;
  return {
    name: textOf(address.name) ?? fullName(address.first_name, address.last_name),
    address1: textOf(address.address1),
    address2: textOf(address.address2),
    city: textOf(address.city),
    region: textOf(address.province_code) ?? textOf(address.province),
    postalCode: textOf(address.zip),
    country: textOf(address.country_code)?.toUpperCase(),
    phone: textOf(address.phone),
  };
}

/** Where a canonical field comes from, so that a refusal names the shop's field, not ours. */
const VENDOR_FIELDS: readonly (readonly [RegExp, string])[] = [
  [/^\/lines\/(\d+)\/channelLineRef/, '/line_items/$1/id'],
  [/^\/lines\/(\d+)\/sku/, '/line_items/$1/sku'],
  [/^\/lines\/(\d+)\/quantity/, '/line_items/$1/quantity'],
  [/^\/lines\/(\d+)\/notSent.*/, '/line_items/$1/fulfillment_service'],
  [/^\/lines\/(\d+)\/unitPrice.*/, '/line_items/$1/price'],
  [/^\/lines\/(\d+)\/discounts.*/, '/line_items/$1/discount_allocations'],
  [/^\/lines\/(\d+)\/taxes.*/, '/line_items/$1/tax_lines'],
  [/^\/lines/, '/line_items'],
  [/^\/orderNo/, '/order_number'],
  [/^\/channelOrderRef/, '/id'],
  [/^\/shipTo\/country/, '/shipping_address/country_code'],
  [/^\/shipTo\/postalCode/, '/shipping_address/zip'],
  [/^\/shipTo\/region/, '/shipping_address/province_code'],
  [/^\/shipTo/, '/shipping_address'],
  [/^\/billTo\/country/, '/billing_address/country_code'],
  [/^\/billTo\/postalCode/, '/billing_address/zip'],
  [/^\/billTo\/region/, '/billing_address/province_code'],
  [/^\/billTo/, '/billing_address'],
  [/^\/shipping.*/, '/shipping_lines'],
  [/^\/discounts.*/, '/total_discounts'],
  [/^\/taxes.*/, '/tax_lines'],
  [/^\/tenders.*/, '/payment_gateway_names'],
  [/^\/totals\/subtotal.*/, '/subtotal_price'],
  [/^\/totals\/discount.*/, '/total_discounts'],
  [/^\/totals\/shipping.*/, '/shipping_lines'],
  [/^\/totals\/tax.*/, '/total_tax'],
  [/^\/totals\/total.*/, '/total_price'],
];

function canonicalProblems(error: z.ZodError): FieldProblem[] {
  return fieldProblems(error).map(({ pointer, detail }) => {
    const row = VENDOR_FIELDS.find(([pattern]) => pattern.test(pointer));
    return { pointer: row ? pointer.replace(row[0], row[1]) : pointer, detail };
  });
}
