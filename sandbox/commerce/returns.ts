/** The shop's returns: what is to come back of what was fulfilled, and what became of it. */
import { z } from 'zod';
import type { Queryable } from '../database';
import { longNumber } from '../identifiers';
import type { SandboxRecord } from '../records';
import { addTransaction, refuse, transactionEffect, type Done } from './payments';
import { gid, lockOrder, refundedOf, returns, type ShopOrder } from './shop';

const returnLine = z.object({
  id: z.string(),
  reverseLineId: z.string(),
  fulfillmentLineItemId: z.string(),
  lineId: z.string(),
  quantity: z.number(),
  reason: z.string(),
  note: z.string(),
});
const disposition = z.object({
  id: z.string(),
  reverseLineId: z.string(),
  type: z.string(),
  quantity: z.number(),
  locationId: z.string(),
  createdAt: z.string(),
});
const returnDetails = z.object({
  reverseOrderId: z.string(),
  lines: z.array(returnLine),
  dispositions: z.array(disposition),
});
export type ReturnDetails = z.infer<typeof returnDetails>;
export const detailsOf = (record: SandboxRecord): ReturnDetails =>
  returnDetails.parse(record.details);

const sentLines = z.array(z.object({ id: z.string(), lineId: z.string(), quantity: z.number() }));

/** What was sent, by the fulfilment's own lines. */
export const sentOf = (order: ShopOrder) =>
  order.fulfillments.flatMap((one) => sentLines.parse(one.details['lines']));

const returnsOf = (db: Queryable, orderId: string) => returns.list(db, { orderId });

const HOLDS: ReadonlySet<string> = new Set(['OPEN', 'CLOSED', 'REQUESTED']);

async function heldUnits(db: Queryable, orderId: string): Promise<ReadonlyMap<string, number>> {
  const held = new Map<string, number>();
  for (const record of await returnsOf(db, orderId)) {
    if (!HOLDS.has(record.status)) continue;
    for (const { fulfillmentLineItemId: id, quantity } of detailsOf(record).lines) {
      held.set(id, (held.get(id) ?? 0) + quantity);
    }
  }
  return held;
}

export interface ReturnInput {
  orderId: string;
  returnLineItems: {
    fulfillmentLineItemId: string;
    quantity: number;
    returnReason?: string;
    returnReasonNote?: string;
  }[];
}

/** No key: a repeated call makes another, as long as units are left. */
export async function createReturn(
  db: Queryable,
  input: ReturnInput,
  status: 'OPEN' | 'REQUESTED' = 'OPEN',
): Promise<Done<{ id: string }>> {
  const order = await lockOrder(db, input.orderId);
  if (!order) return refuse(['orderId'], 'Order does not exist.', 'NOT_FOUND');
  const held = new Map(await heldUnits(db, input.orderId));
  const lines = [];
  for (const [index, wanted] of input.returnLineItems.entries()) {
    const field = ['returnLineItems', String(index)];
    const sent = sentOf(order).find(({ id }) => id === wanted.fulfillmentLineItemId);
    if (!sent) return refuse(field, 'Fulfillment line item does not exist.', 'NOT_FOUND');
    const before = held.get(sent.id) ?? 0;
    if (wanted.quantity < 1 || before + wanted.quantity > sent.quantity) {
      return refuse([...field, 'quantity'], 'Quantity is not available for return.', 'INVALID');
    }
    held.set(sent.id, before + wanted.quantity);
    lines.push({
      id: gid('ReturnLineItem', longNumber()),
      reverseLineId: gid('ReverseFulfillmentOrderLineItem', longNumber()),
      fulfillmentLineItemId: sent.id,
      lineId: sent.lineId,
      quantity: wanted.quantity,
      reason: wanted.returnReason ?? 'UNKNOWN',
      note: wanted.returnReasonNote ?? '',
    });
  }
  const id = gid('Return', longNumber());
  const count = (await returnsOf(db, input.orderId)).length;
  const reverseOrderId = gid('ReverseFulfillmentOrder', longNumber());
  await returns.insert(db, {
    id,
    parentId: reverseOrderId,
    orderId: input.orderId,
    reference: `${order.details.name}-R${count + 1}`,
    status,
    details: { reverseOrderId, lines, dispositions: [] },
  });
  const effects = [{ effect: 'return-made', id, orderId: input.orderId }];
  return { ok: true, value: { id }, effects };
}

/** @param from the statuses that it may have before */
export async function moveReturn(
  db: Queryable,
  id: string,
  from: readonly string[],
  status: string,
): Promise<Done<{ id: string }>> {
  const record = await returns.lock(db, id);
  if (!record) return refuse(['id'], 'Return does not exist.', 'NOT_FOUND');
  if (!from.includes(record.status)) {
    return refuse(['id'], `Return is ${record.status.toLowerCase()}.`, 'INVALID_STATE');
  }
  await returns.update(db, id, { status });
  const effects = [{ effect: `return-${status.toLowerCase()}`, id, orderId: record.orderId ?? '' }];
  return { ok: true, value: { id }, effects };
}

export interface Processed {
  readonly type: string;
  readonly locationId: string;
  /** Minor units that go back for it; 0: none. */
  readonly refundMinor: number;
}

/** As the shop's page does both at once: what came is disposed of, and its money goes back. */
export async function processReturn(
  db: Queryable,
  id: string,
  { type, locationId, refundMinor }: Processed,
): Promise<Done<{ id: string; refundId: string | null }>> {
  const record = await returns.lock(db, id);
  const order = record?.orderId ? await lockOrder(db, record.orderId) : undefined;
  if (!record || !order) return refuse(['returnId'], 'Return does not exist.', 'NOT_FOUND');
  if (record.status !== 'OPEN') return refuse(['returnId'], 'Return is not open.', 'INVALID_STATE');
  const details = detailsOf(record);
  const createdAt = new Date().toISOString();
  const dispositions = details.lines.map(({ reverseLineId, quantity }) => ({
    id: gid('ReverseFulfillmentOrderDisposition', longNumber()),
    ...{ reverseLineId, type, quantity, locationId, createdAt },
  }));
  await returns.update(db, id, {
    details: { ...details, dispositions: [...details.dispositions, ...dispositions] },
  });
  const parent = order.transactions.find(
    (one) =>
      ['CAPTURE', 'SALE'].includes(one.details.kind) &&
      one.amountMinor - refundedOf(order, one.record.id) >= refundMinor,
  );
  if (refundMinor === 0) return { ok: true, value: { id, refundId: null }, effects: [] };
  if (!parent) return refuse(['financialTransfer'], 'Not that much can be refunded.', 'INVALID');
  const wanted = { kind: 'REFUND', amountMinor: refundMinor, parent, reference: id };
  const made = await addTransaction(db, order, wanted);
  const effects = [{ ...transactionEffect(order, made), orderId: order.record.id }];
  return { ok: true, value: { id, refundId: made.record.id }, effects };
}
