/**
 * Shopify's order webhooks in our words. Pure: the same bytes give the same result.
 *
 * - The topic is a header that nobody signed: a body that does not say what its topic says, a
 *   cancellation without `cancelled_at` or a refund that is none, is unreadable.
 * - `orders/create`, `orders/updated` → `order.created.v1`; `orders/cancelled` →
 *   `order.cancel-requested.v1`; every other topic is ignored with a reason.
 * - An order that was cancelled or voided before we heard of it is ignored: there is nothing to do.
 * - One that was refunded in part or whole before we heard of it is unreadable: money has moved that
 *   we cannot see here, so a person decides. An update that says so is ignored: it is the echo of a
 *   refund of an order that we have, or its `orders/create` is still on the way.
 * - `pending` and every other state without an authorization give a tender that nothing was
 *   received on.
 * - A line without a SKU is known by its variant, else its product, and waits for a mapping.
 */
import { z } from 'zod';
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
import {
  ShopifyCancellation,
  ShopifyOrder,
  ShopifyRefund,
  unwrapOrder,
  type ShopifyAddress,
  type ShopifyLineItem,
} from './order-schema';

const MAX_DESCRIPTION_CHARS = 500;
const MAX_REASON_CHARS = 300;
const MONEY_GIVEN_BACK = new Set(['partially_refunded', 'refunded']);
const RECEIVED_STATES: Readonly<Record<string, 'authorized' | 'captured'>> = {
  authorized: 'authorized',
  paid: 'captured',
};

export function mapShopify(topic: string, body: unknown, context: InboundContext): InboundResult {
  switch (topic) {
    case 'orders/create':
    case 'orders/updated':
      return mapOrder(topic, body, context);
    case 'orders/cancelled':
      return mapCancellation(body, context);
    case 'refunds/create':
      return readRefund(body);
    default:
      return { outcome: 'ignored', why: `topic ${topic}: nothing here depends on it` };
  }
}

function mapCancellation(body: unknown, context: InboundContext): InboundResult {
  const parsed = ShopifyCancellation.safeParse(unwrapOrder(body));
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const reason = parsed.data.cancel_reason?.trim() || 'cancelled in the shop';
  const request = CancelRequested.safeParse({
    channelInstance: context.account,
    orderNo: parsed.data.order_number,
    reason: reason.slice(0, MAX_REASON_CHARS),
  });
  if (!request.success) return unreadable(canonicalProblems(request.error));
  return mapped({ type: 'order.cancel-requested.v1', data: request.data });
}

/** Refunds that the shop made are not followed yet. */
function readRefund(body: unknown): InboundResult {
  const parsed = ShopifyRefund.safeParse(body);
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  return { outcome: 'ignored', why: 'topic refunds/create: nothing here depends on it' };
}

const mapped = (event: CanonicalEvent): InboundResult => ({ outcome: 'mapped', events: [event] });

function mapOrder(topic: string, body: unknown, context: InboundContext): InboundResult {
  const parsed = ShopifyOrder.safeParse(unwrapOrder(body));
  if (!parsed.success) return unreadable(fieldProblems(parsed.error));
  const order = parsed.data;
  if (order.cancelled_at) {
    return { outcome: 'ignored', why: '/cancelled_at: cancelled before it reached us' };
  }
  if (order.financial_status === 'voided') {
    return { outcome: 'ignored', why: '/financial_status: voided before it reached us' };
  }
  const isGivenBack = MONEY_GIVEN_BACK.has(order.financial_status ?? '');
  if (isGivenBack && topic === 'orders/updated') {
    return { outcome: 'ignored', why: '/financial_status: an update about a refund' };
  }
  const problems: FieldProblem[] = [];
  if (isGivenBack) {
    const detail = `${order.financial_status} before it reached us: its refunds are not known here`;
    problems.push({ pointer: '/financial_status', detail });
  }
  if (order.line_items.length === 0) {
    problems.push({ pointer: '/line_items', detail: 'an order without lines' });
  }
  if (!/^[A-Z]{3}$/.test(order.currency)) {
    problems.push({ pointer: '/currency', detail: 'not an ISO 4217 code' });
  }
  if (toUtc(order.created_at) === null) {
    problems.push({ pointer: '/created_at', detail: 'not an instant' });
  }
  const money = readOrderMoney(order, problems);
  if (order.total_tip_received && Number(order.total_tip_received) !== 0) {
    problems.push({ pointer: '/total_tip_received', detail: 'tips have no place in an order yet' });
  }
  const tenders = readTenders(order, money, problems);
  const input = toCanonical(order, money, tenders, context, problems);
  if (problems.length > 0) return unreadable(problems);
  const canonical = Order.safeParse(input);
  if (!canonical.success) return unreadable(canonicalProblems(canonical.error));
  return mapped({ type: 'order.created.v1', data: canonical.data });
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
      description: textOf(line.name ?? line.title)?.slice(0, MAX_DESCRIPTION_CHARS),
      quantity: line.quantity,
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

/**
 * One tender over the order's total: a webhook does not say how several means of payment shared it.
 * An order of nothing has none.
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

function readAddress(address: ShopifyAddress | null | undefined): OrderInput['shipTo'] {
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
