/** What we ask of whoever moves a buyer's money: a processor, or a channel in its stead. */
import type { Refused } from './fault';

interface MoneyRequest {
  /** The effect's key: business identity, fixed before the call and kept by the other side. */
  readonly key: string;
  readonly orderId: string;
  /** The channel's own order id, where the channel moves the money. */
  readonly channelOrderRef: string | null;
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly currency: string;
}

export interface AuthorizeRequest extends MoneyRequest {
  /** A token of the vendor's (`pm_…`); card data never comes here. */
  readonly paymentMethodRef: string;
}

/** What a caller says happened before the order came. */
export interface Claim {
  readonly state: 'authorized' | 'captured';
  readonly reference: string | null;
}
export interface ClaimRequest extends MoneyRequest {
  readonly claim: Claim;
}
/** The code of a refusal that we give ourselves: the other side has no such money for this order. */
export const UNCONFIRMED = 'unconfirmed';

export interface CaptureRequest extends MoneyRequest {
  readonly authorizationRef: string | null;
  /** No further capture will follow: the rest of the authorization may lapse. */
  readonly isFinal: boolean;
  /** References of captures we already know, so that a look-up does not find them again. */
  readonly knownRefs: readonly string[];
}

export interface VoidRequest extends MoneyRequest {
  readonly authorizationRef: string | null;
}

/** A refund that whoever has the payment knows of. */
export interface FoundRefund {
  readonly reference: string;
  readonly amountMinor: number;
  /** RFC 3339. */
  readonly occurredAt: string;
}

export interface RefundRequest extends MoneyRequest {
  readonly authorizationRef: string | null;
  readonly captureRef: string | null;
  readonly knownRefs: readonly string[];
}

export interface Authorized {
  readonly outcome: 'authorized';
  readonly reference: string;
  readonly amountMinor: number;
  /** More than one capture is allowed on it. */
  readonly isMulticapture: boolean;
  /** RFC 3339, where the vendor says when it lapses. */
  readonly expiresAt: string | null;
}
export interface Captured {
  readonly outcome: 'captured';
  readonly reference: string;
  readonly amountMinor: number;
  /** Its authorization took this one only: what that held beyond it has lapsed. */
  readonly isSpent?: boolean;
}
export interface Voided {
  readonly outcome: 'voided';
  readonly reference: string;
}
export interface Refunded {
  readonly outcome: 'refunded';
  readonly reference: string;
  readonly amountMinor: number;
}

/** Capture, void, refund; each has a look-up that asks whether the effect was made already. */
export interface MoneyMover {
  /** What is claimed, where it is there, whole and not given back; only looks. */
  findClaimed(request: ClaimRequest): Promise<Authorized | Captured | null>;
  capture(request: CaptureRequest): Promise<Captured | Refused>;
  findCapture(request: CaptureRequest): Promise<Captured | null>;
  void(request: VoidRequest): Promise<Voided | Refused>;
  findVoid(request: VoidRequest): Promise<Voided | null>;
  refund(request: RefundRequest): Promise<Refunded | Refused>;
  findRefund(request: RefundRequest): Promise<Refunded | null>;
  /**
   * What was given back of the same payment and is not in `knownRefs`, and that no key of ours made.
   * Throws a VendorFault where one is not decided yet.
   */
  otherRefunds(request: RefundRequest): Promise<readonly FoundRefund[]>;
}

export interface PaymentGateway extends MoneyMover {
  authorize(request: AuthorizeRequest): Promise<Authorized | Refused>;
  /** Refused: it was begun, and is no promise (any more). Null: nothing of it is there. */
  findAuthorization(request: AuthorizeRequest): Promise<Authorized | Refused | null>;
}
