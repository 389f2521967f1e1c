// An order as the audit reads it: stored quantities and amounts beside the facts they come from.
import { sum } from '../canonical/rules/money/money';
import type { LineQuantities } from '../canonical/rules/order/state';
import type { MoneyMove, UnitMove } from '../store/orders/orders';
import type { OrderName } from './report';

export interface OwnLine extends LineQuantities {
  readonly lineNo: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
  /** What the order's groups hold of it. */
  readonly allocated: { readonly reserved: number; readonly released: number };
}
export interface OwnTender {
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly prepaidMinor: number;
  readonly prepaidUsedMinor: number;
}
export interface OwnAuthorization {
  readonly tenderNo: number;
  readonly authorizationNo: number;
  readonly state: 'planned' | 'live' | 'voided' | 'expired' | 'declined' | 'consumed';
  readonly reference: string | null;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly isTakenOver: boolean;
}
export interface OwnCapture {
  readonly tenderNo: number;
  readonly invoiceNo: number;
  readonly amountMinor: number;
  readonly authorizationNo: number | null;
  readonly reference: string | null;
  readonly try: number;
  readonly state: 'due' | 'captured' | 'failed' | 'given-up';
}
export interface OwnRefund {
  readonly tenderNo: number;
  readonly refundNo: number;
  /** The payment that it gives back. */
  readonly paymentRef: string;
  readonly amountMinor: number;
  readonly try: number;
  readonly state: 'due' | 'refunded' | 'failed' | 'given-up';
}
export interface OwnInvoice {
  readonly invoiceNo: number;
  readonly amountMinor: number;
  readonly prepaidMinor: number;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly quantity: number;
    readonly worthMinor: number;
  }[];
}
export interface OwnShipment {
  /** The warehouse's name of the parcel. */
  readonly shipmentRef: string;
  /** The warehouse's account; null: of no group that was asked. */
  readonly account: string | null;
  /** RFC 3339, as the warehouse told it. */
  readonly shippedAt: string;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}
export interface OwnFact {
  readonly moves: readonly UnitMove[];
  readonly money: readonly MoneyMove[];
}
export interface OwnException {
  readonly code: string;
  readonly blocks: string;
  readonly isOpen: boolean;
}
/** What the order's journals left open on one item: debits less credits. */
export interface OpenItem {
  readonly account: string;
  readonly item: string;
  readonly netMinor: number;
  /** Of clearing: the accounts that its lines name, `''` for a line that names none. */
  readonly clearingAccounts: readonly string[];
}

export interface OwnOrder extends OrderName {
  readonly channelOrderRef: string | null;
  readonly currency: string;
  readonly moneyMode: string;
  readonly totalMinor: number;
  readonly stage: 'received' | 'accepted' | 'rejected' | 'closed';
  readonly status: string;
  readonly isOnHold: boolean;
  readonly lines: readonly OwnLine[];
  readonly tenders: readonly OwnTender[];
  readonly authorizations: readonly OwnAuthorization[];
  readonly captures: readonly OwnCapture[];
  readonly refunds: readonly OwnRefund[];
  readonly invoices: readonly OwnInvoice[];
  readonly shipments: readonly OwnShipment[];
  readonly facts: readonly OwnFact[];
  readonly exceptions: readonly OwnException[];
  readonly openItems: readonly OpenItem[];
}

/** What of an invoice neither prepaid money nor any capture covers; below zero: too much. */
export function uncoveredOf(order: OwnOrder, invoice: OwnInvoice): number {
  return order.captures
    .filter((capture) => capture.invoiceNo === invoice.invoiceNo)
    .reduce(
      (left, capture) => left - capture.amountMinor,
      invoice.amountMinor - invoice.prepaidMinor,
    );
}

/** What the captures that were made on an authorization add up to. */
export function capturedOn(
  order: OwnOrder,
  { tenderNo, authorizationNo }: Pick<OwnAuthorization, 'tenderNo' | 'authorizationNo'>,
): number {
  const made = order.captures.filter(
    (one) =>
      one.state === 'captured' &&
      one.tenderNo === tenderNo &&
      one.authorizationNo === authorizationNo,
  );
  return sum(made.map((one) => one.amountMinor));
}
