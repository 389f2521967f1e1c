// The stand-ins' own records over HTTP: `GET /_sandbox/records/{kind}`, page by page.
import { request } from 'undici';
import { z } from 'zod';
import {
  OUTSIDE_KINDS,
  OutsideUnreadable,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
  type OutsideSystem,
} from './outside-records';

/** Rows a call; a stand-in gives at most 10,000. */
const PAGE_RECORDS = 2_000;
const PAGES_MAX = 1_000;
const CALL_TIMEOUT_MS = 30_000;

const PATHS: Readonly<Record<OutsideKind, string>> = {
  authorization: 'payment_intents',
  capture: 'captures',
  refund: 'refunds',
  'shop-order': 'orders',
  'shop-transaction': 'transactions',
  'shop-fulfillment': 'fulfillments',
  'shop-webhook': 'webhooks',
  'fulfilment-request': 'fulfilment_requests',
  recall: 'cancellations',
  'sales-order': 'sales_orders',
  'journal-document': 'journal_entries',
  'tax-invoice': 'transactions',
  message: 'messages',
};

const text = z.string().nullish();
const number = z.number().nullish();
const ListedRecord = z.looseObject({
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
  eventId: text,
  taxMinor: number,
  lines: z
    .array(
      z.looseObject({
        lineNo: z.number().optional(),
        quantity: z.number().optional(),
        debit: z.number().optional(),
        credit: z.number().optional(),
      }),
    )
    .nullish(),
});
type SandboxRecord = z.infer<typeof ListedRecord>;
const Page = z.object({ items: z.array(ListedRecord) });

const MINOR_UNITS = 100;
/** The stand-in ERP keeps decimals with two digits: every demo currency has two. */
const minorOf = (decimal: number): number => Math.round(decimal * MINOR_UNITS);

function partsOf(kind: OutsideKind, record: SandboxRecord): OutsideRecord['parts'] {
  const lines = record.lines ?? [];
  if (kind === 'journal-document') {
    return lines.map(({ debit = 0, credit = 0 }) =>
      debit > 0
        ? { name: 'debit', quantity: minorOf(debit) }
        : { name: 'credit', quantity: minorOf(credit) },
    );
  }
  if (kind === 'tax-invoice') return [{ name: 'tax', quantity: record.taxMinor ?? 0 }];
  if (kind !== 'fulfilment-request' && kind !== 'recall') return [];
  return lines.map(({ lineNo, quantity = 0 }) => ({ name: `line ${lineNo}`, quantity }));
}

function outsideRecord(kind: OutsideKind, record: SandboxRecord): OutsideRecord {
  return {
    id: record.id,
    parentId: record.parentId ?? null,
    key: record.throughlineKey ?? null,
    reference: (kind === 'shop-webhook' ? record.eventId : record.reference) ?? null,
    orderRef: record.orderId ?? null,
    amountMinor: record.amountMinor ?? null,
    currency: record.currency?.toUpperCase() ?? null,
    state: record.status,
    type: record.kind ?? record.topic ?? null,
    parts: partsOf(kind, record),
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  };
}

function systemOf(kind: OutsideKind): OutsideSystem {
  const found = Object.entries(OUTSIDE_KINDS).find(([, kinds]) =>
    kinds.some((one) => one === kind),
  )?.[0];
  if (found === undefined || !isSystem(found)) throw new RangeError(`no system keeps ${kind}`);
  return found;
}

const isSystem = (name: string): name is OutsideSystem => name in OUTSIDE_KINDS;

async function readPage(url: URL, kind: OutsideKind): Promise<OutsideRecord[]> {
  const { statusCode, body } = await request(url, {
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new OutsideUnreadable(`${url.href} does not answer: ${why}`);
  });
  const answer = await body.text();
  if (statusCode !== 200) throw new OutsideUnreadable(`${url.href} answered ${statusCode}`);
  return Page.parse(JSON.parse(answer)).items.map((record) => outsideRecord(kind, record));
}

/** @param urls base URL of each stand-in */
export function sandboxRecords(urls: Readonly<Record<OutsideSystem, string>>): OutsideRecords {
  return {
    async *pages(kind) {
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const url = new URL(`/_sandbox/records/${PATHS[kind]}`, urls[systemOf(kind)]);
        url.searchParams.set('limit', String(PAGE_RECORDS));
        url.searchParams.set('offset', String(page * PAGE_RECORDS));
        const records = await readPage(url, kind);
        yield records;
        if (records.length < PAGE_RECORDS) return;
      }
      throw new OutsideUnreadable(`${kind}: more than ${PAGES_MAX} pages`);
    },
  };
}
