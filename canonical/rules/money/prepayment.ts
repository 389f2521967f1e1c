/**
 * Prepayments: what is charged for goods that lie ready in a store, before control passes (posting
 * rule 2). A prepayment is a capture without an invoice; its number counts down from -1. It is its
 * group's until an invoice takes it or a refund gives it back, so that no other group's money is
 * spent on what leaves first. One whose capture has no answer yet is taken by an invoice all the
 * same: that part is receivable until the capture is made.
 */
import { worthOfUnits } from '../order/shipment';
import type {
  OrderSnapshot,
  SnapshotCapture,
  SnapshotPrepayment,
  SnapshotTender,
} from '../order/snapshot';
import { openUnits } from '../order/state';
import { sum } from './money';

export type Prepayment = SnapshotCapture & { readonly prepayment: SnapshotPrepayment };

/** A part of a prepayment. */
export interface PrepaymentPart {
  readonly prepayment: Prepayment;
  readonly amountMinor: number;
}

export const isPrepayment = (capture: SnapshotCapture): capture is Prepayment =>
  capture.prepayment !== undefined;

export function nextPrepaymentNo(order: OrderSnapshot): number {
  return Math.min(0, ...order.captures.map((one) => one.invoiceNo)) - 1;
}

export const prepaymentsOf = (order: OrderSnapshot, groupNo: number): Prepayment[] =>
  order.captures.filter(isPrepayment).filter((one) => one.prepayment.groupNo === groupNo);

/** Made, or still to be: one that was given up pays for nothing, unless it was asked for. */
const isHopeful = ({ state, isAsked }: Prepayment): boolean => state !== 'given-up' || isAsked;
const isMade = ({ state }: Prepayment): boolean => state === 'captured';

export const unusedOf = ({ amountMinor, prepayment }: Prepayment): number =>
  amountMinor - prepayment.usedMinor;

/** Of a tender's money that is here: kept for what stores hold. */
export function earmarkedMinor(order: OrderSnapshot, tenderNo: number): number {
  return sum(
    order.captures
      .filter(isPrepayment)
      .filter((one) => one.tenderNo === tenderNo && isMade(one))
      .map(unusedOf),
  );
}

/** Of a tender's money that is here: for whatever leaves next. */
export function freePrepaidMinor(order: OrderSnapshot, tender: SnapshotTender): number {
  const { prepaidMinor, prepaidUsedMinor, tenderNo } = tender;
  return Math.max(0, prepaidMinor - prepaidUsedMinor - earmarkedMinor(order, tenderNo));
}

/** What the channel had taken before the order came. */
export function takenByChannelMinor(
  order: Pick<OrderSnapshot, 'captures'>,
  tender: Pick<SnapshotTender, 'tenderNo' | 'prepaidMinor'>,
): number {
  const made = order.captures
    .filter(isPrepayment)
    .filter((one) => one.tenderNo === tender.tenderNo && isMade(one));
  return tender.prepaidMinor - sum(made.map((one) => one.amountMinor));
}

/** What a handover's invoice takes of its group's prepayments: money that is here comes first. */
export function drawOn(
  order: OrderSnapshot,
  groupNo: number,
  invoiceMinor: number,
): { readonly made: readonly PrepaymentPart[]; readonly awaited: readonly PrepaymentPart[] } {
  const own = prepaymentsOf(order, groupNo).filter(isHopeful);
  const made = partsOf(own.filter(isMade), invoiceMinor);
  const left = invoiceMinor - sum(made.map((part) => part.amountMinor));
  return {
    made,
    awaited: partsOf(
      own.filter((one) => !isMade(one)),
      left,
    ),
  };
}

function partsOf(prepayments: readonly Prepayment[], upToMinor: number): PrepaymentPart[] {
  let left = upToMinor;
  return prepayments.flatMap((prepayment) => {
    const amountMinor = Math.max(0, Math.min(left, unusedOf(prepayment)));
    left -= amountMinor;
    return amountMinor > 0 ? [{ prepayment, amountMinor }] : [];
  });
}

/** What a group's prepayments come to beyond what its open units are worth. */
export function excessOf(
  order: OrderSnapshot,
  groupNo: number,
): {
  readonly excessMinor: number;
  /** Not called yet: charged for no more. */
  readonly dropped: readonly PrepaymentPart[];
  /** Here: to be given back. The rest of it has been asked for, and its answer is not known. */
  readonly owed: readonly PrepaymentPart[];
} {
  const own = prepaymentsOf(order, groupNo).filter(isHopeful);
  const excess = Math.max(0, sum(own.map(unusedOf)) - openWorthOf(order, groupNo));
  const dropped = partsOf(
    own.filter((one) => !isMade(one) && !one.isAsked),
    excess,
  );
  const left = excess - sum(dropped.map((part) => part.amountMinor));
  return { excessMinor: excess, dropped, owed: partsOf(own.filter(isMade), left) };
}

/** What a group still has to hand over, at what the customer pays for it. */
export function openWorthOf(order: OrderSnapshot, groupNo: number): number {
  return sum(
    order.lines.map((line) => {
      const at = line.allocations.find((one) => one.groupNo === groupNo);
      const units = at === undefined ? 0 : at.reserved + at.released;
      return units === 0 ? 0 : worthOfUnits(line, units);
    }),
  );
}

/** What is still to go out and was not charged ahead. */
export function openUnpaidMinor(order: OrderSnapshot): number {
  const open = sum(order.lines.map((line) => worthOfUnits(line, openUnits(line))));
  const ahead = sum(order.captures.filter(isPrepayment).filter(isHopeful).map(unusedOf));
  return Math.max(0, open - ahead);
}

/** What is to be captured as that much of a group lies ready; `isLast`: nothing else is to be paid. */
export function prepaymentDue(
  order: OrderSnapshot,
  groupNo: number,
  ready: readonly { readonly lineNo: number; readonly quantity: number }[],
): { readonly amountMinor: number; readonly isLast: boolean } {
  const worth = sum(
    ready.map(({ lineNo, quantity }) => {
      const line = order.lines.find((one) => one.lineNo === lineNo);
      return line === undefined ? 0 : worthOfUnits(line, quantity);
    }),
  );
  const paid = sum(prepaymentsOf(order, groupNo).filter(isHopeful).map(unusedOf));
  const free = sum(order.tenders.map((tender) => freePrepaidMinor(order, tender)));
  const amountMinor = Math.max(0, worth - paid - free);
  const open = sum(order.lines.map((line) => worthOfUnits(line, openUnits(line))));
  const all = sum(order.captures.filter(isPrepayment).filter(isHopeful).map(unusedOf));
  return { amountMinor, isLast: amountMinor > 0 && all + free + amountMinor >= open };
}
