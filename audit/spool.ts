// The other systems' records of one audit, in a table that lives as long as its transaction: however
// many there are, the audit holds those of one chunk of orders at a time.
import {
  OUTSIDE_KINDS,
  tail,
  type OutsideKind,
  type OutsideRecord,
  type OutsideRecords,
} from '../canonical/ports/records';
import type { Sql } from '../store/database';
import type { Comparison } from './comparisons/keyed';

/** The largest statement works on all of them; between two the other connection reads. */
const STATEMENT_LIMIT_MS = 300_000;
const PAGE_RECORDS = 5_000;
const KINDS: readonly OutsideKind[] = Object.values(OUTSIDE_KINDS).flat();

export type RecordsByKind = Readonly<Partial<Record<OutsideKind, readonly OutsideRecord[]>>>;
/** The records of a kind; none where it has none. */
export const ofKind = (records: RecordsByKind, kind: OutsideKind): readonly OutsideRecord[] =>
  records[kind] ?? [];

/** In the caller's transaction. */
export async function createSpool(sql: Sql): Promise<void> {
  await sql.query('set local idle_in_transaction_session_timeout = 0');
  await sql.query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`);
  await sql.query(
    `create temporary table outside_record (
       kind text not null, id text not null, key text, order_tail text, record jsonb not null,
       primary key (kind, id)) on commit drop`,
  );
  await sql.query('create index on outside_record (key) where key is not null');
  await sql.query('create index on outside_record (order_tail) where order_tail is not null');
  await sql.query('create index on outside_record (id)');
}

/** Reads what was made or changed since then; what is here already is replaced. */
export async function fillSpool(
  sql: Sql,
  outside: OutsideRecords,
  since: string | null,
  onKind: (kind: OutsideKind, records: number) => void,
): Promise<void> {
  for (const kind of KINDS) {
    let records = 0;
    for await (const page of outside.pages(kind, since)) {
      await keep(sql, kind, page);
      records += page.length;
    }
    onKind(kind, records);
  }
  await sql.query('analyze outside_record');
}

async function keep(sql: Sql, kind: OutsideKind, page: readonly OutsideRecord[]): Promise<void> {
  const byId = new Map(page.map((record) => [record.id, record]));
  const records = [...byId.values()];
  const orderOf = ({ id, orderRef }: OutsideRecord) =>
    orderRef === null && kind !== 'shop-order' ? null : tail(orderRef ?? id);
  await sql.query({
    name: 'spool-records',
    text: `insert into outside_record (kind, id, key, order_tail, record)
           select $1, r.id, r.key, r.order_tail, r.record::jsonb
             from unnest($2::text[], $3::text[], $4::text[], $5::text[])
               as r(id, key, order_tail, record)
           on conflict (kind, id) do update set key = excluded.key,
             order_tail = excluded.order_tail, record = excluded.record`,
    values: [
      kind,
      records.map((record) => record.id),
      records.map((record) => record.key),
      records.map(orderOf),
      records.map((record) => JSON.stringify(record)),
    ],
  });
}

export interface SpoolNames {
  readonly keys: readonly string[];
  /** Our order ids, and the tails of the channels' own. */
  readonly orders: readonly string[];
  readonly ids: readonly string[];
}

/** Records that carry one of these keys or ids, or are for one of these orders. */
export async function recordsOf(sql: Sql, names: SpoolNames): Promise<RecordsByKind> {
  const { rows } = await sql.query<{ kind: OutsideKind; record: OutsideRecord }>({
    name: 'spooled-records',
    text: `select kind, record from outside_record where (kind, id) in (
             select kind, id from outside_record where key = any($1::text[])
             union select kind, id from outside_record where order_tail = any($2::text[])
             union select kind, id from outside_record where id = any($3::text[]))
           order by kind, id`,
    values: [names.keys, names.orders, names.ids],
  });
  const byKind: Partial<Record<OutsideKind, OutsideRecord[]>> = {};
  for (const { kind, record } of rows) (byKind[kind] ??= []).push(record);
  return byKind;
}

/** All of one kind, in pages. */
export async function* spooledPages(
  sql: Sql,
  kind: OutsideKind,
): AsyncGenerator<readonly OutsideRecord[]> {
  let after = '';
  for (;;) {
    const { rows } = await sql.query<{ record: OutsideRecord }>(
      `select record from outside_record where kind = $1 and id > $2 order by id limit $3`,
      [kind, after, PAGE_RECORDS],
    );
    yield rows.map(({ record }) => record);
    if (rows.length < PAGE_RECORDS) return;
    after = rows.at(-1)?.record.id ?? after;
  }
}

/** Records with a key of ours under which nothing was done here, the first of them. */
export async function unclaimedRecords(
  sql: Sql,
  { kind, verb }: Comparison,
): Promise<readonly OutsideRecord[]> {
  const { rows } = await sql.query<{ record: OutsideRecord }>(
    `select record from outside_record r
      where kind = $1 and split_part(key, ':', 1) = $2
        and not exists (select from effect e where e.effect_key = r.key)
        and not exists (select from outbox x where x.effect_key = r.key and x.state = 'sent')
        and not exists (select from sales_order o where o.order_id = r.order_tail)
      limit $3`,
    [kind, verb, PAGE_RECORDS],
  );
  return rows.map(({ record }) => record);
}

export async function countRecords(sql: Sql): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ kind: string; count: number }>(
    'select kind, count(*) as count from outside_record group by kind',
  );
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}
