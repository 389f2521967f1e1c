/** How what is owed goes back: tender by tender in the policy's order, and by which means. */
import type { TenderKind } from '../../schema/tender-kind';
import { inRefundOrder } from '../money/giving-back';
import { sum } from '../money/money';
import { paymentsOf } from '../money/refund';
import type { OrderSnapshot } from '../order/snapshot';
import type { PaidBy, RefundedTo } from '../../schema/return';
import type { ReturnSnapshot } from './snapshot';

export interface PaidPart {
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly paidBy: PaidBy;
}

/** Never more of a tender than it has left: `shortMinor` is more than all of them have. */
export function tenderPlan(
  order: OrderSnapshot,
  refundMinor: number,
  refundOrder: readonly TenderKind[],
): { readonly parts: readonly Omit<PaidPart, 'paidBy'>[]; readonly shortMinor: number } {
  let left = refundMinor;
  const parts = inRefundOrder(order.tenders, refundOrder).flatMap(({ tenderNo }) => {
    const most = sum(paymentsOf(order, tenderNo).map((payment) => payment.leftMinor));
    const amountMinor = Math.max(0, Math.min(left, most));
    left -= amountMinor;
    return amountMinor > 0 ? [{ tenderNo, amountMinor }] : [];
  });
  return { parts, shortMinor: left };
}

/** What of it goes into the goods of an exchange comes last: what is paid out comes first. */
export function payingParts(
  parts: readonly Omit<PaidPart, 'paidBy'>[],
  exchangedMinor: number,
  to: RefundedTo,
): PaidPart[] {
  let paidOut = sum(parts.map((part) => part.amountMinor)) - exchangedMinor;
  return parts
    .flatMap(({ tenderNo, amountMinor }): PaidPart[] => {
      const out = Math.min(paidOut, amountMinor);
      paidOut -= out;
      return [
        { tenderNo, amountMinor: out, paidBy: to },
        { tenderNo, amountMinor: amountMinor - out, paidBy: 'exchange' },
      ];
    })
    .filter((part) => part.amountMinor > 0);
}

/** What of this part of a return pays for what goes out; earlier parts have paid theirs. */
export function exchangedOf({ exchange, refunds }: ReturnSnapshot, leftMinor: number): number {
  if (exchange === null) return 0;
  const before = refunds.filter((one) => one.paidBy === 'exchange' && one.state !== 'given-up');
  const open = exchange.totalMinor - sum(before.map((one) => one.amountMinor));
  return Math.max(0, Math.min(leftMinor, open));
}

/** Cash only at a counter and within its limit; above it the money goes where it came from. */
export function paidTo(
  { refundTo }: ReturnSnapshot,
  locationId: string | null,
  refundMinor: number,
  cashUpToMinor: number,
): RefundedTo {
  if (refundTo !== 'cash') return refundTo;
  return locationId !== null && refundMinor <= cashUpToMinor ? 'cash' : 'tender';
}
