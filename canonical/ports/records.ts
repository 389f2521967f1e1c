/**
 * What an audit asks of each kind of outside system: its own records, told in one form. A connector
 * says which kinds its vendor keeps, and reads them; the audit knows no vendor.
 */

/** Kinds of records, by the kind of system that keeps them. */
export const OUTSIDE_KINDS = {
  payment: ['authorization', 'capture', 'refund'],
  commerce: [
    'shop-order',
    'shop-transaction',
    'shop-fulfillment',
    'shop-preparation',
    'shop-return',
    'shop-webhook',
  ],
  wms: ['fulfilment-request', 'recall', 'shipment'],
  erp: ['sales-order', 'journal-document'],
  tax: ['tax-invoice'],
  notification: ['message'],
} as const;
export type OutsideKind = (typeof OUTSIDE_KINDS)[keyof typeof OUTSIDE_KINDS][number];

export interface RecordPart {
  /** `line 1`, `line 1 net`, `debit of 1200`. */
  readonly name: string;
  /** Units, or minor units of the record's currency. */
  readonly quantity: number;
  /** Of the item; left out or null: it is not said. */
  readonly sku?: string | null;
}

/** What a journal entry posts to one of the ERP's own accounts. */
export const postedPart = (side: 'debit' | 'credit', account: string): string =>
  `${side} of ${account}`;

/** One record of another system, in its own words where no words of ours fit. */
export interface OutsideRecord {
  readonly id: string;
  /** An authorization of a capture, a request of a recall. */
  readonly parentId: string | null;
  /** The effect's key, where the system could take one. */
  readonly key: string | null;
  readonly reference: string | null;
  /** The order it says it is for: our id, or the channel's own. */
  readonly orderRef: string | null;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  /** The vendor's word: `requires_capture`, `SUCCESS`, `accepted` … */
  readonly state: string;
  /** Of a shop's transaction: `CAPTURE` …; of its fulfilment: `PICK_UP`; of a webhook: its topic. */
  readonly type: string | null;
  /** What it is made of: units by line, minor units by side and account, by line net and tax. */
  readonly parts: readonly RecordPart[];
  /** A digest of where it is sent, by the connector; left out or null: it says nothing of that. */
  readonly addressDigest?: string | null;
  /** Of an authorization: it still holds the buyer's money. */
  readonly isHeld?: boolean;
  /** RFC 3339, by that system's clock. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface OutsideRecords {
  /** The accounts whose records these are: one, or all that one address lists together. */
  readonly accounts: readonly string[];
  readonly kinds: readonly OutsideKind[];
  /**
   * Records of a kind that were made or changed since then (RFC 3339; null: all), in pages.
   * @throws OutsideUnreadable
   */
  pages(kind: OutsideKind, since: string | null): AsyncIterable<readonly OutsideRecord[]>;
}

/** An account's records cannot be read: nothing can be compared with them. */
export class OutsideUnreadable extends Error {
  override readonly name = 'OutsideUnreadable';
}

/** `gid://shopify/Order/450…` and `450…` are the same order. */
export function tail(reference: string | null): string {
  return reference?.slice(reference.lastIndexOf('/') + 1) ?? '';
}
