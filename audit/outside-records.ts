// What the audit asks of each outside system: its own records, whoever reads them. On one machine
// they are the stand-ins' lists; in production a reader over each vendor's API takes their place.

/** Kinds of records, by the system that keeps them. */
export const OUTSIDE_KINDS = {
  payment: ['authorization', 'capture', 'refund'],
  commerce: ['shop-order', 'shop-transaction', 'shop-fulfillment', 'shop-webhook'],
  wms: ['fulfilment-request', 'recall'],
  erp: ['sales-order', 'journal-document'],
  tax: ['tax-invoice'],
  notification: ['message'],
} as const;
export type OutsideSystem = keyof typeof OUTSIDE_KINDS;
export type OutsideKind = (typeof OUTSIDE_KINDS)[OutsideSystem][number];

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
  /** Of a shop's transaction: `CAPTURE`, `VOID` …; of a webhook: its topic. */
  readonly type: string | null;
  /** What it is made of: units by line number, minor units by `debit` and `credit`, tax. */
  readonly parts: readonly { readonly name: string; readonly quantity: number }[];
  /** RFC 3339, by that system's clock. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface OutsideRecords {
  /** All records of a kind, in pages. @throws OutsideUnreadable */
  pages(kind: OutsideKind): AsyncIterable<readonly OutsideRecord[]>;
}

/** A system's records cannot be read: without them there is no audit. */
export class OutsideUnreadable extends Error {
  override readonly name = 'OutsideUnreadable';
}

/** Records of one kind held at a time; an audit of more is done by a range of dates. */
const RECORDS_MAX = 2_000_000;

/** Everything of a kind. @throws OutsideUnreadable */
export async function everyRecord(
  records: OutsideRecords,
  kind: OutsideKind,
): Promise<OutsideRecord[]> {
  const all: OutsideRecord[] = [];
  for await (const page of records.pages(kind)) {
    all.push(...page);
    if (all.length > RECORDS_MAX) {
      throw new OutsideUnreadable(`more than ${RECORDS_MAX} records of kind ${kind}`);
    }
  }
  return all;
}

/** `gid://shopify/Order/450…` and `450…` are the same order. */
export function tail(reference: string | null): string {
  return reference?.slice(reference.lastIndexOf('/') + 1) ?? '';
}
