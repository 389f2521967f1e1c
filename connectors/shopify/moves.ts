/**
 * A pickup that another store holds now: Shopify assigns its fulfilment order, or the units of it that
 * moved, to that store's location. It takes no key: only what the shop does not have there yet is
 * moved. How the order is delivered cannot be changed so: what is sent home stays a pickup in the shop
 * until it is fulfilled.
 */
import type {
  Announced,
  MoveAnnouncement,
  NothingToTell,
  SalesChannel,
} from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import { refused } from '../answer';
import type { HttpDoor } from '../http';
import { MoveAnswer, type FulfillmentOrder } from './admin-schema';
import {
  announced,
  byFulfillmentOrder,
  isFulfillable,
  isLine,
  locationNumber,
  NOTHING_TO_TELL,
  pickupsOf,
  takeLine,
} from './fulfilment-orders';
import { ask, refusalOf, SYSTEM } from './graphql';
import { MOVE } from './operations';

type Moves = Pick<SalesChannel, 'announceMove' | 'findMove'>;

export function shopifyMoves(door: HttpDoor): Moves {
  return {
    announceMove: (request) => announceMove(door, request),
    findMove: (request) => findMove(door, request),
  };
}

/** Units of a line that the place has: open ones, and of what is closed those that were fulfilled. */
function unitsAt(pickups: readonly FulfillmentOrder[], place: string | null, lineRef: string) {
  return pickups
    .filter((one) => locationNumber(one) === place && one.status !== 'CANCELLED')
    .flatMap((one) => one.lineItems.nodes.map((line) => ({ ...line, isOpen: isFulfillable(one) })))
    .filter(({ lineItem }) => isLine(lineItem.id, lineRef))
    .reduce((units, { totalQuantity, remainingQuantity, isOpen }) => {
      return units + (isOpen ? totalQuantity : totalQuantity - remainingQuantity);
    }, 0);
}

/** What of it the shop does not have there. */
const lackingOf = (pickups: readonly FulfillmentOrder[], { to, lines }: MoveAnnouncement) =>
  lines.flatMap(({ channelLineRef, quantity, there }) => {
    const units = Math.min(quantity, there - unitsAt(pickups, to, channelLineRef));
    return units > 0 ? [{ channelLineRef, quantity: units }] : [];
  });

function openUnits(orders: readonly FulfillmentOrder[], lineRef: string): number {
  return orders
    .filter(isFulfillable)
    .flatMap((one) => one.lineItems.nodes)
    .filter(({ lineItem }) => isLine(lineItem.id, lineRef))
    .reduce((units, { remainingQuantity }) => units + remainingQuantity, 0);
}

async function announceMove(
  door: HttpDoor,
  request: MoveAnnouncement,
): Promise<Announced | NothingToTell | Refused> {
  const { channelOrderRef, from, to } = request;
  const pickups = await pickupsOf(door, channelOrderRef);
  if (!pickups) return refused('unknown_order', 'the shop does not know this order');
  if (to === null) return refused('no_location', 'no location of the shop is mapped to the store');
  const elsewhere = pickups
    .filter((one) => locationNumber(one) !== to)
    .sort((a, b) => Number(locationNumber(b) === from) - Number(locationNumber(a) === from));
  const taken = lackingOf(pickups, request).flatMap(({ channelLineRef, quantity }) => {
    // What was picked up, or taken off the order, before the shop could be told stays where it was.
    const units = Math.min(quantity, openUnits(elsewhere, channelLineRef));
    return takeLine(elsewhere, channelLineRef, units) ?? [];
  });
  const moved: string[] = [];
  for (const { fulfillmentOrderId: id, ...items } of byFulfillmentOrder(taken)) {
    const newLocationId = `gid://shopify/Location/${to}`;
    const what = 'fulfillmentOrderMove';
    const variables = { id, newLocationId, ...items };
    const answer = await ask(door, what, MOVE, variables, MoveAnswer);
    const refusal = refusalOf(answer[what].userErrors);
    if (refusal) return refusal;
    const made = answer[what].movedFulfillmentOrder?.id;
    if (!made) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: nothing moved in the answer`);
    moved.push(made);
  }
  const [first] = moved;
  return first === undefined ? NOTHING_TO_TELL : announced(first);
}

async function findMove(door: HttpDoor, request: MoveAnnouncement): Promise<Announced | null> {
  if (request.to === null) return null;
  const pickups = (await pickupsOf(door, request.channelOrderRef)) ?? [];
  const there = pickups.find((one) => locationNumber(one) === request.to);
  return there && lackingOf(pickups, request).length === 0 ? announced(there.id) : null;
}
