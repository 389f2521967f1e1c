/**
 * Telling Shopify what became of its order. A fulfilment takes no key: one that may have been made
 * is looked for by its tracking number, or by its name where it has none.
 */
import type {
  Announced,
  CancellationAnnouncement,
  FulfilmentCancellation,
  SalesChannel,
  ShipmentAnnouncement,
} from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { cutText } from '../../canonical/rules/text';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import { tendersOf } from './tenders';
import type { Fulfillment } from './admin-schema';
import { FulfillmentCancelAnswer, OrderCancelAnswer, OrderCancelledAnswer } from './admin-schema';
import { announced, fulfil, readShipping, takeLine, type TakenLine } from './fulfilment-orders';
import { ask, orderGid, refusalOf } from './graphql';
import { shopifyMoves } from './moves';
import { CANCEL, CANCEL_FULFILLMENT, ORDER_CANCELLED } from './operations';
import { shopifyPickups } from './pickups';
import { shopifyRemovals } from './removals';
import { shopifyReturns } from './returns';

const MAX_STAFF_NOTE_CHARS = 255;
const CANCELLED = 'CANCELLED';

export function shopifySalesChannel(door: HttpDoor): SalesChannel {
  return {
    tendersOf: (channelOrderRef) => tendersOf(door, channelOrderRef),
    announceShipment: (request) => announceShipment(door, request),
    findShipment: (request) => findShipment(door, request),
    cancelFulfilment: (request) => cancelFulfilment(door, request),
    findFulfilmentCancellation: (request) => findFulfilmentCancellation(door, request),
    announceCancellation: (request) => announceCancellation(door, request),
    findCancellation: (request) => findCancellation(door, request),
    ...shopifyMoves(door),
    ...shopifyPickups(door),
    ...shopifyRemovals(door),
    ...shopifyReturns(door),
  };
}

async function announceShipment(
  door: HttpDoor,
  request: ShipmentAnnouncement,
): Promise<Announced | Refused> {
  const order = await readShipping(door, request.channelOrderRef);
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
  const { trackingNumber, carrier } = request;
  return fulfil(
    door,
    taken,
    trackingNumber ? { number: trackingNumber, company: carrier ?? undefined } : undefined,
  );
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
  const order = await readShipping(door, request.channelOrderRef);
  if (!order) return null;
  const found = order.fulfillments.find(
    (one) =>
      one.status !== CANCELLED &&
      (request.trackingNumber
        ? one.trackingInfo?.some((tracking) => tracking.number === request.trackingNumber)
        : isNamed(one, order.name, request.shipmentNo)),
  );
  return found ? announced(found.id) : null;
}

/** One that is cancelled there already, by whomever, is as good. */
async function cancelFulfilment(
  door: HttpDoor,
  request: FulfilmentCancellation,
): Promise<Announced | Refused> {
  const earlier = await findFulfilmentCancellation(door, request);
  if (earlier) return earlier;
  const { reference: id } = request;
  const what = 'fulfillmentCancel';
  const answer = await ask(door, what, CANCEL_FULFILLMENT, { id }, FulfillmentCancelAnswer);
  return refusalOf(answer[what].userErrors) ?? announced(id);
}

async function findFulfilmentCancellation(
  door: HttpDoor,
  { channelOrderRef, reference }: FulfilmentCancellation,
): Promise<Announced | null> {
  const order = await readShipping(door, channelOrderRef);
  const found = order?.fulfillments.find(({ id }) => id === reference);
  return found?.status === CANCELLED ? announced(reference) : null;
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
    staffNote: cutText(request.reason, MAX_STAFF_NOTE_CHARS),
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
