/**
 * What of a Shopify order is nobody's here to send, and what has left already. Pure.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order
 * https://shopify.dev/docs/api/admin-rest/latest/resources/fulfillment
 */
import type { FulfilmentChanged } from '../../canonical/schema/channel-events';
import type { OrderLine } from '../../canonical/schema/order';
import { toUtc, type FieldProblem } from '../inbound-contract';
import type { ShopifyFulfillment, ShopifyLineItem, ShopifyOrder } from './order-schema';

/** The merchant's own: every other name is somebody else's warehouse. */
const OWN_SERVICE = 'manual';
const HAS_LEFT = new Set(['fulfilled', 'partial']);
/** Its units are with nobody. */
const CAME_TO_NOTHING = new Set(['cancelled', 'error', 'failure']);
const SUCCESS = 'success';

/** Old payloads say nothing of the state of a fulfilment, and have those that were made. */
const isMade = ({ status }: ShopifyFulfillment): boolean => (status ?? SUCCESS) === SUCCESS;

function unitsIn(fulfillments: readonly ShopifyFulfillment[], lineId: string): number {
  return fulfillments
    .flatMap((one) => one.line_items ?? [])
    .filter(({ id }) => id === lineId)
    .reduce((units, { quantity }) => units + quantity, 0);
}

const fulfillmentsOf = ({ fulfillments }: ShopifyOrder) => fulfillments ?? [];

/** Units that are in a fulfilment already, made or under way. */
function unitsTaken(order: ShopifyOrder, line: ShopifyLineItem): number {
  const live = fulfillmentsOf(order).filter(
    ({ status }) => !CAME_TO_NOTHING.has(status ?? SUCCESS),
  );
  return Math.min(line.quantity, unitsIn(live, line.id ?? ''));
}

export function notSentOf(order: ShopifyOrder, line: ShopifyLineItem): OrderLine['notSent'] {
  const { quantity } = line;
  if (line.gift_card === true) return { quantity, why: 'gift-card' };
  if (line.requires_shipping === false) return { quantity, why: 'digital' };
  if ((line.fulfillment_service ?? OWN_SERVICE) !== OWN_SERVICE) {
    return { quantity, why: 'other-service' };
  }
  const taken = unitsTaken(order, line);
  return taken > 0 ? { quantity: taken, why: 'left-before' } : undefined;
}

/** Whether a line has units that a warehouse of ours, or a store, is to be asked for. */
export const isOurs = (order: ShopifyOrder, line: ShopifyLineItem): boolean =>
  (notSentOf(order, line)?.quantity ?? 0) < line.quantity;

/** What is said to have left, and by no fulfilment how, or from where. */
export function untoldDepartures(order: ShopifyOrder): FieldProblem[] {
  const lines = order.line_items.flatMap((line, index): FieldProblem[] => {
    const isTold = notSentOf(order, line) !== undefined;
    if (isTold || !HAS_LEFT.has(line.fulfillment_status ?? '')) return [];
    const detail = `${line.fulfillment_status} before it reached us, and no fulfilment says how much left from where`;
    return [{ pointer: `/line_items/${index}/fulfillment_status`, detail }];
  });
  const ours = new Set(
    order.line_items
      .filter((line) => notSentOf(order, line)?.why === 'left-before')
      .map(({ id }) => id),
  );
  const places = fulfillmentsOf(order).flatMap((one, index): FieldProblem[] => {
    const isOfStock = (one.line_items ?? []).some(({ id }) => ours.has(id));
    if (!isOfStock || !isMade(one) || placeOf(one, order) !== undefined) return [];
    const pointer = `/fulfillments/${index}/location_id`;
    return [{ pointer, detail: 'goods of ours have left, and from where nobody says' }];
  });
  return [...lines, ...places];
}

const placeOf = (
  { location_id: own }: ShopifyFulfillment,
  { location_id: sold }: Pick<ShopifyOrder, 'location_id'>,
) => own ?? sold ?? undefined;

/** Of an order: what each fulfilment that was made took. */
export function departuresOf(order: ShopifyOrder): NonNullable<FulfilmentChanged['left']>[] {
  return fulfillmentsOf(order).flatMap((one) => {
    const left = isMade(one) ? leftBy(one, order) : null;
    return left ? [left] : [];
  });
}

/** What a fulfilment took; null where it has no lines, or no readable time. */
export function leftBy(
  fulfillment: ShopifyFulfillment,
  order: Pick<ShopifyOrder, 'location_id'> = {},
): NonNullable<FulfilmentChanged['left']> | null {
  const { id, created_at: at, status, line_items: items, tracking_number } = fulfillment;
  const leftAt = toUtc(at);
  const lines = (items ?? []).filter(({ quantity }) => quantity > 0);
  if (leftAt === null || lines.length === 0) return null;
  const place = placeOf(fulfillment, order);
  return {
    ref: `gid://shopify/Fulfillment/${id}`,
    at: leftAt,
    isUndone: status === 'cancelled',
    ...(place !== undefined && { place }),
    ...(tracking_number && { trackingNumber: tracking_number.slice(0, MAX_TRACKING_CHARS) }),
    lines: lines.map((line) => ({ channelLineRef: line.id, quantity: line.quantity })),
  };
}
const MAX_TRACKING_CHARS = 120;

/** Units that have left by the order's own fulfilments, by line. */
export function unitsGone(order: ShopifyOrder) {
  const made = fulfillmentsOf(order).filter(isMade);
  return order.line_items.flatMap(({ id }) => {
    const quantity = id ? unitsIn(made, id) : 0;
    return id && quantity > 0 ? [{ channelLineRef: id, quantity }] : [];
  });
}
