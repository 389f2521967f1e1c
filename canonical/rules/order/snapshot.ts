/** An order as its rows say it is: what a moment decides on, and its flow's next step follows from. */
import type { MoneyMode } from '../../schema/channel';
import type { PaidBy } from '../../schema/return';
import type { HeldBy } from '../../flows/order';
import type { ExceptionBrief } from '../../schema/exception';
import type { NotSent } from '../../schema/not-sent';
import type { TenderKind } from '../../schema/tender-kind';
import type { LineQuantities, OrderStatus } from './state';
import type { LineTax } from './totals';

/** Sent, or collected in a store. */
export type GroupKind = 'ship' | 'pickup';
export type OrderStage = 'received' | 'accepted' | 'rejected' | 'closed';

export interface SnapshotAllocation {
  readonly groupNo: number;
  readonly reserved: number;
  readonly released: number;
  readonly shipped: number;
  readonly pickedUp: number;
  readonly cancelled: number;
}
export interface SnapshotLine extends LineQuantities {
  readonly lineNo: number;
  readonly sku: string | null;
  readonly channelSku: string;
  readonly channelLineRef: string | null;
  /** Which of its units are which group's. */
  readonly allocations: readonly SnapshotAllocation[];
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxes: readonly LineTax[];
  /** Why what of it is unallocated is nobody's here to send. */
  readonly notSent?: NotSent;
  /** What was sold, where a store gave something else; its worth is no longer the channel's. */
  readonly insteadOf?: string;
}
export interface SnapshotAuthorization {
  readonly authorizationNo: number;
  readonly state: 'planned' | 'live' | 'voided' | 'expired' | 'declined' | 'consumed';
  readonly voidTry: number;
  readonly reference: string | null;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly isMulticapture: boolean;
  /** It was asked for, or, where it is live, asked to go, and the answer is not known. */
  readonly isAsked: boolean;
  /** A caller says that it was made before the order came: it is looked for, and may be there. */
  readonly isClaim: boolean;
}
export interface SnapshotTender {
  readonly tenderNo: number;
  readonly gateway: string;
  readonly kind: TenderKind;
  /** The account that moves its money. */
  readonly moneyAccount: string;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly prepaidMinor: number;
  readonly prepaidUsedMinor: number;
  readonly paymentMethodRef: string | null;
  /** The return that charges it again, whose flow asks for it; null, or left out: the order's own. */
  readonly forReturn?: string | null;
  readonly authorizations: readonly SnapshotAuthorization[];
}
export interface SnapshotCapture {
  readonly tenderNo: number;
  /** Below zero: a prepayment, made before there is an invoice (see `rules/money/prepayment.ts`). */
  readonly invoiceNo: number;
  /** Only of a prepayment. */
  readonly prepayment?: SnapshotPrepayment;
  readonly amountMinor: number;
  readonly authorizationNo: number | null;
  readonly isFinal: boolean;
  readonly try: number;
  readonly state: 'due' | 'captured' | 'failed' | 'given-up';
  /** It was called, and the answer is not known. */
  readonly isAsked: boolean;
  readonly reference: string | null;
}
export interface SnapshotPrepayment {
  /** Whose goods it pays for. */
  readonly groupNo: number;
  /** What invoices took of it, or a refund gave back. */
  readonly usedMinor: number;
}
export interface SnapshotRefund {
  readonly tenderNo: number;
  readonly refundNo: number;
  /** The return whose flow makes it; null: the order's own does. */
  readonly rma: string | null;
  /** Otherwise than to its payment: by a return. */
  readonly paidBy: PaidBy;
  /** Made by somebody else, where the money is; `matchedMinor` of it is known to be a return's. */
  readonly isOutside: boolean;
  readonly matchedMinor: number;
  /** The payment that it gives back: its capture's reference. */
  readonly paymentRef: string;
  readonly amountMinor: number;
  readonly try: number;
  readonly state: 'due' | 'refunded' | 'failed' | 'given-up';
  readonly reference: string | null;
}
export interface SnapshotGroup {
  readonly groupNo: number;
  readonly kind: GroupKind;
  readonly locationId: string;
  /** The warehouse account that is asked; null: a store holds it for whoever collects it. */
  readonly account: string | null;
  readonly try: number;
  readonly state: 'planned' | 'released' | 'rejected';
  /** Null until a warehouse has answered; of a pickup its id. */
  readonly requestKey: string | null;
  /** A release was called, and the answer is not known: the warehouse may have it. */
  readonly isAsked: boolean;
}
/** Everything Postgres knows of an order that its flow's next step depends on. */
export interface OrderSnapshot {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly workflowId: string;
  readonly channelOrderRef: string | null;
  readonly correlationId: string;
  /** Who moves its money. */
  readonly moneyMode: MoneyMode;
  readonly currency: string;
  readonly totalMinor: number;
  readonly stage: OrderStage;
  readonly status: OrderStatus;
  readonly holdReason: string | null;
  /** Null, or left out, while nothing holds it. */
  readonly held?: HeldBy | null;
  /** Of its first group. */
  readonly locationId: string | null;
  /** Of that location: which day a moment of the order belongs to. UTC where it has none. */
  readonly timeZone: string;
  readonly lines: readonly SnapshotLine[];
  readonly tenders: readonly SnapshotTender[];
  readonly captures: readonly SnapshotCapture[];
  readonly refunds: readonly SnapshotRefund[];
  readonly groups: readonly SnapshotGroup[];
  readonly exceptions: readonly ExceptionBrief[];
}

/** @throws RangeError where the order has no such tender */
export function tenderOf(order: OrderSnapshot, tenderNo: number): SnapshotTender {
  const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
  if (!tender) throw new RangeError(`order ${order.orderId} has no tender ${tenderNo}`);
  return tender;
}
