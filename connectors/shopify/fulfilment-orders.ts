/** The fulfilment orders of a Shopify order: what of it is open where, and fulfilments of it. */
import type { Announced, NothingToTell } from '../../canonical/ports/channel';
import type { Refused } from '../../canonical/ports/fault';
import { VendorFault } from '../../canonical/ports/fault';
import type { HttpDoor } from '../http';
import type { FulfillmentOrder } from './admin-schema';
import { FulfillmentCreateAnswer, OrderShippingAnswer } from './admin-schema';
import { ask, orderGid, refusalOf, SYSTEM } from './graphql';
import { FULFILL, ORDER_SHIPPING } from './operations';

/** What a fulfilment order must be for Shopify to take a fulfilment on it. */
const FULFILLABLE: ReadonlySet<string> = new Set(['OPEN', 'IN_PROGRESS']);

export const isFulfillable = ({ status }: FulfillmentOrder): boolean => FULFILLABLE.has(status);

const PICK_UP = 'PICK_UP';

export const isPickup = ({ deliveryMethod }: FulfillmentOrder): boolean =>
  deliveryMethod?.methodType === PICK_UP;

/** `gid://shopify/Location/655441491` → `655441491`, as a mapping names it. */
export const locationNumber = ({ assignedLocation }: FulfillmentOrder): string =>
  assignedLocation?.location?.id.split('/').at(-1) ?? 'none';

export const announced = (reference: string): Announced => ({ outcome: 'announced', reference });

/** Its units were picked up, or taken off the order, before the shop could be told. */
export const NOTHING_TO_TELL: NothingToTell = { outcome: 'nothing-to-tell' };

export async function readShipping(door: HttpDoor, channelOrderRef: string) {
  const id = orderGid(channelOrderRef);
  const { order } = await ask(door, 'order', ORDER_SHIPPING, { id }, OrderShippingAnswer);
  return order;
}

/** The order's pickups; null where the shop does not know it. */
export async function pickupsOf(door: HttpDoor, channelOrderRef: string) {
  const order = await readShipping(door, channelOrderRef);
  return order?.fulfillmentOrders.nodes.filter(isPickup) ?? null;
}

export interface TakenLine {
  readonly fulfillmentOrderId: string;
  readonly id: string;
  readonly quantity: number;
}

const numberOf = (gid: string) => gid.split('/').at(-1);

/** A line of the order, whether it is named by its number or its gid. */
export const isLine = (lineGid: string, channelLineRef: string): boolean =>
  numberOf(lineGid) === numberOf(channelLineRef);

/** Takes a line's units from the fulfilment orders that still hold it; null where they are short. */
export function takeLine(
  orders: readonly FulfillmentOrder[],
  channelLineRef: string,
  quantity: number,
): TakenLine[] | null {
  const taken: TakenLine[] = [];
  let left = quantity;
  for (const order of orders.filter(isFulfillable)) {
    for (const line of order.lineItems.nodes) {
      const units = Math.min(left, line.remainingQuantity);
      if (units <= 0 || !isLine(line.lineItem.id, channelLineRef)) continue;
      taken.push({ fulfillmentOrderId: order.id, id: line.id, quantity: units });
      left -= units;
    }
  }
  return left === 0 ? taken : null;
}

/** Shopify wants the lines of one fulfilment order together. */
export function byFulfillmentOrder(taken: readonly TakenLine[]) {
  const groups = new Map<string, { id: string; quantity: number }[]>();
  for (const { fulfillmentOrderId, id, quantity } of taken) {
    groups.set(fulfillmentOrderId, [...(groups.get(fulfillmentOrderId) ?? []), { id, quantity }]);
  }
  return [...groups].map(([fulfillmentOrderId, fulfillmentOrderLineItems]) => ({
    fulfillmentOrderId,
    fulfillmentOrderLineItems,
  }));
}

/** One fulfilment; the buyer is told by us. */
export async function fulfil(
  door: HttpDoor,
  taken: readonly TakenLine[],
  trackingInfo?: { readonly number: string; readonly company: string | undefined },
): Promise<Announced | Refused> {
  const fulfillment = {
    lineItemsByFulfillmentOrder: byFulfillmentOrder(taken),
    notifyCustomer: false,
    trackingInfo,
  };
  const what = 'fulfillmentCreate';
  const answer = await ask(door, what, FULFILL, { fulfillment }, FulfillmentCreateAnswer);
  const refusal = refusalOf(answer.fulfillmentCreate.userErrors);
  if (refusal) return refusal;
  const made = answer.fulfillmentCreate.fulfillment;
  if (!made) throw new VendorFault(SYSTEM, 'ambiguous', `${what}: no fulfillment in the answer`);
  return announced(made.id);
}
