// An order as the audit reads it: stored quantities and amounts beside the facts they come from.
import type { NotSent } from '../canonical/schema/not-sent';
import { sum } from '../canonical/rules/money/money';
import type { TenderKind } from '../canonical/schema/tender-kind';
import type { PaidBy } from '../canonical/schema/return';
import type { LineQuantities } from '../canonical/rules/order/state';
import type { MoneyMove, UnitMove } from '../store/orders/orders';
import type { OrderName } from './report';

export interface OwnLine extends LineQuantities {
  readonly lineNo: number;
  /** As it was mapped, and as the channel calls it; left out: not read. */
  readonly channelSku?: string;
  readonly channelLineRef?: string | null;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
  /** Why nothing here sends it; null: it is sent. */
  readonly notSent?: NotSent | null;
  /** What the order's groups hold of it. */
  readonly allocated: {
    readonly reserved: number;
    readonly released: number;
    readonly pickedUp: number;
  };
}
export interface OwnTender {
  readonly tenderNo: number;
  readonly kind: TenderKind;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly prepaidMinor: number;
  readonly prepaidUsedMinor: number;
  /** The item of refunds payable that pays it: an exchange's. */
  readonly paidFrom: string | null;
  /** The return that charges again what it had paid back in advance. */
  readonly forReturn: string | null;
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
  /** Only of a prepayment: what invoices took of it, or a refund gave back. */
  readonly prepayment?: { readonly groupNo: number; readonly usedMinor: number };
}
export interface OwnRefund {
  readonly tenderNo: number;
  readonly refundNo: number;
  /** The return that makes it; null: the order itself. */
  readonly rma: string | null;
  readonly paidBy: PaidBy;
  /** Made by somebody else, where the money is; a return may claim it, or a part. */
  readonly isOutside: boolean;
  readonly matchedMinor: number;
  readonly reference: string | null;
  /** The payment that it gives back. */
  readonly paymentRef: string;
  readonly amountMinor: number;
  readonly try: number;
  readonly state: 'due' | 'refunded' | 'failed' | 'given-up';
}
/** What the order's channel has once more than it was asked for. */
export interface OwnDuplicate {
  readonly kind: 'capture' | 'fulfilment';
  readonly duplicateNo: number;
  /** The channel's name of it. */
  readonly reference: string;
  /** Of a fulfilment zeros. */
  readonly tenderNo: number;
  readonly amountMinor: number;
  /** What undid it there; null: nothing did yet. */
  readonly undoneReference: string | null;
  /** Of our effect that did; null: somebody did it there. */
  readonly undoneKey: string | null;
  /** A person settled it another way. */
  readonly isByHand: boolean;
}
/** What was taken back of an order, and what is owed for it. */
export interface OwnReturned {
  readonly rma: string;
  readonly refundMinor: number;
}
/** Owed to whoever holds it. */
export interface OwnCredit {
  readonly creditId: string;
  readonly amountMinor: number;
}
export interface OwnInvoice {
  readonly invoiceNo: number;
  readonly amountMinor: number;
  readonly prepaidMinor: number;
  /** Covered by prepayments that had no answer when the goods left. */
  readonly awaitedMinor?: number;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly quantity: number;
    readonly worthMinor: number;
    /** Of gift cards that it sold (rule 9). */
    readonly giftCardMinor?: number;
  }[];
}
export interface OwnShipment {
  /** The warehouse's name of the parcel. */
  readonly shipmentRef: string;
  /** The warehouse's account; null: of no group that was asked. */
  readonly account: string | null;
  /** RFC 3339, as the warehouse told it. */
  readonly shippedAt: string;
  /** What is invoiced of it, and the units by which it differs from that. */
  readonly lines: readonly {
    readonly lineNo: number;
    /** Null: of a line that the order does not have, and nobody named the item. */
    readonly sku: string | null;
    readonly quantity: number;
  }[];
}
/** Units of one pickup, by line: what its own rows say left, and what its group's do. */
export interface OwnPickup {
  readonly groupNo: number;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly handedOver: number;
    readonly pickedUp: number;
  }[];
}
export interface OwnFact {
  readonly moves: readonly UnitMove[];
  readonly money: readonly MoneyMove[];
  readonly returned: readonly { readonly lineNo: number; readonly quantity: number }[];
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
  /** A digest of where it is sent; left out or null: nothing is known of that. */
  readonly addressDigest?: string | null;
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
  readonly duplicates: readonly OwnDuplicate[];
  readonly invoices: readonly OwnInvoice[];
  readonly returns: readonly OwnReturned[];
  /** Its returns, as the channel calls those that it knows; left out: not read. */
  readonly channelReturns?: readonly string[];
  readonly credits: readonly OwnCredit[];
  /** A parcel that was told again is several of the same name. */
  readonly shipments: readonly OwnShipment[];
  /** Parcels that a person is, or was, asked about: nothing of them counts here. */
  readonly doubtedParcels: readonly string[];
  readonly pickups: readonly OwnPickup[];
  readonly facts: readonly OwnFact[];
  readonly exceptions: readonly OwnException[];
  readonly openItems: readonly OpenItem[];
}

/** What of an invoice neither prepaid money nor any capture covers; below zero: too much. */
export function uncoveredOf(order: OwnOrder, invoice: OwnInvoice): number {
  const { amountMinor, prepaidMinor, awaitedMinor = 0 } = invoice;
  return order.captures
    .filter((capture) => capture.invoiceNo === invoice.invoiceNo)
    .reduce(
      (left, capture) => left - capture.amountMinor,
      amountMinor - prepaidMinor - awaitedMinor,
    );
}

/** What an invoice waits for of a capture that is not made; of a prepayment, what goods left for. */
export const receivableOf = ({ state, amountMinor, prepayment }: OwnCapture): number =>
  state === 'captured' ? 0 : (prepayment?.usedMinor ?? amountMinor);

/** Of a tender's money that is here: what its channel had taken. */
export function takenByChannelMinor(
  order: OwnOrder,
  { tenderNo, prepaidMinor }: OwnTender,
): number {
  const made = order.captures.filter(
    (one) => one.tenderNo === tenderNo && one.prepayment !== undefined && one.state === 'captured',
  );
  return prepaidMinor - sum(made.map((one) => one.amountMinor));
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
