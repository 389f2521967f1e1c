/**
 * Lines and tenders of an order that has no rows of its own yet: it waits before it is accepted, or
 * was turned away there. They are read from what the channel sent.
 */
import { allocateToLines, checkTotals } from '../../canonical/rules/order/totals';
import { sum } from '../../canonical/rules/money/money';
import type { Order } from '../../canonical/schema/order';
import type { Sql } from '../database';
import type { LineRow, TenderRow } from './order-rows';

/** Null where there is no such order. */
export async function readContent(sql: Sql, orderId: string): Promise<Order | null> {
  const { rows } = await sql.query<{ content: Order }>(
    'select content from sales_order where order_id = $1',
    [orderId],
  );
  return rows[0]?.content ?? null;
}

/** A line's share of the order's money; only what the line says itself where it does not add up. */
function amountsByLine(order: Order) {
  if (checkTotals(order).length === 0) return allocateToLines(order);
  return order.lines.map((line) => ({
    grossMinor: line.quantity * line.unitPrice.minorUnits,
    discountMinor: sum(line.discounts.map((one) => one.amount.minorUnits)),
    shippingMinor: 0,
    taxMinor: sum(line.taxes.map((one) => one.amount.minorUnits)),
  }));
}

/** Every unit waits; of an order that was turned away every unit is cancelled. */
export function linesOfContent(order: Order, isRejected: boolean): LineRow[] {
  const amounts = amountsByLine(order);
  return order.lines.map(({ sku, quantity, channelLineRef = null }, index) => ({
    lineNo: index + 1,
    sku: null,
    channelSku: sku,
    channelLineRef,
    location: null,
    ordered: quantity,
    unallocated: isRejected ? 0 : quantity,
    backordered: 0,
    reserved: 0,
    released: 0,
    shipped: 0,
    pickedUp: 0,
    cancelled: isRejected ? quantity : 0,
    returned: 0,
    grossMinor: amounts[index]?.grossMinor ?? 0,
    discountMinor: amounts[index]?.discountMinor ?? 0,
    shippingMinor: amounts[index]?.shippingMinor ?? 0,
    taxMinor: amounts[index]?.taxMinor ?? 0,
  }));
}

const LAST_AUTHORIZATION = { authorized: 'live', captured: 'consumed' } as const;

/** As they were received: nothing is authorized or captured from here before acceptance. */
export function tendersOfContent(order: Order): TenderRow[] {
  return order.tenders.map(({ gateway, amount, received }, index) => ({
    tenderNo: index + 1,
    gateway,
    tenderType: null,
    amountMinor: amount.minorUnits,
    authorizedMinor: received === undefined ? 0 : amount.minorUnits,
    capturedMinor: received?.state === 'captured' ? amount.minorUnits : 0,
    refundedMinor: 0,
    lastAuthorization: received === undefined ? null : LAST_AUTHORIZATION[received.state],
    authorizationRefs: received?.reference === undefined ? [] : [received.reference],
  }));
}
