/**
 * An order in REST form as it is now, as its webhooks carry it: what was edited, refunded, sent and
 * paid of it since. https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
import { z } from 'zod';
import { majorUnits, minorUnits } from '../money';
import type { SandboxRecord } from '../records';
import type { RestOrder } from './checkout-request';
import {
  financialStatus,
  fulfillmentStatus,
  gid,
  numberOf,
  type ShopLine,
  type ShopOrder,
} from './shop';

type Shown = Record<string, unknown>;

/** Of the shop's own goods; a fulfilment is always from somewhere. */
const OWN_LOCATION = 1;
const fulfilledLines = z.array(z.object({ lineId: z.string(), quantity: z.number() }));
const refundedLines = z.array(
  z.object({ lineItemId: z.string(), quantity: z.number(), restockType: z.string().optional() }),
);

const currentOf = ({ quantity, refunded, removed }: ShopLine) => quantity - refunded - removed;
const statusOf = (text: string) => (text === 'UNFULFILLED' ? null : (SHORT[text] ?? null));
const SHORT: Readonly<Record<string, string>> = {
  FULFILLED: 'fulfilled',
  PARTIALLY_FULFILLED: 'partial',
};

export function fulfillmentNow(order: ShopOrder, record: SandboxRecord): Shown {
  return {
    id: Number(numberOf(record.id)),
    admin_graphql_api_id: record.id,
    order_id: Number(numberOf(order.record.id)),
    status: record.status.toLowerCase(),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    location_id: OWN_LOCATION,
    tracking_number: record.details['number'] ?? null,
    line_items: fulfilledLines
      .parse(record.details['lines'])
      .map(({ lineId, quantity }) => ({ id: Number(numberOf(lineId)), quantity })),
  };
}

export function refundNow(order: ShopOrder, record: SandboxRecord): Shown {
  const made = order.transactions.filter((one) => one.record.reference === record.id);
  return {
    id: Number(numberOf(record.id)),
    admin_graphql_api_id: record.id,
    order_id: Number(numberOf(order.record.id)),
    created_at: record.createdAt,
    refund_line_items: refundedLines.parse(record.details['lines'] ?? []).map((line) => ({
      line_item_id: Number(numberOf(line.lineItemId)),
      quantity: line.quantity,
      restock_type: (line.restockType ?? 'NO_RESTOCK').toLowerCase(),
    })),
    transactions: made.map(({ record: one, details, amountMinor }) => ({
      id: Number(numberOf(one.id)),
      parent_id: one.parentId === null ? null : Number(numberOf(one.parentId)),
      kind: details.kind.toLowerCase(),
      status: one.status.toLowerCase(),
      gateway: details.gateway,
      amount: majorUnits(amountMinor, order.currency),
      currency: order.currency,
    })),
  };
}

/** Its lines with what is left of each, and what they come to. */
function linesNow(kept: RestOrder, order: ShopOrder) {
  const { currency } = order;
  let goodsMinor = 0;
  let taxMinor = 0;
  const lines = kept.line_items.map((line) => {
    const now = order.details.lines.find(({ id }) => id === gid('LineItem', line.id ?? ''));
    if (!now) return line;
    const units = currentOf(now);
    goodsMinor += units * (minorUnits(line.price, currency) ?? 0);
    const taxes = z
      .array(z.looseObject({ price: z.string() }))
      .catch([])
      .parse(line['tax_lines']);
    for (const { price } of taxes) {
      taxMinor += Math.round(((minorUnits(price, currency) ?? 0) * units) / now.quantity);
    }
    const isTouched = now.remaining < units;
    return {
      ...line,
      current_quantity: units,
      fulfillable_quantity: now.remaining,
      fulfillment_status: isTouched ? (now.remaining === 0 ? 'fulfilled' : 'partial') : null,
    };
  });
  return { lines, goodsMinor, taxMinor };
}

export function orderNow(kept: RestOrder, order: ShopOrder): RestOrder {
  const { record, details, currency } = order;
  const { lines, goodsMinor, taxMinor } = linesNow(kept, order);
  const shippingMinor = (kept.shipping_lines ?? []).reduce(
    (sum, line) => sum + (minorUnits(String(line['price'] ?? '0'), currency) ?? 0),
    0,
  );
  const isCancelled = details.cancelledAt !== null;
  return {
    ...kept,
    updated_at: record.updatedAt,
    cancelled_at: details.cancelledAt,
    cancel_reason: details.cancelReason?.toLowerCase() ?? null,
    financial_status: financialStatus(order).toLowerCase(),
    fulfillment_status: statusOf(fulfillmentStatus(order)),
    current_subtotal_price: majorUnits(goodsMinor, currency),
    current_total_tax: majorUnits(taxMinor, currency),
    current_total_price: majorUnits(
      isCancelled ? 0 : goodsMinor + taxMinor + shippingMinor,
      currency,
    ),
    line_items: lines,
    fulfillments: order.fulfillments.map((one) => fulfillmentNow(order, one)),
    refunds: order.refunds.map((one) => refundNow(order, one)),
  };
}

/** The body of a topic: the refund, the fulfilment or the edit that is its last; else the order. */
export function bodyOf(topic: string, kept: RestOrder, order: ShopOrder): Shown {
  const refund = order.refunds.at(-1);
  const fulfillment = order.fulfillments.at(-1);
  if (topic === 'refunds/create' && refund) return refundNow(order, refund);
  if (topic.startsWith('fulfillments/') && fulfillment) return fulfillmentNow(order, fulfillment);
  if (topic === 'orders/edited') {
    const { id, updatedAt } = order.record;
    const orderId = Number(numberOf(id));
    return {
      order_edit: { id: Date.parse(updatedAt), order_id: orderId, committed_at: updatedAt },
    };
  }
  return orderNow(kept, order);
}
