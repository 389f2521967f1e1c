/** Edits of an order: begun, staged and committed; only the commit changes anything. */
import { z } from 'zod';
import type { Queryable } from '../database';
import { longNumber } from '../identifiers';
import { refuse, type Done } from './payments';
import {
  fulfillmentOrders,
  gid,
  linesOf,
  lockOrder,
  numberOf,
  orderEdits,
  orders,
  type ShopLine,
  type ShopOrder,
} from './shop';

const stagedSchema = z.record(z.string(), z.number());

interface Edited {
  readonly calculatedOrder: { readonly id: string };
}

export async function beginEdit(db: Queryable, orderId: string): Promise<Done<Edited>> {
  const order = await lockOrder(db, orderId);
  if (!order) return refuse(['id'], 'The order does not exist.');
  if (order.details.cancelledAt) return refuse(['id'], 'The order cannot be edited.');
  const id = gid('CalculatedOrder', longNumber());
  await orderEdits.insert(db, { id, orderId, status: 'staged', details: { quantities: {} } });
  return { ok: true, value: { calculatedOrder: { id } }, effects: [] };
}

async function stagedEdit(db: Queryable, id: string) {
  const edit = await orderEdits.lock(db, id);
  const order = edit?.orderId ? await lockOrder(db, edit.orderId) : undefined;
  if (!edit || !order || edit.status !== 'staged') return null;
  return { edit, order, quantities: stagedSchema.parse(edit.details['quantities']) };
}

export interface SetQuantityInput {
  id: string;
  lineItemId: string;
  quantity: number;
}

/** Units that are fulfilled cannot be taken off. */
export async function setQuantity(db: Queryable, input: SetQuantityInput): Promise<Done<Edited>> {
  const staged = await stagedEdit(db, input.id);
  if (!staged) return refuse(['id'], 'The calculated order does not exist.');
  const { order, quantities } = staged;
  const line = order.details.lines.find(({ id }) => numberOf(id) === numberOf(input.lineItemId));
  if (!line) return refuse(['lineItemId'], 'The line item does not exist.');
  const current = line.quantity - line.refunded - line.removed;
  if (input.quantity < current - line.remaining || input.quantity > current) {
    return refuse(['quantity'], 'The quantity cannot be set to that.');
  }
  const details = { quantities: { ...quantities, [line.id]: input.quantity } };
  await orderEdits.update(db, input.id, { details });
  return { ok: true, value: { calculatedOrder: { id: input.id } }, effects: [] };
}

export async function commitEdit(
  db: Queryable,
  input: { id: string },
): Promise<Done<{ order: { id: string } }>> {
  const staged = await stagedEdit(db, input.id);
  if (!staged) return refuse(['id'], 'The calculated order does not exist.');
  const { order, quantities } = staged;
  for (const line of order.details.lines) {
    const wanted = quantities[line.id];
    if (wanted === undefined) continue;
    const taken = line.quantity - line.refunded - line.removed - wanted;
    if (taken < 0 || taken > line.remaining) {
      return refuse(['id'], 'The order has changed since the edit was begun.');
    }
    takeOff(line, taken);
  }
  const id = order.record.id;
  await orders.update(db, id, { details: { lines: order.details.lines } });
  await closeEmpty(db, order);
  await orderEdits.update(db, input.id, { status: 'committed' });
  const effects = [{ effect: 'order-edited', id: input.id, orderId: id }];
  return { ok: true, value: { order: { id } }, effects };
}

/** Units that were moved elsewhere go last. */
function takeOff(line: ShopLine, units: number): void {
  const moved = line.parts.reduce((sum, part) => sum + part.remaining, 0);
  let left = Math.max(0, units - (line.remaining - moved));
  line.removed += units;
  line.remaining -= units;
  for (const part of line.parts) {
    const taken = Math.min(left, part.remaining);
    part.quantity -= taken;
    part.remaining -= taken;
    left -= taken;
  }
}

async function closeEmpty(db: Queryable, order: ShopOrder): Promise<void> {
  for (const { id } of order.fulfillmentOrders) {
    if (linesOf(order, id).some((line) => line.remaining > 0)) continue;
    await fulfillmentOrders.update(db, id, { status: 'CLOSED' });
  }
}
