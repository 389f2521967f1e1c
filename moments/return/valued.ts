/** An inspection whose worth is known, and how it is paid back. */
import type { ReturnInspection } from '../../canonical/rules/return/snapshot';

export interface Valued extends ReturnInspection {
  readonly refundMinor: number;
  /** Kept of what it was sold for. */
  readonly feeMinor: number;
}

export interface TenderPart {
  readonly tenderNo: number;
  readonly amountMinor: number;
}

/** A part of a refund that somebody else made. */
export interface OutsidePart extends TenderPart {
  readonly refundNo: number;
}
