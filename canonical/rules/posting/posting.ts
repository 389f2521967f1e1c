/**
 * Which journal each moment posts. The rule numbers are those of the posting-rules reference;
 * `docs/processes/posting.md` explains them. A journal balances by construction and is checked
 * again by the database.
 */
import type { TenderKind } from '../../schema/tender-kind';
import type { NotSent } from '../../schema/not-sent';
import { sum } from '../money/money';
import { heldOn } from '../money/tender-kinds';
import type { LineTax } from '../order/totals';
import { costAccount, giftCardItem, taxAccount } from './owed';

export const ACCOUNTS = {
  CLR: { type: 'asset', openItem: true, title: 'Processor or channel clearing' },
  AR: { type: 'asset', openItem: true, title: 'Accounts receivable' },
  CL: { type: 'liability', openItem: true, title: 'Contract liability' },
  GC: { type: 'liability', openItem: true, title: 'Gift-card liability' },
  REFP: { type: 'liability', openItem: true, title: 'Refunds payable' },
  TAX: { type: 'liability', openItem: false, title: 'Tax payable' },
  TILL: { type: 'asset', openItem: false, title: 'Cash in tills' },
  GRNI: { type: 'liability', openItem: false, title: 'Goods received, not invoiced' },
  'ACCRUED-SUPPLY': { type: 'liability', openItem: false, title: 'Accrued cost of suppliers' },
  'ACCRUED-FREIGHT': { type: 'liability', openItem: false, title: 'Accrued freight' },
  INV: { type: 'asset', openItem: false, title: 'Inventory' },
  REV: { type: 'revenue', openItem: false, title: 'Product revenue' },
  SHIPREV: { type: 'revenue', openItem: false, title: 'Shipping revenue' },
  DISC: { type: 'revenue', openItem: false, title: 'Discounts (contra revenue)' },
  COGS: { type: 'expense', openItem: false, title: 'Cost of goods sold' },
  RET: { type: 'revenue', openItem: false, title: 'Returns (contra revenue)' },
  'REV-RESTOCK': { type: 'revenue', openItem: false, title: 'Restocking fees' },
  RFL: { type: 'liability', openItem: false, title: 'Refund liability' },
  RRA: { type: 'asset', openItem: false, title: 'Right to recover goods' },
  'ACCRUED-RECOVERY': { type: 'liability', openItem: false, title: 'Accrued recovery cost' },
  'INV-QC': { type: 'asset', openItem: false, title: 'Returned goods under inspection' },
  'VENDOR-REC': { type: 'asset', openItem: false, title: 'Receivable from vendors' },
  SCRAP: { type: 'expense', openItem: false, title: 'Scrapped goods' },
  'WRITE-DOWN': { type: 'expense', openItem: false, title: 'Write-down of returned goods' },
  'FEE-FREIGHT': { type: 'expense', openItem: false, title: 'Freight' },
  SHRINK: { type: 'expense', openItem: false, title: 'Shrink and found stock' },
  CIT: { type: 'asset', openItem: true, title: 'Cash in transit' },
  BANK: { type: 'asset', openItem: false, title: 'Bank' },
  RSV: { type: 'asset', openItem: true, title: 'Reserves held by processors and marketplaces' },
  DISP: { type: 'asset', openItem: true, title: 'Disputed payments' },
  'PAYOUT-DUE': { type: 'liability', openItem: true, title: 'Owed for negative settlements' },
  MFT: { type: 'liability', openItem: false, title: 'Tax that a marketplace collects and remits' },
  SUSP: { type: 'asset', openItem: true, title: 'Suspense: settlement lines to be explained' },
  'FEE-COMM': { type: 'expense', openItem: false, title: 'Commission' },
  'FEE-FULFIL': { type: 'expense', openItem: false, title: 'Fulfilment fees' },
  'FEE-LABEL': { type: 'expense', openItem: false, title: 'Shipping labels' },
  'FEE-ADS': { type: 'expense', openItem: false, title: 'Advertising' },
  'FEE-STORAGE': { type: 'expense', openItem: false, title: 'Storage fees' },
  'FEE-SUBSCRIPTION': { type: 'expense', openItem: false, title: 'Subscriptions of channels' },
  'FEE-PROC': { type: 'expense', openItem: false, title: 'Payment processing fees' },
  'FEE-CB': { type: 'expense', openItem: false, title: 'Chargeback fees' },
  'FEE-OTHER': { type: 'expense', openItem: false, title: 'Other fees of channels' },
  'CB-LOSS': { type: 'expense', openItem: false, title: 'Chargebacks lost' },
  REIMBURSEMENT: { type: 'revenue', openItem: false, title: 'Reimbursements for lost goods' },
  'SETTLE-ADJ': { type: 'expense', openItem: false, title: 'Settlement differences' },
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
  /** Of a pool: entity, channel and month of the sales that it is for. */
  readonly cohort?: string;
  /** The settlement that pays it out. */
  readonly payout?: string;
  /** Of a receivable from a vendor: the claim that it is. */
  readonly claim?: string;
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

export const debit = (
  account: Account,
  amountMinor: number,
  dimensions: Dimensions,
): JournalLine => ({
  account,
  side: 'debit',
  amountMinor,
  dimensions,
});
export const credit = (
  account: Account,
  amountMinor: number,
  dimensions: Dimensions,
): JournalLine => ({
  account,
  side: 'credit',
  amountMinor,
  dimensions,
});

/** Lines of nothing are left out; null where nothing is left, so nothing posts. */
export function posting(rule: string, lines: readonly JournalLine[]): Posting | null {
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

/** Money at a processor or channel, or a gift card there: what a capture opens, its refunds, fees and payout settle. */
export interface ClearedPayment {
  readonly tenderNo: number;
  readonly kind: TenderKind;
  /** The account that moved the money: `stripe-us`, `shopify-us` … */
  readonly clearingAccount: string;
  /** The vendor's reference of the capture, not of its authorization. */
  readonly paymentRef: string;
  readonly amountMinor: number;
}

export const cleared = ({ tenderNo, clearingAccount, paymentRef }: ClearedPayment): Dimensions => ({
  tenderNo,
  clearingAccount,
  item: `payment:${paymentRef}`,
});

/** A gift card or a store credit that is redeemed (rule 9a), whenever it is; else the rule named. */
const ruleOf = ({ kind }: ClearedPayment, otherwise: string) =>
  heldOn(kind) === 'GC' ? '9a' : otherwise;

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

/**
 * Rule 2: captured before fulfilment; 9a: redeemed before it. `receivableMinor` of it: for goods that
 * left before its answer came, as rule 3c. `owed`: what of it nothing is left to be shipped for, when
 * it is found; that part is a refund payable at once (rule 7).
 */
export function postPrepayment(
  capture: ClearedPayment & {
    readonly orderId: string;
    readonly receivableMinor?: number;
    readonly owed?: readonly { readonly refundItem: string; readonly amountMinor: number }[];
  },
): Posting | null {
  const { orderId, tenderNo, amountMinor, receivableMinor = 0, owed = [] } = capture;
  const of = { tenderNo, item: orderItem(orderId) };
  return posting(ruleOf(capture, receivableMinor === amountMinor ? '3c' : '2'), [
    debit(heldOn(capture.kind), amountMinor, cleared(capture)),
    credit('AR', receivableMinor, of),
    credit('CL', amountMinor - receivableMinor, of),
    ...owed.flatMap((one) => [
      debit('CL', one.amountMinor, of),
      credit('REFP', one.amountMinor, { tenderNo, item: one.refundItem }),
    ]),
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
  readonly taxes: readonly LineTax[];
  /** Why nothing of ours sent it. */
  readonly notSent?: NotSent;
}
export interface ShippedLine extends InvoicedLine {
  /** What its units cost, as the stock they left gave it. */
  readonly costMinor: number;
}

/** What passes control, at one place; `prepaidMinor` of the invoice is paid already. */
interface Passed {
  readonly orderId: string;
  readonly location: string;
  readonly prepaidMinor: number;
  readonly lines: readonly ShippedLine[];
  /** Rules 4, 4a: what of it is expected back. */
  readonly provisions?: readonly JournalLine[];
}

/** Rules 3, 3a, 3b, 3e, 9: control passes at shipment, or where nothing is sent, at once. */
export function postShipment(
  shipment: Passed & { readonly carrierCostMinor: number },
): Posting | null {
  const { location, carrierCostMinor } = shipment;
  return posting('3', [
    ...passing(shipment),
    debit('FEE-FREIGHT', carrierCostMinor, { location }),
    credit('ACCRUED-FREIGHT', carrierCostMinor, { location }),
  ]);
}

/** Rule 5a: control passes at handover, with the store's location and tax. */
export const postHandover = (handover: Passed): Posting | null => posting('5a', passing(handover));

function passing(of: Passed): JournalLine[] {
  const { orderId, location, prepaidMinor, lines: passed, provisions = [] } = of;
  const item = orderItem(orderId);
  return [
    debit('CL', prepaidMinor, { item, location }),
    debit('AR', invoiceTotal(passed) - prepaidMinor, { item, location }),
    ...passed.flatMap((line) => {
      const at = { lineNo: line.lineNo, sku: line.sku, location };
      return [
        debit('DISC', line.discountMinor, at),
        line.notSent === 'gift-card'
          ? credit('GC', line.grossMinor, { ...at, item: giftCardItem(orderId, line.lineNo) })
          : credit('REV', line.grossMinor, at),
        credit('SHIPREV', line.shippingMinor, at),
        ...line.taxes.map((tax) =>
          credit(taxAccount(tax), tax.amountMinor, { ...at, taxCode: tax.taxCode }),
        ),
        debit('COGS', line.costMinor, at),
        credit(costAccount(line), line.costMinor, at),
      ];
    }),
    ...provisions,
  ];
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

/** Rule 3c: captured at or after shipment; 9a: redeemed then. */
export function postCapture(
  capture: ClearedPayment & { readonly orderId: string },
): Posting | null {
  const { orderId, tenderNo, amountMinor } = capture;
  return posting(ruleOf(capture, '3c'), [
    debit(heldOn(capture.kind), amountMinor, cleared(capture)),
    credit('AR', amountMinor, { tenderNo, item: orderItem(orderId) }),
  ]);
}

/**
 * Rules 6a (units that a store held) and 7: its money is here already. `concededMinor` of it somebody
 * else has given back before: that was no concession (8b), and is owed no more.
 */
export function postCancellation(cancel: {
  readonly rule: '6a' | '7';
  readonly orderId: string;
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
  readonly concededMinor?: number;
}): Posting | null {
  const { rule, orderId, tenderNo, refundItem, amountMinor, concededMinor = 0 } = cancel;
  return posting(rule, [
    debit('CL', amountMinor, { tenderNo, item: orderItem(orderId) }),
    credit('REFP', amountMinor - concededMinor, { tenderNo, item: refundItem }),
    credit('RET', concededMinor, { tenderNo }),
  ]);
}

/** Rule 8: a refund was executed; it settles the payment, or the redemption, that it gives back. */
export function postRefund(
  refund: ClearedPayment & { readonly refundItem: string },
): Posting | null {
  const { tenderNo, refundItem, amountMinor } = refund;
  return posting('8', [
    debit('REFP', amountMinor, { tenderNo, item: refundItem }),
    credit(heldOn(refund.kind), amountMinor, cleared(refund)),
  ]);
}

/** Rule 8b: a price concession without goods. */
export function postConcession(concession: {
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
}): Posting | null {
  const { tenderNo, refundItem, amountMinor } = concession;
  return posting('8b', [
    debit('RET', amountMinor, { tenderNo }),
    credit('REFP', amountMinor, { tenderNo, item: refundItem }),
  ]);
}
