/** What of a tender's money is still to move: what the order's agenda and its moments ask alike. */
import type {
  OrderSnapshot,
  SnapshotAuthorization,
  SnapshotCapture,
  SnapshotTender,
} from './snapshot';
import { openUnits } from './state';

/** Units still to go out, or a capture still to be made, need this tender's money. */
export function isMoneyWanted(order: OrderSnapshot, tenderNo: number): boolean {
  if (order.stage !== 'accepted') return false;
  return (
    order.lines.some((line) => openUnits(line) > 0) || openCaptures(order, tenderNo).length > 0
  );
}

/** Captures that are to be made, may have been, or that a person may have made again. */
export function openCaptures(order: OrderSnapshot, tenderNo: number): SnapshotCapture[] {
  return order.captures.filter(
    (one) =>
      one.tenderNo === tenderNo && (one.state === 'due' || one.state === 'failed' || one.isAsked),
  );
}

/**
 * Nothing will be captured on this authorization any more, or on the rest of one that was captured
 * in part: a processor lets that go when it is asked, a shop only as it lapses.
 */
export function isToLetGo(
  order: OrderSnapshot,
  tender: SnapshotTender,
  authorization: SnapshotAuthorization,
): boolean {
  if (authorization.capturedMinor > 0 && order.moneyMode !== 'psp') return false;
  return !isMoneyWanted(order, tender.tenderNo) || isReplaced(order, tender, authorization);
}

/** A later one covers all that is still to be charged; nothing is to be captured on this one. */
function isReplaced(
  order: OrderSnapshot,
  tender: SnapshotTender,
  { authorizationNo }: SnapshotAuthorization,
): boolean {
  const open = openCaptures(order, tender.tenderNo);
  if (open.some((one) => one.authorizationNo === authorizationNo)) return false;
  const due = (on?: number) =>
    open
      .filter((one) => on === undefined || one.authorizationNo === on)
      .reduce((minor, one) => minor + one.amountMinor, 0);
  const wantedMinor = tender.amountMinor - tender.capturedMinor - due();
  return tender.authorizations.some(
    (one) =>
      one.authorizationNo > authorizationNo &&
      one.state === 'live' &&
      !one.isAsked &&
      one.amountMinor - one.capturedMinor - due(one.authorizationNo) >= wantedMinor,
  );
}
