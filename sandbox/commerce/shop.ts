/** The shop's records: orders, their transactions, fulfillment orders, fulfillments, refunds. */
import { z } from 'zod';
import type { Queryable } from '../database';
import { recordTable, type SandboxRecord } from '../records';

export const orders = recordTable('commerce', 'orders');
export const transactions = recordTable('commerce', 'transactions');
export const fulfillments = recordTable('commerce', 'fulfillments');
export const fulfillmentOrders = recordTable('commerce', 'fulfillment_orders');
/** What was told to be ready at the counter; one for each fulfillment order. */
export const preparations = recordTable('commerce', 'preparations');
export const orderEdits = recordTable('commerce', 'order_edits');
export const refunds = recordTable('commerce', 'refunds');
export const returns = recordTable('commerce', 'returns');
export const idempotencyKeys = recordTable('commerce', 'idempotency_keys');

export const gid = (type: string, id: number | string): string => `gid://shopify/${type}/${id}`;
export const numberOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

const lineSchema = z.object({
  id: z.string(),
  sku: z.string().nullable(),
  title: z.string(),
  quantity: z.number(),
  /** Null where the order has one for all its lines. */
  fulfillmentOrderId: z.string().nullable().default(null),
  /** Of the fulfillment order; what of the line is still to be fulfilled is here. */
  fulfillmentOrderLineItemId: z.string(),
  remaining: z.number(),
  refunded: z.number(),
  /** Taken off the order by an edit. */
  removed: z.number().default(0),
  /** Of its units those that were moved into fulfillment orders of their own. */
  parts: z
    .array(
      z.object({
        fulfillmentOrderId: z.string(),
        fulfillmentOrderLineItemId: z.string(),
        quantity: z.number(),
        remaining: z.number(),
      }),
    )
    .default([]),
});
export type ShopLine = z.infer<typeof lineSchema>;

const orderDetails = z.object({
  name: z.string(),
  number: z.number(),
  cancelledAt: z.string().nullable(),
  cancelReason: z.string().nullable(),
  lines: z.array(lineSchema),
  contentHash: z.string(),
});

const transactionDetails = z.object({
  kind: z.string(),
  gateway: z.string(),
  multiCapturable: z.boolean(),
  expiresAt: z.string().nullable(),
  /** What the buyer paid, where it is not in the shop's currency. */
  presentment: z.object({ currency: z.string(), amountMinor: z.number() }).nullable().default(null),
  /** An authorization that takes no more captures: voided, or finally captured. */
  closed: z.boolean(),
  transactionId: z.string().nullable(),
});

const fulfillmentOrderDetails = z.object({
  methodType: z.enum(['SHIPPING', 'PICK_UP']).default('SHIPPING'),
  /** `gid://shopify/Location/…`; null where the shop did not assign one. */
  locationId: z.string().nullable().default(null),
  locationName: z.string().default('Warehouse'),
  preparedAt: z.string().nullable().default(null),
});
export type FulfillmentOrderDetails = z.infer<typeof fulfillmentOrderDetails>;

export const deliveryOf = (record: SandboxRecord): FulfillmentOrderDetails =>
  fulfillmentOrderDetails.parse(record.details);

export interface ShopTransaction {
  record: SandboxRecord;
  details: z.infer<typeof transactionDetails>;
  amountMinor: number;
}

/** An order with all that belongs to it. */
export interface ShopOrder {
  record: SandboxRecord;
  details: z.infer<typeof orderDetails>;
  currency: string;
  totalMinor: number;
  transactions: ShopTransaction[];
  fulfillments: SandboxRecord[];
  fulfillmentOrders: SandboxRecord[];
  refunds: SandboxRecord[];
  returns: SandboxRecord[];
}

export function asTransaction(record: SandboxRecord): ShopTransaction {
  const details = transactionDetails.parse(record.details);
  return { record, details, amountMinor: record.amountMinor ?? 0 };
}

async function withRecords(db: Queryable, record: SandboxRecord): Promise<ShopOrder> {
  const orderId = record.id;
  const [own, sent, planned, refunded, returned] = [
    await transactions.list(db, { orderId }),
    await fulfillments.list(db, { orderId }),
    await fulfillmentOrders.list(db, { orderId }),
    await refunds.list(db, { orderId }),
    await returns.list(db, { orderId }),
  ];
  return {
    record,
    details: orderDetails.parse(record.details),
    currency: record.currency ?? 'USD',
    totalMinor: record.amountMinor ?? 0,
    transactions: own.map(asTransaction),
    fulfillments: sent,
    fulfillmentOrders: planned,
    refunds: refunded,
    returns: returned,
  };
}

/** The lines that a fulfillment order is about, with those of their units that it holds. */
export function linesOf(order: ShopOrder, fulfillmentOrderId: string): Readonly<ShopLine>[] {
  return order.details.lines.flatMap((line) => {
    const isHere = line.fulfillmentOrderId ?? fulfillmentOrderId;
    const part = line.parts.find((one) => one.fulfillmentOrderId === fulfillmentOrderId);
    return [
      ...(isHere === fulfillmentOrderId ? [unmovedOf(line)] : []),
      ...(part ? [{ ...line, ...part, removed: 0 }] : []),
    ];
  });
}

function unmovedOf(line: ShopLine): ShopLine {
  const moved = (key: 'quantity' | 'remaining') =>
    line.parts.reduce((units, part) => units + part[key], 0);
  const [quantity, remaining] = [moved('quantity'), moved('remaining')];
  return { ...line, quantity: line.quantity - quantity, remaining: line.remaining - remaining };
}

/** Units of it leave, or are open again: of the part that has this name, or of what was not moved. */
export function changeRemaining(line: ShopLine, itemId: string, units: number): void {
  line.remaining += units;
  const part = line.parts.find((one) => one.fulfillmentOrderLineItemId === itemId);
  if (part) part.remaining += units;
}

export async function readOrder(db: Queryable, id: string): Promise<ShopOrder | undefined> {
  const record = await orders.find(db, id);
  return record && withRecords(db, record);
}

/** The order for a change: whoever changes it too waits. */
export async function lockOrder(db: Queryable, id: string): Promise<ShopOrder | undefined> {
  const record = await orders.lock(db, id);
  return record && withRecords(db, record);
}

const succeeded = ({ record }: ShopTransaction): boolean => record.status === 'SUCCESS';

/** What of the authorization was captured. Minor units. */
export function capturedOf(order: ShopOrder, authorizationId: string): number {
  return order.transactions
    .filter((one) => one.details.kind === 'CAPTURE' && one.record.parentId === authorizationId)
    .filter(succeeded)
    .reduce((sum, one) => sum + one.amountMinor, 0);
}

/** What of a capture or sale went back. Minor units. */
export function refundedOf(order: ShopOrder, paymentId: string): number {
  return order.transactions
    .filter((one) => one.details.kind === 'REFUND' && one.record.parentId === paymentId)
    .filter(succeeded)
    .reduce((sum, one) => sum + one.amountMinor, 0);
}

export function isExpired({ details }: ShopTransaction): boolean {
  return details.expiresAt !== null && Date.parse(details.expiresAt) <= Date.now();
}

export interface ShopMoney {
  receivedMinor: number;
  refundedMinor: number;
  capturableMinor: number;
}

export function moneyOf(order: ShopOrder): ShopMoney {
  const good = order.transactions.filter(succeeded);
  const sum = (kinds: readonly string[]): number =>
    good
      .filter((one) => kinds.includes(one.details.kind))
      .reduce((total, one) => total + one.amountMinor, 0);
  const capturableMinor = good
    .filter((one) => one.details.kind === 'AUTHORIZATION')
    .filter((one) => !one.details.closed && !isExpired(one))
    .reduce((total, one) => total + one.amountMinor - capturedOf(order, one.record.id), 0);
  return {
    receivedMinor: sum(['CAPTURE', 'SALE']),
    refundedMinor: sum(['REFUND']),
    capturableMinor,
  };
}

/** The status that Shopify shows, computed from the transactions. */
export function financialStatus(order: ShopOrder): string {
  const { receivedMinor, refundedMinor, capturableMinor } = moneyOf(order);
  if (receivedMinor > 0) {
    if (refundedMinor >= receivedMinor) return 'REFUNDED';
    if (refundedMinor > 0) return 'PARTIALLY_REFUNDED';
    return receivedMinor >= order.totalMinor ? 'PAID' : 'PARTIALLY_PAID';
  }
  if (capturableMinor > 0) return 'AUTHORIZED';
  const authorizations = order.transactions
    .filter(succeeded)
    .filter((one) => one.details.kind === 'AUTHORIZATION');
  if (authorizations.some((one) => one.details.closed)) return 'VOIDED';
  if (authorizations.some(isExpired)) return 'EXPIRED';
  return 'PENDING';
}

/** In part at least; what was cancelled counts for nothing. */
export const isFulfilled = ({ fulfillments: made }: ShopOrder): boolean =>
  made.some(({ status }) => status === 'SUCCESS');

export function fulfillmentStatus(order: ShopOrder): string {
  const { lines } = order.details;
  if (!isFulfilled(order)) return 'UNFULFILLED';
  return lines.every((line) => line.remaining === 0) ? 'FULFILLED' : 'PARTIALLY_FULFILLED';
}
