/** A return as its rows say it is. */
import type { Role } from '../../schema/api-key';
import type { ExceptionBrief } from '../../schema/exception';
import type {
  AppeasementReason,
  Condition,
  Disposition,
  PaidBy,
  RefundedTo,
  ReturnKind,
  ReturnReason,
} from '../../schema/return';
import type { SnapshotAuthorization } from '../order/snapshot';

export type ReturnState = 'requested' | 'approved' | 'denied' | 'expired' | 'closed';

export interface ReturnLine {
  readonly lineNo: number;
  readonly expected: number;
  readonly received: number;
  readonly inspected: number;
  readonly accepted: number;
}
export interface ReturnReceipt {
  readonly receiptNo: number;
  readonly receiptRef: string;
  readonly locationId: string;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly quantity: number;
  }[];
}
export interface InspectedLine {
  readonly lineNo: number;
  readonly quantity: number;
  /** Null where nothing came: an advance. */
  readonly condition: Condition | null;
  readonly disposition: Disposition | null;
}
export interface ReturnInspection {
  readonly inspectionNo: number;
  readonly inspectionRef: string;
  /** `advance`, `returnless`: paid back without the goods. */
  readonly kind: ReturnKind;
  readonly state: 'open' | 'accepted' | 'denied';
  readonly locationId: string | null;
  readonly lines: readonly InspectedLine[];
  readonly inspectedBy: string;
  readonly inspectedRole: Role;
  /** RFC 3339. */
  readonly inspectedAt: string;
  readonly refundMinor: number | null;
  /** 0: nobody else had to say yes. */
  readonly approvalsNeeded: number;
  /** All of them have. */
  readonly isApproved: boolean;
  readonly approvedBy: readonly string[];
}
export interface ReturnRefund {
  readonly tenderNo: number;
  readonly refundNo: number;
  readonly amountMinor: number;
  readonly account: string;
  readonly paidBy: PaidBy;
  readonly try: number;
  readonly state: 'due' | 'refunded' | 'failed' | 'given-up';
}
/** What was paid back in advance and is charged again, as a tender of the order. */
export interface ReturnCharge {
  readonly tenderNo: number;
  readonly account: string;
  readonly amountMinor: number;
  /** Of its capture. */
  readonly state: 'due' | 'captured' | 'failed' | 'given-up';
  readonly try: number;
  readonly authorizationNo: number;
  readonly authorization: SnapshotAuthorization['state'];
}
/** Issued to whoever holds it. */
export interface ReturnCredit {
  readonly creditId: string;
  readonly amountMinor: number;
  readonly bonusMinor: number;
}
export interface ExchangeAsked {
  readonly orderNo: string;
  readonly totalMinor: number;
}
export interface ReturnSnapshot {
  readonly rma: string;
  readonly workflowId: string;
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly isAnnounced: boolean;
  /** `unannounced` goods came without one. */
  readonly reason: ReturnReason | AppeasementReason | 'unannounced';
  readonly state: ReturnState;
  readonly askedBy: string;
  /** Goodwill: the policy says no, and a person has to say yes. */
  readonly isException: boolean;
  readonly expectedAt: string | null;
  readonly refundTiming: ReturnKind;
  readonly refundTo: RefundedTo;
  /** By who was given it: its buyer is not told, and not paid. */
  readonly isGift: boolean;
  /** Only of an appeasement. */
  readonly concededMinor: number | null;
  /** What goes out for what comes back; null: nothing. */
  readonly exchange: ExchangeAsked | null;
  readonly exchangeOrderId: string | null;
  /** RFC 3339: what is expected is waited for until then. */
  readonly receiveBy: string | null;
  readonly correlationId: string;
  /** What its channel calls it; null: it does not know it, or has not said so yet. */
  readonly channelReturnRef: string | null;
  /** It began at its channel, and is decided there. */
  readonly isOfChannel: boolean;
  /** Of its order. */
  readonly currency: string;
  readonly lines: readonly ReturnLine[];
  readonly receipts: readonly ReturnReceipt[];
  readonly inspections: readonly ReturnInspection[];
  readonly refunds: readonly ReturnRefund[];
  readonly charges: readonly ReturnCharge[];
  readonly credits: readonly ReturnCredit[];
  readonly exceptions: readonly ExceptionBrief[];
}
