/** What to capture for an invoice, on which authorization; money we have already comes first. */

export interface AuthorizationFacts {
  readonly authorizationNo: number;
  readonly state: 'live' | 'voided' | 'expired' | 'declined' | 'consumed';
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly isMulticapture: boolean;
}

export interface TenderLedger {
  readonly tenderNo: number;
  readonly amountMinor: number;
  /** Captured before anything shipped and not yet used by a shipment or given back. */
  readonly prepaidMinor: number;
  readonly capturedMinor: number;
  readonly authorizations: readonly AuthorizationFacts[];
}

export interface PlannedCapture {
  readonly tenderNo: number;
  /** Null: the last authorization can take no more captures; authorize the amount anew first. */
  readonly authorizationNo: number | null;
  readonly amountMinor: number;
  readonly isFinal: boolean;
}

export interface CapturePlan {
  /** Taken from prepaid money, tender by tender. */
  readonly prepaid: readonly { readonly tenderNo: number; readonly amountMinor: number }[];
  readonly captures: readonly PlannedCapture[];
  /** No tender covers this much: it stays receivable, with an exception. */
  readonly uncoveredMinor: number;
}

/**
 * Splits an invoice of `amountMinor` over the tenders, in their order. `isLastShipment` lets the
 * rest of the authorizations go. A single-capture authorization that was captured is consumed, so a
 * later shipment asks for a new one over what is left.
 */
export function planCaptures(
  amountMinor: number,
  tenders: readonly TenderLedger[],
  isLastShipment: boolean,
): CapturePlan {
  let left = amountMinor;
  const prepaid: { tenderNo: number; amountMinor: number }[] = [];
  const captures: PlannedCapture[] = [];
  for (const tender of tenders) {
    const take = Math.min(left, tender.prepaidMinor);
    if (take > 0) prepaid.push({ tenderNo: tender.tenderNo, amountMinor: take });
    left -= take;
  }
  for (const tender of tenders) {
    const amount = Math.min(left, tender.amountMinor - tender.capturedMinor);
    if (amount <= 0) continue;
    const live = tender.authorizations.find(
      (one) => one.state === 'live' && one.amountMinor - one.capturedMinor >= amount,
    );
    captures.push({
      tenderNo: tender.tenderNo,
      authorizationNo: live?.authorizationNo ?? null,
      amountMinor: amount,
      isFinal: isLastShipment || !live?.isMulticapture,
    });
    left -= amount;
  }
  return { prepaid, captures, uncoveredMinor: left };
}
