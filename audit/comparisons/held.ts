// I2: an order that has ended holds no money of its buyer any more, by whoever keeps it.
import type { Against } from './window';
import type { OutsideRecord } from '../../canonical/ports/records';
import type { OwnOrder } from '../own-order';
import { amountOf, money, nameOfOrder, type Difference } from '../report';

/** @param orders by the reference that the system's records carry */
export function checkHeld(
  authorizations: readonly OutsideRecord[],
  orders: ReadonlyMap<string, Pick<OwnOrder, 'orderId' | 'channelInstance' | 'orderNo' | 'stage'>>,
  { books, cutoff }: Against,
): Difference[] {
  return authorizations.flatMap((record): Difference[] => {
    const { id, orderRef, amountMinor, currency, isHeld, updatedAt } = record;
    const order = orderRef === null ? undefined : orders.get(orderRef);
    const hasEnded = order?.stage === 'closed' || order?.stage === 'rejected';
    if (!order || !hasEnded || isHeld !== true || updatedAt > cutoff) return [];
    return [
      {
        invariant: 'I2',
        code: 'outside-still-authorized',
        subject: id,
        ...amountOf(amountMinor, currency),
        detail: `${nameOfOrder(order)}: it has ended, and ${books}'s records hold the authorization ${id} of ${money(amountMinor, currency)} still`,
      },
    ];
  });
}
