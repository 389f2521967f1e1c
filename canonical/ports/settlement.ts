/**
 * What a settlement report says, whoever sent it: heads, lines and ends, read as a stream. A reader
 * lives in its vendor's folder; nothing behind it knows a vendor's column.
 */

/**
 * What a line is for the books. A vendor's own words are mapped to one by its table of rules; what
 * no rule names is `unknown`, never dropped and never fatal.
 */
export const SETTLEMENT_CLASSES = [
  'sale',
  'sale-tax',
  'facilitator-tax',
  'shipping',
  'promotion',
  'refund',
  'commission',
  'fulfilment-fee',
  'label-fee',
  'advertising-fee',
  'storage-fee',
  'subscription-fee',
  'processing-fee',
  'other-fee',
  'fee-returned',
  'reimbursement',
  'reserve-held',
  'reserve-released',
  'dispute-opened',
  'dispute-won',
  'dispute-fee',
  'retro-charge',
  'adjustment',
  'payout',
  'payout-failed',
  'transfer',
  'unknown',
] as const;
export type SettlementClass = (typeof SETTLEMENT_CLASSES)[number];

/** One row of a vendor's classification table. The first that fits a line on its date decides. */
export interface ClassRule {
  /** The vendor's words, compared without case; a field that is absent fits every line. */
  readonly when: {
    readonly transaction?: string;
    readonly type?: string;
    readonly description?: string;
    /** Of the amount. */
    readonly sign?: 'positive' | 'negative';
  };
  readonly class: SettlementClass;
  /** Business dates, both included. */
  readonly from?: string;
  readonly until?: string;
}

/** Begins a settlement; a file may hold several. What a vendor tells only at its end comes with it. */
export interface SettlementHead {
  readonly part: 'head';
  /** The vendor's own id of this settlement, payout or batch. */
  readonly reference: string;
  /** The vendor's account that it is of, where the file says so. */
  readonly account: string | null;
  readonly currency: string;
  /** RFC 3339 in UTC. */
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
  /** The business date on which the vendor pays. */
  readonly payoutDate: string | null;
}

export interface SettlementLine {
  readonly part: 'line';
  /** The place in the file, from 1; two amounts of one row (gross, fee) share it. */
  readonly rowNo: number;
  /** The vendor's words, as they are written. */
  readonly words: {
    readonly transaction: string;
    readonly type: string;
    readonly description: string;
  };
  /** In the settlement's currency; above zero is in the retailer's favour. */
  readonly amountMinor: number;
  /** In the currency of the sale, where it is another. */
  readonly transaction: { readonly currency: string; readonly amountMinor: number } | null;
  /** The vendor's own id of this line (a balance transaction, a PSP reference), where it has one. */
  readonly lineRef: string | null;
  /** The order as the vendor names it: its order id, else the merchant's own reference. */
  readonly orderRef: string | null;
  /** What the money moved by: a charge, payment, capture, refund or dispute of the processor. */
  readonly paymentRef: string | null;
  readonly sku: string | null;
  readonly quantity: number | null;
  /** RFC 3339 in UTC. */
  readonly occurredAt: string | null;
}

/** Ends the settlement that the last head began. */
export interface SettlementEnd {
  readonly part: 'end';
  /** What the vendor says that it pays; null where it says it nowhere, then the payout line must. */
  readonly declaredNetMinor: number | null;
}

export type SettlementPart = SettlementHead | SettlementLine | SettlementEnd;

/** One fault of a file. The file is all in or not at all: the first hundred are told, and how many. */
export interface SettlementProblem {
  readonly code:
    | 'empty'
    | 'encoding'
    | 'compressed'
    | 'cut-off'
    | 'header'
    | 'row'
    | 'amount'
    | 'date'
    | 'currency'
    | 'other-account'
    | 'too-large';
  readonly rowNo: number | null;
  readonly detail: string;
}
export class UnreadableSettlement extends Error {
  override readonly name = 'UnreadableSettlement';
  constructor(
    readonly problems: readonly SettlementProblem[],
    readonly count: number = problems.length,
  ) {
    super(problems.map(({ detail }) => detail).join('\n'));
  }
}

/** A source of settlements: one folder of a vendor. */
export interface SettlementSource {
  /** What `POST /settlements/{source}` names, such as `amazon`. */
  readonly name: string;
  /** Throws `UnreadableSettlement`; holds no more than a few rows at a time. */
  read(bytes: AsyncIterable<Uint8Array>): AsyncIterable<SettlementPart>;
  readonly classes: readonly ClassRule[];
}
