/**
 * Which journal each moment posts. The rule numbers are those of the posting-rules reference;
 * `docs/processes/posting.md` explains them. A journal balances by construction and is checked
 * again by the database.
 */
import { sum } from '../money/money';

export const ACCOUNTS = {
  CLR: { type: 'asset', openItem: true, title: 'Processor or channel clearing' },
  AR: { type: 'asset', openItem: true, title: 'Accounts receivable' },
  CL: { type: 'liability', openItem: true, title: 'Contract liability' },
  REFP: { type: 'liability', openItem: true, title: 'Refunds payable' },
  TAX: { type: 'liability', openItem: false, title: 'Tax payable' },
  GRNI: { type: 'liability', openItem: false, title: 'Goods received, not invoiced' },
  'ACCRUED-FREIGHT': { type: 'liability', openItem: false, title: 'Accrued freight' },
  INV: { type: 'asset', openItem: false, title: 'Inventory' },
  REV: { type: 'revenue', openItem: false, title: 'Product revenue' },
  SHIPREV: { type: 'revenue', openItem: false, title: 'Shipping revenue' },
  DISC: { type: 'revenue', openItem: false, title: 'Discounts (contra revenue)' },
  COGS: { type: 'expense', openItem: false, title: 'Cost of goods sold' },
  'FEE-FREIGHT': { type: 'expense', openItem: false, title: 'Freight' },
  SHRINK: { type: 'expense', openItem: false, title: 'Shrink and found stock' },
} as const;
export type Account = keyof typeof ACCOUNTS;

export interface Dimensions {
  readonly lineNo?: number;
  readonly location?: string;
  readonly tenderNo?: number;
  readonly taxCode?: string;
  readonly sku?: string;
  /** What an open-item account's line opens or settles, such as `order:ord_…`. */
  readonly item?: string;
  /** The processor's or channel's account that a CLR line's money moved through. */
  readonly clearingAccount?: string;
}
export interface JournalLine {
  readonly account: Account;
  readonly side: 'debit' | 'credit';
  /** Above zero. */
  readonly amountMinor: number;
  readonly dimensions: Dimensions;
}
export interface Posting {
  readonly rule: string;
  readonly version: number;
  readonly lines: readonly JournalLine[];
}

export const POSTING_RULES_VERSION = 1;

const debit = (account: Account, amountMinor: number, dimensions: Dimensions): JournalLine => ({
  account,
  side: 'debit',
  amountMinor,
  dimensions,
});
const credit = (account: Account, amountMinor: number, dimensions: Dimensions): JournalLine => ({
  account,
  side: 'credit',
  amountMinor,
  dimensions,
});

/** Lines of nothing are left out; null where nothing is left, so nothing posts. */
function posting(rule: string, lines: readonly JournalLine[]): Posting | null {
  const kept = lines.filter((line) => line.amountMinor !== 0);
  if (kept.length === 0) return null;
  const total = (side: JournalLine['side']) =>
    sum(kept.filter((line) => line.side === side).map((line) => line.amountMinor));
  if (kept.some((line) => line.amountMinor < 0) || total('debit') !== total('credit')) {
    throw new RangeError(
      `posting rule ${rule}: debit ${total('debit')}, credit ${total('credit')}`,
    );
  }
  return { rule, version: POSTING_RULES_VERSION, lines: kept };
}

const orderItem = (orderId: string) => `order:${orderId}`;

/** Money at a processor or channel: what a capture opens, its refunds, fees and payout settle. */
interface ClearedPayment {
  readonly tenderNo: number;
  /** The account that moved the money: `stripe-us`, `shopify-us` … */
  readonly clearingAccount: string;
  /** The vendor's reference of the capture, not of its authorization. */
  readonly paymentRef: string;
  readonly amountMinor: number;
}

const cleared = ({ tenderNo, clearingAccount, paymentRef }: ClearedPayment): Dimensions => ({
  tenderNo,
  clearingAccount,
  item: `payment:${paymentRef}`,
});

/** The open item of a payment that the channel took before we knew of the order. */
export function prepaymentRef(tender: {
  readonly reference: string | null;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly tenderNo: number;
}): string {
  const { reference, channelInstance, orderNo, tenderNo } = tender;
  return reference ?? `${channelInstance}:${orderNo}:${tenderNo}`;
}

/** Rule 2: captured before fulfilment. */
export function postPrepayment(
  capture: ClearedPayment & { readonly orderId: string },
): Posting | null {
  const { orderId, tenderNo, amountMinor } = capture;
  return posting('2', [
    debit('CLR', amountMinor, cleared(capture)),
    credit('CL', amountMinor, { tenderNo, item: orderItem(orderId) }),
  ]);
}

/** What a line's shipped units are worth to the customer, shares of what was fixed at entry. */
export interface InvoicedLine {
  readonly lineNo: number;
  readonly sku: string;
  readonly quantity: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxes: readonly { readonly taxCode: string; readonly amountMinor: number }[];
}
export interface ShippedLine extends InvoicedLine {
  /** What its units cost, as the stock they left gave it. */
  readonly costMinor: number;
}

/** Rules 3, 3a, 3b: control passes at shipment. `prepaidMinor` of the invoice is paid already. */
export function postShipment(shipment: {
  readonly orderId: string;
  readonly location: string;
  readonly prepaidMinor: number;
  readonly carrierCostMinor: number;
  readonly lines: readonly ShippedLine[];
}): Posting | null {
  const { orderId, location, prepaidMinor, carrierCostMinor } = shipment;
  const item = orderItem(orderId);
  const invoiceMinor = invoiceTotal(shipment.lines);
  const lines: JournalLine[] = [
    debit('CL', prepaidMinor, { item, location }),
    debit('AR', invoiceMinor - prepaidMinor, { item, location }),
  ];
  for (const line of shipment.lines) {
    const at = { lineNo: line.lineNo, sku: line.sku, location };
    lines.push(debit('DISC', line.discountMinor, at), credit('REV', line.grossMinor, at));
    lines.push(credit('SHIPREV', line.shippingMinor, at));
    for (const tax of line.taxes) {
      lines.push(credit('TAX', tax.amountMinor, { ...at, taxCode: tax.taxCode }));
    }
    lines.push(debit('COGS', line.costMinor, at), credit('INV', line.costMinor, at));
  }
  lines.push(debit('FEE-FREIGHT', carrierCostMinor, { location }));
  lines.push(credit('ACCRUED-FREIGHT', carrierCostMinor, { location }));
  return posting('3', lines);
}

export function invoiceTotal(lines: readonly InvoicedLine[]): number {
  return sum(
    lines.map(
      (line) =>
        line.grossMinor -
        line.discountMinor +
        line.shippingMinor +
        sum(line.taxes.map((tax) => tax.amountMinor)),
    ),
  );
}

/** Rule 3c: captured at or after shipment. */
export function postCapture(
  capture: ClearedPayment & { readonly orderId: string },
): Posting | null {
  const { orderId, tenderNo, amountMinor } = capture;
  return posting('3c', [
    debit('CLR', amountMinor, cleared(capture)),
    credit('AR', amountMinor, { tenderNo, item: orderItem(orderId) }),
  ]);
}

/** Rules 6a and 7: units cancelled whose money is here already. */
export function postCancellation(cancel: {
  readonly orderId: string;
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
}): Posting | null {
  const { orderId, tenderNo, refundItem, amountMinor } = cancel;
  return posting('7', [
    debit('CL', amountMinor, { tenderNo, item: orderItem(orderId) }),
    credit('REFP', amountMinor, { tenderNo, item: refundItem }),
  ]);
}

/** Rule 8: a refund was executed; it settles the payment that it gives back. */
export function postRefund(
  refund: ClearedPayment & { readonly refundItem: string },
): Posting | null {
  const { tenderNo, refundItem, amountMinor } = refund;
  return posting('8', [
    debit('REFP', amountMinor, { tenderNo, item: refundItem }),
    credit('CLR', amountMinor, cleared(refund)),
  ]);
}

export interface StockValue {
  readonly sku: string;
  readonly location: string;
  readonly costMinor: number;
}

/** Rule 25: goods receipt. */
export function postGoodsReceipt(goods: readonly StockValue[]): Posting | null {
  return posting(
    '25',
    goods.flatMap(({ sku, location, costMinor }) => [
      debit('INV', costMinor, { sku, location }),
      credit('GRNI', costMinor, { sku, location }),
    ]),
  );
}

/** Rule 25a: shrink (negative cost) or found stock (positive). */
export function postAdjustment(goods: readonly StockValue[]): Posting | null {
  return posting(
    '25a',
    goods.flatMap(({ sku, location, costMinor }) => {
      const amount = Math.abs(costMinor);
      const at = { sku, location };
      return costMinor < 0
        ? [debit('SHRINK', amount, at), credit('INV', amount, at)]
        : [debit('INV', amount, at), credit('SHRINK', amount, at)];
    }),
  );
}
