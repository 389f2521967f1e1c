/** What is due for a return, and the status that its quantities and amounts amount to. */
import { blocksRefund, CHARGED_AGAIN } from '../../flows/order-steps';
import { blocksCharge, blocksExchange } from '../../flows/return-steps';
import type { ReturnAgenda, ReturnChargeDue, ReturnStatus, ReturnUnits } from '../../flows/return';
import { sum } from '../money/money';
import { effectKey } from '../order/effect-keys';
import type { ReturnCharge, ReturnSnapshot } from './snapshot';

export function returnAgendaOf(ret: ReturnSnapshot): ReturnAgenda {
  const { rma, orderId, currency } = ret;
  const blocked = new Set(ret.exceptions.filter((one) => !one.isWait).map((one) => one.blocks));
  const refunds = ret.refunds
    .filter(({ state, paidBy }) => state === 'due' && paidBy === 'tender')
    .filter(({ tenderNo, refundNo }) => !blocked.has(blocksRefund(tenderNo, refundNo).text))
    .map(({ tenderNo, refundNo, amountMinor, account, try: tryNo }) => ({
      step: 'refund' as const,
      rma,
      orderId,
      account,
      tenderNo,
      refundNo,
      amountMinor,
      currency,
      key: effectKey.refund(orderId, tenderNo, refundNo, tryNo),
    }));
  const charges = ret.charges
    .map((charge) => chargeDue(ret, charge))
    .filter((due) => due !== null)
    .filter((due) => !blocked.has(blocksCharge(due).text));
  const owed = ret.refunds.filter(({ state }) => state !== 'given-up');
  return {
    status: returnStatus(ret),
    units: unitsOf(ret),
    isOut: isOut(ret),
    receiveBy: isOut(ret) ? ret.receiveBy : null,
    currency,
    owedMinor: sum(owed.map((one) => one.amountMinor)),
    refundedMinor: sum(
      ret.refunds.filter(({ state }) => state === 'refunded').map((one) => one.amountMinor),
    ),
    locations: [...new Set(ret.receipts.map((one) => one.locationId))],
    refunds,
    ...(charges.length > 0 && { charges }),
    isExchangeDue: isExchangeDue(ret),
    blockedBy: ret.exceptions,
    isSettled: isSettled(ret),
  };
}

/** First it is authorized, then captured; null: it is made, or a person's. */
function chargeDue(
  { rma, orderId, currency }: ReturnSnapshot,
  { tenderNo, account, amountMinor, state, try: tryNo, ...on }: ReturnCharge,
): ReturnChargeDue | null {
  const { authorizationNo, authorization } = on;
  if (state !== 'due') return null;
  const of = { rma, orderId, account, tenderNo, authorizationNo, amountMinor, currency };
  if (authorization === 'planned') {
    const key = effectKey.authorize(orderId, tenderNo, authorizationNo);
    return { step: 'authorize', ...of, key };
  }
  if (authorization !== 'live') return null;
  const key = effectKey.capture(orderId, tenderNo, CHARGED_AGAIN, tryNo);
  return { step: 'capture', ...of, invoiceNo: CHARGED_AGAIN, isFinal: true, key };
}

export function unitsOf({ lines }: ReturnSnapshot): ReturnUnits {
  const total = (of: (line: ReturnSnapshot['lines'][number]) => number) => sum(lines.map(of));
  return {
    expected: total((line) => line.expected),
    received: total((line) => line.received),
    inspected: total((line) => line.inspected),
    accepted: total((line) => line.accepted),
  };
}

/** Units of a line that are still to come. */
export const unitsToCome = ({ expected, received }: ReturnSnapshot['lines'][number]): number =>
  Math.max(0, expected - received);

function isOut(ret: ReturnSnapshot): boolean {
  // What was paid for and never came is a person's to decide on.
  const isDecided = ret.exceptions.some((one) => one.code === 'return.not-received');
  return ret.state === 'approved' && !isDecided && ret.lines.some((line) => unitsToCome(line) > 0);
}

/** All that was to come is here and decided on: what it pays for is ordered. */
function isExchangeDue(ret: ReturnSnapshot): boolean {
  const isWaiting = ret.exceptions.some((one) => one.blocks === blocksExchange().text);
  return (
    !isWaiting &&
    !isOut(ret) &&
    ret.lines.every((line) => line.received === line.inspected) &&
    ret.inspections.every((one) => one.state !== 'open') &&
    ret.refunds.some((one) => one.paidBy === 'exchange' && one.state === 'due')
  );
}

/** Nothing is expected, what came was looked at and decided on, and all money has gone back. */
function isSettled(ret: ReturnSnapshot): boolean {
  return (
    ret.state !== 'requested' &&
    !isOut(ret) &&
    ret.lines.every((line) => line.received === line.inspected) &&
    ret.inspections.every((one) => one.state !== 'open') &&
    ret.refunds.every((one) => one.state === 'refunded' || one.state === 'given-up') &&
    ret.charges.every((one) => one.state === 'captured' || one.state === 'given-up') &&
    ret.exceptions.length === 0
  );
}

export function returnStatus(ret: ReturnSnapshot): ReturnStatus {
  const { received, inspected } = unitsOf(ret);
  if (ret.state === 'requested') return 'requested';
  if (ret.state === 'denied' || ret.state === 'closed') return ret.state;
  if (ret.inspections.some((one) => one.state === 'open' && lacksApproval(one))) {
    return 'awaiting-approval';
  }
  const isPaidBack =
    ret.refunds.length > 0 && ret.refunds.every(({ state }) => state === 'refunded');
  if (isPaidBack && !isOut(ret) && received === inspected) return 'refunded';
  if (received > 0 && inspected === received) return 'inspected';
  if (received > 0) return 'received';
  return ret.state;
}

export function lacksApproval(
  one: Pick<ReturnSnapshot['inspections'][number], 'approvalsNeeded' | 'isApproved'>,
): boolean {
  return one.approvalsNeeded > 0 && !one.isApproved;
}
