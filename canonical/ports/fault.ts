/**
 * How a call to an outside system ends when it does not end well. A definite refusal is a value
 * (`Refused`); anything that leaves us unsure or that may pass is thrown as a `VendorFault`.
 */

/** The other system understood us and said no. Nothing was made there. */
export interface Refused {
  readonly outcome: 'refused';
  /** The vendor's own code, such as `card_declined` or `DUP_RCRD`. */
  readonly vendorCode: string;
  /** Why the buyer's bank declined, where the processor says: `insufficient_funds`. */
  readonly declineCode?: string;
  /** For a person who looks at the effect; it may quote the vendor and stays in Postgres. */
  readonly detail: string;
  /**
   * Only the buyer can help: they `confirm` what was begun there (`reference`), or give
   * `another-means` of payment.
   */
  readonly needsBuyer?: 'confirm' | 'another-means';
  /** What the other system calls what it did not authorize, where it keeps it. */
  readonly reference?: string;
  /** The authorization that was named has lapsed, or is spent: nothing more comes from it. */
  readonly isAuthorizationGone?: boolean;
}

/** The codes of a no, and none of its words: what exceptions and facts keep of it. */
export function refusalCode({ vendorCode, declineCode }: Refused): string {
  return declineCode === undefined ? vendorCode : `${vendorCode} (${declineCode})`;
}

export type VendorFaultKind =
  /** Refused before anything was made, as the vendor documents it; or nothing was sent. */
  | 'unavailable'
  /** The request went out, and what came back does not say no: the effect may exist. */
  | 'ambiguous'
  /** Our credentials or our request shape are wrong: a retry cannot help. */
  | 'misconfigured';

export class VendorFault extends Error {
  override readonly name = 'VendorFault';
  constructor(
    readonly system: string,
    readonly kind: VendorFaultKind,
    message: string,
    /** From Retry-After, in milliseconds. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}
