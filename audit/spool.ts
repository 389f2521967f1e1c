// The other systems' records of one audit, in a table that lives as long as its transaction: however
// many there are, the audit holds those of one chunk of orders at a time.
import {
  postedPart,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
} from '../canonical/ports/records';
import type { Sql } from '../store/database';
import type { Comparison } from './comparisons/keyed';

/** The largest statement works on all of them; between two the other connection reads. */
const STATEMENT_LIMIT_MS = 300_000;
/** Differences of one kind that are read back at once. */
const RECORDS_MAX = 5_000;

/** `stripe-us`; where several accounts are read together, all of them. */
export const nameOfBooks = ({ accounts }: OutsideRecords): string => accounts.join(' and ');

/** By {@link nameOfBooks} and kind. */
export type SpooledRecords = ReadonlyMap<string, RecordsByKind>;
export type RecordsByKind = Partial<Record<OutsideKind, OutsideRecord[]>>;

/** In the caller's transaction. */
export async function createSpool(sql: Sql): Promise<void> {
  await sql.query('set local idle_in_transaction_session_timeout = 0');
  await sql.query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`);
  await sql.query(
    `create temporary table outside_record (
       books text not null, kind text not null, id text not null, key text, order_tail text,
       record json not null, primary key (id, kind, books)) on commit drop`,
  );
}

/** After the first filling: rows that are indexed one by one take twice as long. */
export async function indexSpool(sql: Sql): Promise<void> {
  await sql.query('create index on outside_record (key) where key is not null');
  await sql.query('create index on outside_record (order_tail) where order_tail is not null');
  await sql.query('analyze outside_record');
}

/**
 * Reads what was made or changed since then; what is here already is replaced.
 * @throws OutsideUnreadable
 */
export async function fillSpool(
  sql: Sql,
  outside: OutsideRecords,
  since: string | null,
  onKind: (kind: OutsideKind, records: number) => void,
): Promise<void> {
  for (const kind of outside.kinds) {
    let records = 0;
    let kept: Promise<unknown> = Promise.resolve();
    for await (const page of outside.pages(kind, since)) {
      await kept;
      // While it is written, the other system makes the next one.
      kept = keep(sql, nameOfBooks(outside), kind, page);
      kept.catch(() => undefined);
      records += page.length;
    }
    await kept;
    onKind(kind, records);
  }
}

async function keep(
  sql: Sql,
  books: string,
  kind: OutsideKind,
  page: readonly OutsideRecord[],
): Promise<void> {
  const byId = new Map(page.map((record) => [record.id, record]));
  await sql.query({
    name: 'spool-records',
    text: `insert into outside_record (books, kind, id, key, order_tail, record)
           select $1, $2, r ->> 'id', r ->> 'key',
                  substring(coalesce(r ->> 'orderRef',
                    case when $2 = 'shop-order' then r ->> 'id' end) from '[^/]*$'), r
             from json_array_elements($3::json) r
           on conflict (id, kind, books) do update set key = excluded.key,
             order_tail = excluded.order_tail, record = excluded.record`,
    values: [books, kind, JSON.stringify([...byId.values()])],
  });
}

export interface SpoolNames {
  readonly keys: readonly string[];
  /** Our order ids, and the tails of the channels' own. */
  readonly orders: readonly string[];
  readonly ids: readonly string[];
}

/** Records that carry one of these keys or ids, or are for one of these orders. */
export async function recordsOf(sql: Sql, names: SpoolNames): Promise<SpooledRecords> {
  const { rows } = await sql.query<{ books: string; kind: OutsideKind; record: OutsideRecord }>({
    name: 'spooled-records',
    text: `select books, kind, record from outside_record where (id, kind, books) in (
             select id, kind, books from outside_record where key = any($1::text[])
             union select id, kind, books from outside_record where order_tail = any($2::text[])
             union select id, kind, books from outside_record where id = any($3::text[]))
            order by books, kind, id`,
    values: [names.keys, names.orders, names.ids],
  });
  const found = new Map<string, RecordsByKind>();
  for (const { books, kind, record } of rows) {
    const byKind = found.get(books) ?? {};
    found.set(books, byKind);
    (byKind[kind] ??= []).push(record);
  }
  return found;
}

/** Records with a key of ours under which nothing was done here, the first of them. */
export async function unclaimedRecords(
  sql: Sql,
  books: string,
  { kind, verb }: Comparison,
): Promise<readonly OutsideRecord[]> {
  const { rows } = await sql.query<{ record: OutsideRecord }>(
    `select record from outside_record r
      where books = $1 and kind = $2 and split_part(key, ':', 1) = $3
        and not exists (select from effect e where e.effect_key = r.key)
        and not exists (select from outbox x where x.effect_key = r.key and x.state = 'sent')
        and not exists (select from sales_order o where o.order_id = r.order_tail)
      limit $4`,
    [books, kind, verb, RECORDS_MAX],
  );
  return rows.map(({ record }) => record);
}

/** The ERP's accounts that are kept from here alone, by its id: `1200` → `CLR`. */
export type KeptAccounts = ReadonlyMap<string, string>;

/**
 * Journal entries that carry no key of ours, were not entered by hand for a batch of ours, and post
 * to an account that is kept from here alone.
 */
export async function entriesOfOthers(
  sql: Sql,
  books: string,
  kept: KeptAccounts,
): Promise<readonly OutsideRecord[]> {
  const sides = ['debit', 'credit'] as const;
  const names = sides.flatMap((side) => [...kept.keys()].map((id) => postedPart(side, id)));
  const { rows } = await sql.query<{ record: OutsideRecord }>(
    `select record from outside_record r
      where books = $1 and kind = 'journal-document' and coalesce(key, '') not like 'journal:%'
        and exists (select from json_array_elements(record -> 'parts') p
                     where p ->> 'name' = any($2))
        and not exists (select from posting_batch b
                         where b.document_no in (r.id, r.record ->> 'reference'))
      limit $3`,
    [books, names, RECORDS_MAX],
  );
  return rows.map(({ record }) => record);
}

/** Webhooks whose event the inbox does not have, the first of them. */
export async function unstoredWebhooks(sql: Sql, books: string): Promise<readonly OutsideRecord[]> {
  const { rows } = await sql.query<{ record: OutsideRecord }>(
    `select record from outside_record r
      where books = $1 and kind = 'shop-webhook' and record ->> 'reference' is not null
        and not exists (select from inbox i where i.event_id = r.record ->> 'reference')
      limit $2`,
    [books, RECORDS_MAX],
  );
  return rows.map(({ record }) => record);
}

export async function countRecords(
  sql: Sql,
): Promise<readonly { readonly books: string; readonly kind: string; readonly count: number }[]> {
  const { rows } = await sql.query<{ books: string; kind: string; count: number }>(
    'select books, kind, count(*) as count from outside_record group by 1, 2 order by 1, 2',
  );
  return rows;
}
