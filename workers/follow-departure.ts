/** What left of an order by its channel's own word. */
import { departedOf, type Left } from '../canonical/rules/order/departure';
import type { FulfilmentChanged } from '../canonical/schema/channel-events';
import { nameDifferences } from '../moments/order/later-word';
import type { Database } from '../store/database';
import { addFact, type InboxRow } from '../store/inbox/routing';
import { findLocation } from '../store/master/locations';
import { findMapping } from '../store/master/mappings';
import { findOrderByChannelRef } from '../store/orders/order-by-number';
import { loadOrder } from '../store/orders/orders';
import { isShipmentKnown } from '../store/orders/shipments';

export type FollowedDeparture =
  | { readonly outcome: 'followed'; readonly orderId: string }
  | { readonly outcome: 'no-order' }
  /** It waits for something: nothing can leave of it before. */
  | { readonly outcome: 'not-yet' }
  /** From a place of the channel that is mapped to none of ours. */
  | { readonly outcome: 'no-place'; readonly orderId: string; readonly place: string }
  /** It was taken back there, and counts as shipped here. */
  | { readonly outcome: 'undone'; readonly orderId: string };

/**
 * Of units that nothing here sends it becomes a shipment of its own, once by the channel's id of it,
 * which the order's flow records. Of units of ours it is a difference for a person.
 */
export async function followDeparture(
  db: Database,
  row: InboxRow,
  { channelInstance, channelOrderRef = '' }: FulfilmentChanged,
  left: Left,
): Promise<FollowedDeparture> {
  const found = await findOrderByChannelRef(db, channelInstance, channelOrderRef);
  const order = found === null ? null : await loadOrder(db, found);
  if (!order) return { outcome: 'no-order' };
  const { orderId } = order;
  if (order.stage === 'received') return { outcome: 'not-yet' };
  const isKnown = await isShipmentKnown(db, orderId, left.ref);
  if (left.isUndone && isKnown) return { outcome: 'undone', orderId };
  if (left.isUndone || isKnown) return { outcome: 'followed', orderId };
  const { lines, isOfStock, differences } = departedOf(order, left);
  const place = await placeOf(db, channelInstance, left);
  if (place === null && isOfStock) {
    return { outcome: 'no-place', orderId, place: left.place ?? 'none' };
  }
  const location = place ?? order.locationId;
  if (lines.length > 0 && location !== null) {
    const { trackingNumber } = left;
    await addFact(db, row, {
      source: `${channelInstance}/departures`,
      eventId: left.ref,
      type: 'shipment.confirmed.v1',
      occurredAt: left.at,
      data: {
        orderId,
        shipmentId: left.ref,
        location,
        shippedAt: left.at,
        toldBy: 'channel',
        ...(trackingNumber !== undefined && { trackingNumber }),
        lines,
      },
    });
  }
  if (differences.length > 0) await nameDifferences(db, { ...row, orderId }, differences);
  return { outcome: 'followed', orderId };
}

/** A place of ours: mapped, or called so by the channel too. */
async function placeOf(
  db: Database,
  channelInstance: string,
  { place }: Left,
): Promise<string | null> {
  if (place === undefined) return null;
  const mapping = await findMapping(db, 'store', channelInstance, place);
  const location = await findLocation(db, mapping?.target ?? place);
  return location?.locationId ?? null;
}
