/**
 * Local pickup: which lines of an order are collected where, and what was told to be ready at the
 * counter. Picked up is fulfilled, as any other line.
 */
import { createHash } from 'node:crypto';
import type { Queryable } from '../database';
import { longNumber } from '../identifiers';
import type { PickupOption, RestOrder } from './checkout-request';
import { OPEN } from './fulfilments';
import { refuse, type Done } from './payments';
import {
  deliveryOf,
  fulfillmentOrders,
  gid,
  linesOf,
  lockOrder,
  preparations,
  type FulfillmentOrderDetails,
} from './shop';

export interface PlannedDelivery extends Omit<FulfillmentOrderDetails, 'preparedAt'> {
  readonly fulfillmentOrderId: string;
  /** Positions in the order. */
  readonly lines: ReadonlySet<number>;
}

const PICKUP_CATEGORY = 'pickup';
const LOCATION_DIGITS = 10;

/** A location of which only the name is known has an id that follows from it. */
function locationNumber(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return String(BigInt(`0x${hex}`)).slice(0, LOCATION_DIGITS);
}

/** The buyer's choice, or what the shipping lines say; every other line is shipped. */
function pickupOf(order: RestOrder, option: PickupOption | undefined) {
  if (option) {
    const locationName = option.locationName ?? `Store ${option.locationId}`;
    const positions = option.lines ?? order.line_items.map((_, index) => index);
    return { locationId: option.locationId, locationName, lines: new Set(positions) };
  }
  const line = order.shipping_lines?.find((one) => one.delivery_category === PICKUP_CATEGORY);
  if (!line) return null;
  const locationName = line.code ?? line.title ?? 'Store';
  const lines = new Set(order.line_items.map((_, index) => index));
  return { locationId: locationNumber(locationName), locationName, lines };
}

/** One fulfillment order for what is collected, one for what is shipped. */
export function plannedDeliveries(
  order: RestOrder,
  option: PickupOption | undefined,
): PlannedDelivery[] {
  const pickup = pickupOf(order, option);
  const shipped = order.line_items.flatMap((_, index) => (pickup?.lines.has(index) ? [] : [index]));
  const deliveries: PlannedDelivery[] = [];
  if (pickup) {
    deliveries.push({
      ...pickup,
      fulfillmentOrderId: gid('FulfillmentOrder', longNumber()),
      methodType: 'PICK_UP',
      locationId: gid('Location', pickup.locationId),
    });
  }
  if (shipped.length > 0) {
    deliveries.push({
      fulfillmentOrderId: gid('FulfillmentOrder', longNumber()),
      methodType: 'SHIPPING',
      locationId: null,
      locationName: 'Warehouse',
      lines: new Set(shipped),
    });
  }
  return deliveries;
}

export interface PrepareInput {
  lineItemsByFulfillmentOrder: { fulfillmentOrderId: string }[];
}

/** Whole fulfillment orders. No key: one that is prepared has nothing left that could be. */
export async function prepareForPickup(
  db: Queryable,
  input: PrepareInput,
): Promise<Done<{ prepared: { id: string; orderId: string }[] }>> {
  const given = input.lineItemsByFulfillmentOrder.map((one) => one.fulfillmentOrderId);
  const ids = [...new Set(given)].sort();
  const found = [];
  for (const id of ids) {
    const one = await preparable(db, id);
    if ('error' in one) return one;
    found.push(one);
  }
  const effects = [];
  for (const { id: parentId, orderId } of found) {
    const details = { preparedAt: new Date().toISOString() };
    await fulfillmentOrders.update(db, parentId, { details });
    const id = gid('Preparation', longNumber());
    await preparations.insert(db, { id, parentId, orderId, status: 'SUCCESS' });
    effects.push({ effect: 'prepared-for-pickup', id, orderId });
  }
  return { ok: true, value: { prepared: found }, effects };
}

async function preparable(db: Queryable, id: string) {
  const field = ['input'];
  const parent = await fulfillmentOrders.find(db, id);
  const order = parent?.orderId ? await lockOrder(db, parent.orderId) : undefined;
  const found = order?.fulfillmentOrders.find((one) => one.id === id);
  if (!order || !found) {
    return refuse(field, 'Fulfillment order does not exist.', 'FULFILLMENT_ORDER_INVALID');
  }
  const { methodType, preparedAt } = deliveryOf(found);
  const isLeft = OPEN.has(found.status) && linesOf(order, id).some((line) => line.remaining > 0);
  if (methodType === 'PICK_UP' && preparedAt === null && isLeft) {
    return { id, orderId: order.record.id };
  }
  const code = 'NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER';
  return refuse(field, 'There are no line items to prepare for pickup.', code);
}
