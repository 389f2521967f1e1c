// What an audit looks at: everything, or what was written since the last clean one began.
import { only, type Sql } from '../store/database';
import type { Window } from './comparisons/window';

/** A transaction that was open when an audit began may have written earlier times than it. */
const OVERLAP_MS = 300_000;
/** The other systems' clocks, and records that were made just before the call was written down. */
const CLOCK_MARGIN_MS = 3_600_000;

export interface Scope extends Window {
  /** The clock of the database when the audit began. */
  readonly beganAt: string;
  /** RFC 3339: ours that was written since; null: everything. */
  readonly writtenSince: string | null;
}

/** Whole where it is asked for, or where no audit was clean yet. */
export async function readScope(sql: Sql, graceMs: number, isWhole: boolean): Promise<Scope> {
  const { rows } = await sql.query<Scope>(
    `with began as (select clock_timestamp() as now),
          mark as (select max(began_at) - make_interval(secs => $2::float8 / 1000) as at
                     from audit_run where is_clean and not $3::boolean)
     select now as "beganAt", now - make_interval(secs => $1::float8 / 1000) as cutoff,
            at as "writtenSince",
            case when at is not null then
              least(at, (select min(first_called_at) from effect
                          where first_called_at >= at or answered_at >= at))
                - make_interval(secs => $4::float8 / 1000) end as since
       from began, mark`,
    [graceMs, OVERLAP_MS, isWhole, CLOCK_MARGIN_MS],
  );
  return only(rows, 'the scope of the audit');
}

/** Orders a chunk: all that belongs to them is held at once. */
const CHUNK_ORDERS = 500;

/** Ids of the orders to look at, by primary key, in chunks; in the transaction of the spool. */
export async function* orderChunks(
  sql: Sql,
  { writtenSince }: Scope,
): AsyncGenerator<readonly string[]> {
  if (writtenSince !== null) await collectTouched(sql, writtenSince);
  const from = writtenSince === null ? 'sales_order' : 'touched_order';
  let after = '';
  for (;;) {
    const { rows } = await sql.query<{ id: string }>(
      `select order_id as id from ${from} where order_id > $1 order by order_id limit $2`,
      [after, CHUNK_ORDERS],
    );
    yield rows.map(({ id }) => id);
    if (rows.length < CHUNK_ORDERS) return;
    after = rows.at(-1)?.id ?? after;
  }
}

/** Orders that something was written of since, or that another system's records are about. */
async function collectTouched(sql: Sql, since: string): Promise<void> {
  await sql.query(
    'create temporary table touched_order (order_id text primary key) on commit drop',
  );
  await sql.query(
    `insert into touched_order
     select order_id from sales_order
      where received_at >= $1 or accepted_at >= $1 or closed_at >= $1
     union select order_id from order_fact where posted_at >= $1
     union select order_id from effect
            where order_id is not null and (first_called_at >= $1 or answered_at >= $1)
     union select order_id from journal where order_id is not null and posted_at >= $1
     union select order_id from exception
            where order_id is not null and (opened_at >= $1 or resolved_at >= $1)
     union select o.order_id from outside_record r join sales_order o on o.order_id = r.order_tail
     union select o.order_id from outside_record r
             join sales_order o on o.channel_order_ref = r.order_tail
     union select e.order_id from outside_record r join effect e on e.effect_key = r.key
            where e.order_id is not null`,
    [since],
  );
  await sql.query('analyze touched_order');
}
