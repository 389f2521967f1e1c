/**
 * A store is asked to hold a group: its units are the store's from now on, and its pickup begins,
 * with a flow of its own that the order's rows are joined to by signals. One transaction, in the
 * order's flow; no other system is called for it.
 */
import { afterGroup, afterMoves, type UnitMove } from '../../../canonical/rules/order/after';
import type { OrderSnapshot } from '../../../canonical/rules/order/snapshot';
import type { Applied } from '../../../canonical/flows/order';
import type { Database } from '../../../store/database';
import { factWrite, moveWrites } from '../../../store/orders/orders';
import { openPickup } from '../../../store/pickups/open-pickup';
import { groupWrite } from '../../fulfilment/release';
import { orderMoment } from '../../order/order-moment';

/** A hold or a cancellation may have come before: then it is not due any more, and nothing is. */
export async function startPickup(
  db: Database,
  {
    orderId,
    groupNo,
    ...settings
  }: { readonly orderId: string; readonly groupNo: number; readonly pagesUrl?: string },
): Promise<Applied> {
  const { answer, agenda } = await orderMoment(db, orderId, async (sql, inHand) => {
    const { order } = inHand;
    const group = order.groups.find((one) => one.groupNo === groupNo);
    const moves = heldThere(order, groupNo);
    const isDue = group?.kind === 'pickup' && group.state === 'planned' && moves.length > 0;
    if (!isDue || order.stage !== 'accepted' || order.holdReason !== null) {
      return 'duplicate' as const;
    }
    const { locationId: storeId } = group;
    const { pickupId } = await openPickup(sql, {
      ...order,
      ...settings,
      groupNo,
      storeId,
      lines: moves.map(({ lineNo, quantity }) => ({
        lineNo,
        quantity,
        sku: skuOf(order, lineNo),
      })),
    });
    const state = 'released' as const;
    inHand.becomes(afterGroup(afterMoves(order, moves), groupNo, { state, requestKey: pickupId }), [
      groupWrite(orderId, { groupNo, key: pickupId, state }),
      ...moveWrites(orderId, moves),
      factWrite(orderId, {
        kind: 'pickup-requested',
        occurredAt: new Date().toISOString(),
        moves,
        about: { groupNo, location: storeId, pickupId },
      }),
    ]);
    return 'applied' as const;
  });
  return { outcome: answer, agenda };
}

function heldThere(order: OrderSnapshot, groupNo: number): UnitMove[] {
  return order.lines.flatMap(({ lineNo, allocations }): UnitMove[] => {
    const quantity = allocations.find((one) => one.groupNo === groupNo)?.reserved ?? 0;
    return quantity > 0 ? [{ lineNo, groupNo, from: 'reserved', to: 'released', quantity }] : [];
  });
}

const skuOf = ({ lines }: OrderSnapshot, lineNo: number): string => {
  const line = lines.find((one) => one.lineNo === lineNo);
  return line?.sku ?? line?.channelSku ?? '';
};
