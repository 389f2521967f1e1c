/** An order whose channel said, when asked, by what it was paid, and how much by each. */
import type { TenderOfOrder } from '../../ports/channel';
import type { Order } from '../../schema/order';
import { formatMoney, sum } from '../money/money';
import type { CollectedOrder } from './collected-at';

/** A tender for each: a gift card and a card are two. What does not come to the total is not read. */
export function paidBy(order: Order, tenders: readonly TenderOfOrder[]): CollectedOrder {
  const { currency } = order;
  const totalMinor = order.totals.total.minorUnits;
  const paidMinor = sum(tenders.map((one) => one.amountMinor));
  const isForeign = tenders.some((one) => one.currency !== currency);
  if (isForeign || paidMinor !== totalMinor) {
    const paid = tenders.map(
      (one) => `${formatMoney(one.amountMinor, one.currency)} by ${one.gateway}`,
    );
    const detail = `its channel has ${paid.join(', ') || 'nothing'}, of ${formatMoney(totalMinor, currency)} in all`;
    return { outcome: 'unreadable', problems: [{ pointer: '/tenders', detail }] };
  }
  return {
    outcome: 'known',
    order: {
      ...order,
      tenders: tenders.map(({ gateway, amountMinor, state, reference, expiresAt }) => ({
        gateway,
        amount: { currency, minorUnits: amountMinor },
        received: { state, reference, ...(expiresAt && { expiresAt }) },
      })),
    },
  };
}
