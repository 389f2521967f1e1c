/**
 * Another location for what is still to be fulfilled: the whole of a fulfillment order keeps it, a
 * part of one becomes a fulfillment order of its own. How it is delivered does not change. One that is
 * open there already is left as it is, where the vendor makes one of both.
 * https://shopify.dev/docs/api/admin-graphql/2026-07/mutations/fulfillmentOrderMove
 */
import type { Queryable } from '../database';
import { longNumber } from '../identifiers';
import { OPEN } from './fulfilments';
import { refuse, type Done } from './payments';
import {
  deliveryOf,
  fulfillmentOrders,
  gid,
  linesOf,
  lockOrder,
  numberOf,
  orders,
  type ShopLine,
  type ShopOrder,
} from './shop';

export interface MoveInput {
  id: string;
  newLocationId: string;
  fulfillmentOrderLineItems?: { id: string; quantity: number }[];
}

interface Moved {
  orderId: string;
  originalId: string;
  movedId: string;
}

interface Step {
  item: Readonly<ShopLine>;
  quantity: number;
}

/** No key: moved again to where it is, it is refused. */
export async function moveFulfillmentOrder(db: Queryable, input: MoveInput): Promise<Done<Moved>> {
  const record = await fulfillmentOrders.find(db, input.id);
  const order = record?.orderId ? await lockOrder(db, record.orderId) : undefined;
  const found = order?.fulfillmentOrders.find(({ id }) => id === input.id);
  if (!order || !found) return refuse(['id'], 'Fulfillment order does not exist.');
  if (!OPEN.has(found.status)) {
    const status = found.status.toLowerCase();
    return refuse(['id'], `Cannot change the location of a fulfillment order that is ${status}.`);
  }
  if (deliveryOf(found).locationId === input.newLocationId) {
    return refuse(['newLocationId'], 'The fulfillment order is assigned to this location already.');
  }
  const items = linesOf(order, found.id);
  const steps = planSteps(items, input);
  if (steps === null) {
    const message = 'Invalid fulfillment order line item quantity requested.';
    return refuse(['fulfillmentOrderLineItems'], message);
  }
  const isWhole = items.every((item) => {
    const taken = steps.find((step) => step.item === item)?.quantity ?? 0;
    return taken === item.quantity - item.removed;
  });
  const movedId = isWhole ? found.id : gid('FulfillmentOrder', longNumber());
  const place = {
    locationId: input.newLocationId,
    locationName: `Store ${numberOf(input.newLocationId)}`,
  };
  const orderId = order.record.id;
  if (isWhole) await fulfillmentOrders.update(db, movedId, { details: place });
  else {
    const details = { methodType: deliveryOf(found).methodType, ...place, preparedAt: null };
    await fulfillmentOrders.insert(db, { id: movedId, orderId, status: 'OPEN', details });
    split(order, { from: found.id, to: movedId, steps });
    await orders.update(db, orderId, { details: { lines: order.details.lines } });
    const isEmpty = linesOf(order, found.id).every((item) => item.remaining === 0);
    if (isEmpty) await fulfillmentOrders.update(db, found.id, { status: 'CLOSED' });
  }
  const effects = [{ effect: 'fulfillment-order-moved', id: movedId, orderId }];
  return { ok: true, value: { orderId, originalId: found.id, movedId }, effects };
}

/** Everything that is left, or what was named of it; null: more than is left, or nothing. */
function planSteps(
  items: readonly Readonly<ShopLine>[],
  { fulfillmentOrderLineItems: wanted }: MoveInput,
): Step[] | null {
  if (!wanted) {
    const left = items.filter((item) => item.remaining > 0);
    return left.length > 0 ? left.map((item) => ({ item, quantity: item.remaining })) : null;
  }
  const steps: Step[] = [];
  for (const { id, quantity } of wanted) {
    const item = items.find((one) => one.fulfillmentOrderLineItemId === id);
    const isTwice = steps.some((step) => step.item === item);
    if (!item || isTwice || quantity < 1 || quantity > item.remaining) return null;
    steps.push({ item, quantity });
  }
  return steps.length > 0 ? steps : null;
}

function split(
  { details: { lines } }: ShopOrder,
  { from, to, steps }: { readonly from: string; readonly to: string; readonly steps: Step[] },
): void {
  // One fulfillment order had them all; now each line names its own.
  for (const line of lines) line.fulfillmentOrderId ??= from;
  for (const { item, quantity } of steps) {
    const line = lines.find(({ id }) => id === item.id);
    const part = line?.parts.find((one) => one.fulfillmentOrderId === from);
    if (part) {
      part.quantity -= quantity;
      part.remaining -= quantity;
    }
    line?.parts.push({
      fulfillmentOrderId: to,
      fulfillmentOrderLineItemId: gid('FulfillmentOrderLineItem', longNumber()),
      quantity,
      remaining: quantity,
    });
  }
}
