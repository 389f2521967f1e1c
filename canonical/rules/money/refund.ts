/** Which payments a refund gives back: each refund is of one, so that its clearing item nets. */
import type { OrderSnapshot } from '../order/snapshot';
import { prepaymentRef } from '../posting/posting';
import { sum } from './money';
import { takenByChannelMinor } from './prepayment';

export interface Payment {
  /** The vendor's reference of the capture; several captures of one charge share it. */
  readonly paymentRef: string;
  /** Captured, less what is given back or is to be. */
  readonly leftMinor: number;
}

/** A tender's payments: what the channel had taken first, then captures in their order. */
export function paymentsOf(order: OrderSnapshot, tenderNo: number): Payment[] {
  const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
  const reference = tender?.authorizations[0]?.reference ?? null;
  const captured = new Map<string, number>();
  const add = (paymentRef: string, minor: number) =>
    captured.set(paymentRef, (captured.get(paymentRef) ?? 0) + minor);
  const taken = tender ? takenByChannelMinor(order, tender) : 0;
  if (taken > 0) add(prepaymentRef({ ...order, tenderNo, reference }), taken);
  for (const capture of order.captures) {
    if (capture.tenderNo !== tenderNo || capture.state !== 'captured') continue;
    if (capture.reference !== null) add(capture.reference, capture.amountMinor);
  }
  return [...captured].map(([paymentRef, capturedMinor]) => {
    const givenBack = order.refunds.filter(
      (one) =>
        one.tenderNo === tenderNo && one.paymentRef === paymentRef && one.state !== 'given-up',
    );
    return {
      paymentRef,
      leftMinor: capturedMinor - sum(givenBack.map((one) => one.amountMinor)),
    };
  });
}

/** Of what somebody else gave back of a payment: not yet known to be a cancel's or a return's. */
export function conceded(
  order: Pick<OrderSnapshot, 'refunds'>,
  tenderNo: number,
  paymentRef: string,
): { readonly refundNo: number; readonly amountMinor: number }[] {
  return order.refunds.flatMap((one) => {
    const isOfIt = one.tenderNo === tenderNo && one.paymentRef === paymentRef;
    if (!isOfIt || !one.isOutside || one.state !== 'refunded') return [];
    const amountMinor = one.amountMinor - one.matchedMinor;
    return amountMinor > 0 ? [{ refundNo: one.refundNo, amountMinor }] : [];
  });
}

/**
 * What a refund that somebody else made gives back of what is owed of its payment: what is exactly
 * its amount comes first, then the others in their order. `leftMinor` of it nobody here owes.
 */
export function recognise<T extends { readonly amountMinor: number }>(
  madeMinor: number,
  owed: readonly T[],
): {
  readonly parts: readonly { readonly of: T; readonly amountMinor: number }[];
  readonly leftMinor: number;
} {
  let leftMinor = madeMinor;
  const exact = owed.filter((one) => one.amountMinor === madeMinor);
  const others = owed.filter((one) => one.amountMinor !== madeMinor);
  const parts = [...exact, ...others].flatMap((of) => {
    const amountMinor = Math.min(leftMinor, of.amountMinor);
    leftMinor -= amountMinor;
    return amountMinor > 0 ? [{ of, amountMinor }] : [];
  });
  return { parts, leftMinor };
}

/** Splits an amount over payments. @throws RangeError where there is less than that to give back */
export function planRefunds(
  amountMinor: number,
  payments: readonly Payment[],
): { readonly paymentRef: string; readonly amountMinor: number }[] {
  let left = amountMinor;
  const parts = payments.flatMap(({ paymentRef, leftMinor }) => {
    const part = Math.max(0, Math.min(left, leftMinor));
    left -= part;
    return part > 0 ? [{ paymentRef, amountMinor: part }] : [];
  });
  if (left > 0) throw new RangeError(`${left} more are to be given back than were captured`);
  return parts;
}
