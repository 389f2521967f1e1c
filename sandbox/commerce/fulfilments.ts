/** The shop's goods: fulfillments of what is left, and the cancel of an order. */
import { z } from 'zod';
import type { Queryable } from '../database';
import { longNumber } from '../identifiers';
import {
  addTransaction,
  refuse,
  transactionEffect,
  voidRest,
  type Done,
  type UserError,
} from './payments';
import {
  changeRemaining,
  deliveryOf,
  fulfillmentOrders,
  fulfillments,
  gid,
  isExpired,
  isFulfilled,
  linesOf,
  lockOrder,
  orders,
  refundedOf,
  type ShopLine,
  type ShopOrder,
} from './shop';

export const OPEN: ReadonlySet<string> = new Set(['OPEN', 'IN_PROGRESS']);

export interface FulfillmentInput {
  lineItemsByFulfillmentOrder: {
    fulfillmentOrderId: string;
    fulfillmentOrderLineItems?: { id: string; quantity: number }[];
  }[];
  trackingInfo?: { company?: string; number?: string; numbers?: string[]; url?: string };
}

interface Step {
  line: Readonly<ShopLine>;
  quantity: number;
}

function planSteps(order: ShopOrder, input: FulfillmentInput): Step[] | UserError {
  const steps: Step[] = [];
  for (const group of input.lineItemsByFulfillmentOrder) {
    const field = ['fulfillment'];
    const found = order.fulfillmentOrders.find(({ id }) => id === group.fulfillmentOrderId);
    if (!found) return { field, message: 'Fulfillment order does not exist.' };
    if (!OPEN.has(found.status)) {
      return {
        field,
        message: `Fulfillment order ${found.id} has an unfulfillable status= ${found.status.toLowerCase()}.`,
      };
    }
    const ofOrder = linesOf(order, found.id);
    const wanted =
      group.fulfillmentOrderLineItems ??
      ofOrder
        .filter((line) => line.remaining > 0)
        .map((line) => ({ id: line.fulfillmentOrderLineItemId, quantity: line.remaining }));
    for (const { id, quantity } of wanted) {
      const line = ofOrder.find((one) => one.fulfillmentOrderLineItemId === id);
      if (!line) return { field, message: 'Fulfillment order line item does not exist.' };
      const before = steps.filter((step) => step.line.fulfillmentOrderLineItemId === id);
      const taken = before.reduce((sum, step) => sum + step.quantity, 0);
      if (quantity < 1 || taken + quantity > line.remaining) {
        return { field, message: 'Invalid fulfillment order line item quantity requested.' };
      }
      steps.push({ line, quantity });
    }
  }
  if (steps.length > 0) return steps;
  return { field: ['fulfillment'], message: 'Fulfillment must have at least one line item.' };
}

/** Of a fulfillment at the counter; a shipment has no method of its own. */
function pickedUp(order: ShopOrder, fulfillmentOrderId: string | undefined) {
  const found = order.fulfillmentOrders.find(({ id }) => id === fulfillmentOrderId);
  const methodType = found && deliveryOf(found).methodType;
  return methodType === 'PICK_UP' ? { methodType } : {};
}

/** No key: a repeated call fulfils more, as long as something is left. */
export async function createFulfillment(
  db: Queryable,
  input: FulfillmentInput,
): Promise<Done<{ orderId: string; fulfillmentId: string }>> {
  const first = input.lineItemsByFulfillmentOrder[0];
  const parent = first && (await fulfillmentOrders.find(db, first.fulfillmentOrderId));
  const order = parent?.orderId ? await lockOrder(db, parent.orderId) : undefined;
  if (!order) return refuse(['fulfillment'], 'Fulfillment order does not exist.');
  const steps = planSteps(order, input);
  if (!Array.isArray(steps)) return { ok: false, error: steps };

  const { lines, name } = order.details;
  for (const { line, quantity } of steps) {
    const whole = lines.find(({ id }) => id === line.id);
    if (whole) changeRemaining(whole, line.fulfillmentOrderLineItemId, -quantity);
  }
  const tracking = input.trackingInfo;
  const number = tracking?.number ?? tracking?.numbers?.[0] ?? null;
  const fulfillmentId = gid('Fulfillment', longNumber());
  await fulfillments.insert(db, {
    id: fulfillmentId,
    parentId: first?.fulfillmentOrderId ?? null,
    reference: number,
    orderId: order.record.id,
    status: 'SUCCESS',
    details: {
      name: `${name}-F${order.fulfillments.length + 1}`,
      number,
      company: tracking?.company ?? null,
      url: tracking?.url ?? null,
      ...pickedUp(order, first?.fulfillmentOrderId),
      lines: steps.map(({ line, quantity }) => {
        const id = gid('FulfillmentLineItem', longNumber());
        return { id, lineId: line.id, sku: line.sku, quantity };
      }),
    },
  });
  for (const { fulfillmentOrderId: id } of input.lineItemsByFulfillmentOrder) {
    const done = linesOf(order, id).every((line) => line.remaining === 0);
    await fulfillmentOrders.update(db, id, { status: done ? 'CLOSED' : 'IN_PROGRESS' });
  }
  await orders.update(db, order.record.id, { details: { lines } });
  const orderId = order.record.id;
  const effects = [{ effect: 'fulfilled', id: fulfillmentId, orderId }];
  return { ok: true, value: { orderId, fulfillmentId }, effects };
}

const fulfilledLines = z.array(z.object({ lineId: z.string(), quantity: z.number() }));

/** Its units are open again; the parcel, if there is one, does not come back. */
export async function cancelFulfillment(
  db: Queryable,
  fulfillmentId: string,
): Promise<Done<{ orderId: string; fulfillmentId: string }>> {
  const found = await fulfillments.find(db, fulfillmentId);
  const order = found?.orderId ? await lockOrder(db, found.orderId) : undefined;
  const fulfillment = order?.fulfillments.find(({ id }) => id === fulfillmentId);
  if (!order || !fulfillment) return refuse(['id'], 'Fulfillment not found.');
  if (fulfillment.status !== 'SUCCESS') return refuse(['id'], 'Fulfillment is already cancelled.');
  const { lines } = order.details;
  const reopened = new Set<string>();
  for (const { lineId, quantity } of fulfilledLines.parse(fulfillment.details['lines'])) {
    const line = lines.find(({ id }) => id === lineId);
    if (!line) continue;
    const part = line.parts.find((one) => one.fulfillmentOrderId === fulfillment.parentId);
    const from = part ?? line;
    changeRemaining(line, from.fulfillmentOrderLineItemId, quantity);
    reopened.add(from.fulfillmentOrderId ?? fulfillment.parentId ?? '');
  }
  await fulfillments.update(db, fulfillmentId, { status: 'CANCELLED' });
  for (const { id, status } of order.fulfillmentOrders) {
    if (reopened.has(id) && status === 'CLOSED') {
      await fulfillmentOrders.update(db, id, { status: 'IN_PROGRESS' });
    }
  }
  const orderId = order.record.id;
  await orders.update(db, orderId, { details: { lines } });
  const effects = [{ effect: 'fulfillment-cancelled', id: fulfillmentId, orderId }];
  return { ok: true, value: { orderId, fulfillmentId }, effects };
}

export interface CancelInput {
  orderId: string;
  reason: string;
  refund?: boolean;
  refundMethod?: { originalPaymentMethodsRefund?: boolean };
}

/** With a refund asked for, money goes back and what is only authorized is let go. */
export async function cancelOrder(
  db: Queryable,
  input: CancelInput,
): Promise<Done<{ orderId: string }>> {
  const order = await lockOrder(db, input.orderId);
  if (!order) return refuse(['orderId'], 'Order does not exist', 'NOT_FOUND');
  if (order.details.cancelledAt) {
    return refuse(['orderId'], 'Order has already been cancelled', 'INVALID');
  }
  if (isFulfilled(order)) {
    const message = 'Order has fulfillments and cannot be cancelled';
    return refuse(['orderId'], message, 'INVALID');
  }
  const orderId = order.record.id;
  const effects = [{ effect: 'order-cancelled', id: orderId, orderId }];
  if (input.refundMethod?.originalPaymentMethodsRefund ?? input.refund ?? false) {
    effects.push(...(await giveBack(db, order)));
  }
  for (const { id } of order.fulfillmentOrders) {
    await fulfillmentOrders.update(db, id, { status: 'CANCELLED' });
  }
  const lines = order.details.lines.map((line) => {
    const parts = line.parts.map((part) => ({ ...part, remaining: 0 }));
    return { ...line, parts, remaining: 0 };
  });
  const cancelledAt = new Date().toISOString();
  const details = { cancelledAt, cancelReason: input.reason, lines };
  await orders.update(db, orderId, { status: 'cancelled', details });
  return { ok: true, value: { orderId }, effects };
}

async function giveBack(db: Queryable, order: ShopOrder) {
  const made = [];
  for (const one of [...order.transactions]) {
    const { details, record } = one;
    if (record.status !== 'SUCCESS') continue;
    if (details.kind === 'AUTHORIZATION' && !details.closed && !isExpired(one)) {
      made.push(await voidRest(db, order, one));
    }
    if (details.kind === 'CAPTURE' || details.kind === 'SALE') {
      const amountMinor = one.amountMinor - refundedOf(order, record.id);
      if (amountMinor <= 0) continue;
      made.push(await addTransaction(db, order, { kind: 'REFUND', amountMinor, parent: one }));
    }
  }
  return made.map((one) => ({ ...transactionEffect(order, one), orderId: order.record.id }));
}
