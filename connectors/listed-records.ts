/**
 * Records by the stand-ins' own list, `GET /_sandbox/records/{kind}`, page by page. Each vendor's
 * `records.ts` says which lists it reads, why, and which call of the vendor's API takes their place.
 */
import { request } from 'undici';
import { z } from 'zod';
import { minorDigits } from '../canonical/rules/money/money';
import {
  OUTSIDE_KINDS,
  OutsideUnreadable,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
} from '../canonical/ports/records';
import { addressDigest } from './address-digest';

/** Rows a call; a stand-in gives at most 10,000. */
const PAGE_RECORDS = 2_000;
const PAGES_MAX = 10_000;
const CALL_TIMEOUT_MS = 30_000;

const text = z.string().nullish();
const number = z.number().nullish();
const ListedRecord = z.object({
  id: z.string(),
  parentId: text,
  throughlineKey: text,
  reference: text,
  orderId: text,
  amountMinor: number,
  currency: text,
  status: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  // Of particular kinds.
  kind: text,
  topic: text,
  methodType: text,
  eventId: text,
  taxMinor: number,
  shipTo: z.record(z.string(), z.unknown()).nullish(),
  shippingAddress: z.record(z.string(), z.unknown()).nullish(),
  // A tax document's own lines, in major units.
  model: z
    .object({
      lines: z.array(
        z.object({
          lineNumber: z.string(),
          itemCode: text,
          quantity: z.number(),
          lineAmount: z.number(),
          tax: z.number(),
        }),
      ),
    })
    .nullish(),
  closed: z.boolean().nullish(),
  lines: z
    .array(
      z.object({
        lineNo: z.number().optional(),
        lineId: z.string().optional(),
        quantity: z.number().optional(),
        sku: text,
        // A line of a sales order; its amount is in major units.
        item: z.object({ refName: text }).optional(),
        amount: z.number().optional(),
        // A shop's: units that its buyer is not to get any more.
        refunded: z.number().optional(),
        removed: z.number().optional(),
        id: z.string().optional(),
        // A journal entry's, in major units.
        accountId: z.string().optional(),
        debit: z.number().optional(),
        credit: z.number().optional(),
      }),
    )
    .nullish(),
});
export type Listed = z.infer<typeof ListedRecord>;
const Page = z.object({ items: z.array(ListedRecord) });

const KINDS: readonly OutsideKind[] = Object.values(OUTSIDE_KINDS).flat();

export interface RecordList {
  /** The stand-in's name of the list. */
  readonly path: string;
  /** What is read of a record beside what all have. */
  readonly fields?: readonly (keyof Listed)[];
  readonly partsOf?: (record: Listed) => OutsideRecord['parts'];
  readonly referenceOf?: (record: Listed) => string | null;
  /** In the vocabulary of a fulfilment request; of it only a digest goes on. */
  readonly addressOf?: (record: Listed) => object | null | undefined;
  readonly isHeld?: (record: Listed) => boolean;
  /** The vendor's own integer amount → minor units, where the two differ. */
  readonly minorOf?: (amount: number, currency: string) => number;
}

/** What a vendor's records are, by the stand-in's lists. */
export type RecordLists = Readonly<Partial<Record<OutsideKind, RecordList>>>;

/** Units by line number, and of what. */
export const unitsByLine = ({ lines }: Listed): OutsideRecord['parts'] =>
  (lines ?? []).map(({ lineNo, sku, quantity = 0 }) => ({
    name: `line ${lineNo}`,
    quantity,
    ...(sku && { sku }),
  }));

const BASE = 10;
/** A JSON number of major units; its currency's digits are exact in it. */
export const minorOfDecimal = (decimal: number, currency: string): number =>
  Math.round(decimal * BASE ** minorDigits(currency));

export function listedRecords(
  accounts: readonly string[],
  baseUrl: string,
  lists: RecordLists,
): OutsideRecords {
  return {
    accounts,
    kinds: KINDS.filter((kind) => lists[kind] !== undefined),
    async *pages(kind, since) {
      const list = lists[kind];
      if (!list) return;
      let after: string | undefined;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const url = new URL(`/_sandbox/records/${list.path}`, baseUrl);
        url.searchParams.set('limit', String(PAGE_RECORDS));
        url.searchParams.set('fields', (list.fields ?? []).join(','));
        if (after !== undefined) url.searchParams.set('after', after);
        if (since !== null) url.searchParams.set('updatedSince', since);
        const records = await readPage(url);
        yield records.map((record) => outsideRecord(list, record));
        if (records.length < PAGE_RECORDS) return;
        after = records.at(-1)?.id;
      }
      throw new OutsideUnreadable(`${kind}: more than ${PAGES_MAX} pages`);
    },
  };
}

function outsideRecord(list: RecordList, record: Listed): OutsideRecord {
  const { partsOf, referenceOf, addressOf, isHeld, minorOf } = list;
  const currency = record.currency?.toUpperCase() ?? null;
  const amount = record.amountMinor ?? null;
  return {
    id: record.id,
    parentId: record.parentId ?? null,
    key: record.throughlineKey ?? null,
    reference: (referenceOf ? referenceOf(record) : record.reference) ?? null,
    orderRef: record.orderId ?? null,
    amountMinor: minorOf && amount !== null && currency ? minorOf(amount, currency) : amount,
    currency,
    state: record.status,
    type: record.kind ?? record.topic ?? record.methodType ?? null,
    parts: partsOf?.(record) ?? [],
    ...(addressOf && { addressDigest: addressDigest(addressOf(record)) }),
    ...(isHeld && { isHeld: isHeld(record) }),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  };
}

async function readPage(url: URL): Promise<Listed[]> {
  const { statusCode, body } = await request(url, {
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new OutsideUnreadable(`${url.href} does not answer: ${why}`);
  });
  const answer = await body.text();
  if (statusCode !== 200) throw new OutsideUnreadable(`${url.href} answered ${statusCode}`);
  return Page.parse(JSON.parse(answer)).items;
}
