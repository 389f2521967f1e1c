/**
 * Local pickup at Shopify: fulfilment orders of the delivery method PICK_UP, whose assigned location
 * is the one that the buyer chose. Ready is told of a whole fulfilment order, and Shopify mails its
 * buyer then; picked up is fulfilled. Neither takes a key. What a repeated call could make a second
 * time is compared with what the shop has: a fulfilment order is prepared once, and units that the
 * shop counts as fulfilled, by us or by somebody at its counter, are not fulfilled again.
 */
import type {
  Announced,
  ChannelFulfilment,
  CollectionProgress,
  HandoverAnnouncement,
  NothingToTell,
  PlaceOfLine,
  ReadyAnnouncement,
  SalesChannel,
} from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import type { FulfillmentOrder } from './admin-schema';
import { FulfillmentOrderAnswer, PrepareAnswer } from './admin-schema';
import {
  announced,
  fulfil,
  isFulfillable,
  isLine,
  isPickup,
  locationNumber,
  NOTHING_TO_TELL,
  pickupsOf,
  readShipping,
  takeLine,
  type TakenLine,
} from './fulfilment-orders';
import { ask, refusalOf } from './graphql';
import { FULFILLMENT_ORDER, PREPARE } from './operations';

/** Of a fulfilment order with units left: it was prepared before. */
const NOTHING_LEFT = 'NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER';

type Pickups = Pick<
  SalesChannel,
  | 'placesOf'
  | 'collectionProgress'
  | 'announceReady'
  | 'findReady'
  | 'announceHandover'
  | 'findHandover'
>;

export function shopifyPickups(door: HttpDoor): Pickups {
  return {
    placesOf: (channelOrderRef) => placesOf(door, channelOrderRef),
    collectionProgress: (of) => collectionProgress(door, of),
    announceReady: (request) => announceReady(door, request),
    findReady: (request) => findReady(door, request),
    announceHandover: (request) => announceHandover(door, request),
    findHandover: (request) => findHandover(door, request),
  };
}

const isOpen = (one: FulfillmentOrder): boolean =>
  isFulfillable(one) && one.lineItems.nodes.some(({ remainingQuantity }) => remainingQuantity > 0);

async function placesOf(
  door: HttpDoor,
  channelOrderRef: string,
): Promise<readonly PlaceOfLine[] | null> {
  const order = await readShipping(door, channelOrderRef);
  if (!order) return null;
  return order.fulfillmentOrders.nodes
    .filter(({ status }) => status !== 'CANCELLED')
    .flatMap((one) => {
      const place = isPickup(one) ? locationNumber(one) : null;
      return one.lineItems.nodes.map(({ lineItem, totalQuantity }) => ({
        channelLineRef: lineItem.id.split('/').at(-1) ?? lineItem.id,
        quantity: totalQuantity,
        place,
      }));
    });
}

const numberOf = (gid: string) => gid.split('/').at(-1) ?? gid;

async function collectionProgress(
  door: HttpDoor,
  { channelOrderRef, channelFulfilmentRef }: ChannelFulfilment,
): Promise<CollectionProgress | null> {
  const ref = channelOrderRef ?? (await orderOf(door, channelFulfilmentRef ?? ''));
  const order = ref === null ? null : await readShipping(door, ref);
  if (!order) return null;
  const pickups = order.fulfillmentOrders.nodes.filter(isPickup);
  const counted = pickups.filter(({ status }) => status !== 'CANCELLED');
  const refs = new Set(
    counted.flatMap((one) => one.lineItems.nodes.map(({ lineItem }) => numberOf(lineItem.id))),
  );
  const named = pickups.find(({ id }) => numberOf(id) === numberOf(channelFulfilmentRef ?? ''));
  return {
    channelOrderRef: numberOf(order.id),
    pickedUp: [...refs].map((channelLineRef) => ({
      channelLineRef,
      quantity: fulfilledOf(counted, channelLineRef),
    })),
    named: named?.lineItems.nodes.map(({ lineItem }) => numberOf(lineItem.id)) ?? [],
  };
}

async function orderOf(door: HttpDoor, fulfillmentOrderId: string): Promise<string | null> {
  const variables = { id: fulfillmentOrderId };
  const what = 'fulfillmentOrder';
  const { fulfillmentOrder } = await ask(
    door,
    what,
    FULFILLMENT_ORDER,
    variables,
    FulfillmentOrderAnswer,
  );
  return fulfillmentOrder && numberOf(fulfillmentOrder.orderId);
}

type Refs = readonly { readonly channelLineRef: string }[];

const holding = (pickups: readonly FulfillmentOrder[], lines: Refs) =>
  pickups.filter((one) =>
    one.lineItems.nodes.some(({ lineItem }) =>
      lines.some(({ channelLineRef }) => isLine(lineItem.id, channelLineRef)),
    ),
  );

async function announceReady(
  door: HttpDoor,
  request: ReadyAnnouncement,
): Promise<Announced | NothingToTell | Refused> {
  const pickups = await pickupsOf(door, request.channelOrderRef);
  if (!pickups) return refused('unknown_order', 'the shop does not know this order');
  const [first, ...others] = holding(pickups, request.lines);
  if (!first) return refused('no_pickup', 'the shop has no pickup of these lines');
  const open = [first, ...others].filter(isOpen);
  if (open.length === 0) return NOTHING_TO_TELL;
  // One at a time: a list with one that is prepared already is refused whole.
  for (const { id: fulfillmentOrderId } of open) {
    const input = { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId }] };
    const what = 'fulfillmentOrderLineItemsPreparedForPickup';
    const answer = await ask(door, what, PREPARE, { input }, PrepareAnswer);
    const refusal = refusalOf(answer[what].userErrors);
    if (refusal && refusal.vendorCode !== NOTHING_LEFT) return refusal;
  }
  return announced(first.id);
}

/**
 * No field says that a fulfilment order is prepared, and telling it again changes nothing: found is
 * only what has nothing left to be prepared.
 */
async function findReady(
  door: HttpDoor,
  request: ReadyAnnouncement,
): Promise<NothingToTell | null> {
  const pickups = (await pickupsOf(door, request.channelOrderRef)) ?? [];
  const [first, ...others] = holding(pickups, request.lines);
  return first && ![first, ...others].some(isOpen) ? NOTHING_TO_TELL : null;
}

function fulfilledOf(pickups: readonly FulfillmentOrder[], channelLineRef: string): number {
  return pickups
    .flatMap((one) => one.lineItems.nodes)
    .filter(({ lineItem }) => isLine(lineItem.id, channelLineRef))
    .reduce((units, line) => units + line.totalQuantity - line.remainingQuantity, 0);
}

/** Units of each line that left and that the shop does not count yet. */
function untold(pickups: readonly FulfillmentOrder[], { lines }: HandoverAnnouncement) {
  const counted = pickups.filter(({ status }) => status !== 'CANCELLED');
  return lines.flatMap(({ channelLineRef, quantity, handedOver }) => {
    const open = handedOver - fulfilledOf(counted, channelLineRef);
    return open > 0 ? [{ channelLineRef, quantity: Math.min(open, quantity) }] : [];
  });
}

async function announceHandover(
  door: HttpDoor,
  request: HandoverAnnouncement,
): Promise<Announced | Refused> {
  const order = await readShipping(door, request.channelOrderRef);
  if (!order) return refused('unknown_order', 'the shop does not know this order');
  const pickups = order.fulfillmentOrders.nodes.filter(isPickup);
  const taken: TakenLine[] = [];
  for (const { channelLineRef, quantity } of untold(pickups, request)) {
    const units = takeLine(pickups, channelLineRef, quantity);
    if (!units) {
      const detail = `line ${channelLineRef}: the shop has fewer than ${quantity} to be picked up`;
      return refused('not_fulfillable', detail);
    }
    taken.push(...units);
  }
  return taken.length === 0 ? announced(order.id) : fulfil(door, taken);
}

async function findHandover(
  door: HttpDoor,
  request: HandoverAnnouncement,
): Promise<Announced | null> {
  const pickups = (await pickupsOf(door, request.channelOrderRef)) ?? [];
  const [first] = holding(pickups, request.lines);
  return first && untold(pickups, request).length === 0 ? announced(first.id) : null;
}
