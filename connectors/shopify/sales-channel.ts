/**
 * Telling Shopify what became of its order. A fulfilment takes no key: one that may have been made
 * is looked for by its tracking number, or by its name where it has none.
 */
import type {
  Announced,
  CancellationAnnouncement,
  SalesChannel,
  ShipmentAnnouncement,
} from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import type { Fulfillment, FulfillmentOrder } from './admin-schema';
import {
  FulfillmentCreateAnswer,
  OrderCancelAnswer,
  OrderCancelledAnswer,
  OrderShippingAnswer,
} from './admin-schema';
import { ask, orderGid, refusalOf, SYSTEM } from './graphql';
import { CANCEL, FULFILL, ORDER_CANCELLED, ORDER_SHIPPING } from './operations';

/** What a fulfilment order must be for Shopify to take a fulfilment on it. */
const FULFILLABLE: ReadonlySet<string> = new Set(['OPEN', 'IN_PROGRESS']);
const MAX_STAFF_NOTE_CHARS = 255;

export function shopifySalesChannel(door: HttpDoor): SalesChannel {
  return {
    announceShipment: (request) => announceShipment(door, request),
    findShipment: (request) => findShipment(door, request),
    announceCancellation: (request) => announceCancellation(door, request),
    findCancellation: (request) => findCancellation(door, request),
  };
}

const announced = (reference: string): Announced => ({ outcome: 'announced', reference });

async function orderOf(door: HttpDoor, request: ShipmentAnnouncement) {
  const id = orderGid(request.channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_SHIPPING, { id }, OrderShippingAnswer);
  return order;
}

interface TakenLine {
  readonly fulfillmentOrderId: string;
  readonly id: string;
  readonly quantity: number;
}

const numberOf = (gid: string) => gid.split('/').at(-1);

/** Takes a line's units from the fulfilment orders that still hold it; null where they are short. */
function takeLine(
  orders: readonly FulfillmentOrder[],
  channelLineRef: string,
  quantity: number,
): TakenLine[] | null {
  const taken: TakenLine[] = [];
  let left = quantity;
  for (const order of orders.filter((one) => FULFILLABLE.has(one.status))) {
    for (const line of order.lineItems.nodes) {
      const units = Math.min(left, line.remainingQuantity);
      if (units <= 0 || numberOf(line.lineItem.id) !== numberOf(channelLineRef)) continue;
      taken.push({ fulfillmentOrderId: order.id, id: line.id, quantity: units });
      left -= units;
    }
  }
  return left === 0 ? taken : null;
}

/** Shopify wants the lines of one fulfilment order together. */
function byFulfillmentOrder(taken: readonly TakenLine[]) {
  const groups = new Map<string, { id: string; quantity: number }[]>();
  for (const { fulfillmentOrderId, id, quantity } of taken) {
    groups.set(fulfillmentOrderId, [...(groups.get(fulfillmentOrderId) ?? []), { id, quantity }]);
  }
  return [...groups].map(([fulfillmentOrderId, fulfillmentOrderLineItems]) => ({
    fulfillmentOrderId,
    fulfillmentOrderLineItems,
  }));
}

async function announceShipment(
  door: HttpDoor,
  request: ShipmentAnnouncement,
): Promise<Announced | Refused> {
  const order = await orderOf(door, request);
  if (!order) return refused('unknown_order', 'the shop does not know this order');
  const taken: TakenLine[] = [];
  for (const line of request.lines) {
    const units = takeLine(order.fulfillmentOrders.nodes, line.channelLineRef, line.quantity);
    if (!units) {
      const detail = `line ${line.channelLineRef}: the shop has fewer than ${line.quantity} open`;
      return refused('not_fulfillable', detail);
    }
    taken.push(...units);
  }
  const fulfillment = {
    lineItemsByFulfillmentOrder: byFulfillmentOrder(taken),
    // The buyer is told by us.
    notifyCustomer: false,
    trackingInfo: request.trackingNumber
      ? { number: request.trackingNumber, company: request.carrier ?? undefined }
      : undefined,
  };
  const what = 'fulfillmentCreate';
  const answer = await ask(door, what, FULFILL, { fulfillment }, FulfillmentCreateAnswer);
  const refusal = refusalOf(answer.fulfillmentCreate.userErrors);
  if (refusal) return refusal;
  const made = answer.fulfillmentCreate.fulfillment;
  if (!made) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no fulfillment in the answer`);
  return announced(made.id);
}

/** Shopify names fulfilments `#1001-F1` in turn (older ones `#1001.1`). */
function isNamed(fulfillment: Fulfillment, orderName: string, shipmentNo: number): boolean {
  const names = [`${orderName}-F${shipmentNo}`, `${orderName}.${shipmentNo}`];
  return names.includes(fulfillment.name ?? '');
}

async function findShipment(
  door: HttpDoor,
  request: ShipmentAnnouncement,
): Promise<Announced | null> {
  const order = await orderOf(door, request);
  if (!order) return null;
  const found = order.fulfillments.find((one) =>
    request.trackingNumber
      ? one.trackingInfo?.some((tracking) => tracking.number === request.trackingNumber)
      : isNamed(one, order.name, request.shipmentNo),
  );
  return found ? announced(found.id) : null;
}

/** Money is moved by its own effects: Shopify is asked to refund nothing and restock nothing. */
async function announceCancellation(
  door: HttpDoor,
  request: CancellationAnnouncement,
): Promise<Announced | Refused> {
  const orderId = orderGid(request.channelOrderRef);
  const variables = {
    orderId,
    reason: 'OTHER',
    restock: false,
    refund: false,
    notifyCustomer: false,
    staffNote: request.reason.slice(0, MAX_STAFF_NOTE_CHARS),
  };
  const { orderCancel } = await ask(door, 'orderCancel', CANCEL, variables, OrderCancelAnswer);
  return refusalOf(orderCancel.orderCancelUserErrors) ?? announced(orderId);
}

async function findCancellation(
  door: HttpDoor,
  request: CancellationAnnouncement,
): Promise<Announced | null> {
  const id = orderGid(request.channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_CANCELLED, { id }, OrderCancelledAnswer);
  return order?.cancelledAt ? announced(order.id) : null;
}
