/** Which tenders' money goes back when units are given up: by the policy's order of kinds. */
import type { TenderKind } from '../../schema/tender-kind';
import { sum } from './money';

interface KindedTender {
  readonly tenderNo: number;
  readonly kind: TenderKind;
}

/** A kind that the policy does not name comes last; of one kind, the tenders in their order. */
export function inRefundOrder<T extends KindedTender>(
  tenders: readonly T[],
  refundOrder: readonly TenderKind[],
): T[] {
  const place = ({ kind }: T) => {
    const found = refundOrder.indexOf(kind);
    return found < 0 ? refundOrder.length : found;
  };
  return [...tenders].sort((a, b) => place(a) - place(b) || a.tenderNo - b.tenderNo);
}

export interface TenderMoney extends KindedTender {
  /** Promised and not captured. */
  readonly uncapturedMinor: number;
  /** Captured before fulfilment, neither used nor owed back. */
  readonly prepaidMinor: number;
}

/**
 * What is owed back of each tender's prepaid money. Prepaid money is used first by what still goes
 * out, so the rest of a promise is all that a cancel can leave uncaptured: where the policy gives a
 * promised tender's kind back first, that much of what was cancelled is simply never captured.
 */
export function planGivingBack(
  cancelledMinor: number,
  tenders: readonly TenderMoney[],
  {
    stillToGoMinor,
    refundOrder,
  }: {
    readonly stillToGoMinor: number;
    readonly refundOrder: readonly TenderKind[];
  },
): { readonly tenderNo: number; readonly amountMinor: number }[] {
  const prepaid = sum(tenders.map((one) => one.prepaidMinor));
  const asked = (worthMinor: number) => Math.max(0, worthMinor - prepaid);
  let spared = asked(stillToGoMinor + cancelledMinor) - asked(stillToGoMinor);
  let left = cancelledMinor;
  return inRefundOrder(tenders, refundOrder).flatMap(({ tenderNo, ...money }) => {
    const uncaptured = Math.min(left, spared, money.uncapturedMinor);
    spared -= uncaptured;
    left -= uncaptured;
    const amountMinor = Math.min(left, money.prepaidMinor);
    left -= amountMinor;
    return amountMinor > 0 ? [{ tenderNo, amountMinor }] : [];
  });
}
