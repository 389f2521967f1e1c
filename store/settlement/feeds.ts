/** Of each account's reports and each bank's statements: what was fetched, and when the last came. */
import { only, type Sql } from '../database';

/** RFC 3339 in UTC. */
export interface Feed {
  readonly watchedSince: string;
  /** By the vendor's clock: the newest that was fetched. */
  readonly lastReportAt: string | null;
  /** By ours: the last that came by any door. */
  readonly lastArrivalAt: string | null;
}

/** Watched from now on, where it was not. */
export async function watchFeed(sql: Sql, account: string, source: string): Promise<Feed> {
  const { rows } = await sql.query<Feed>(
    `insert into settlement_feed (account, source) values ($1, $2)
     on conflict (account) do update set source = excluded.source
     returning watched_since as "watchedSince", last_report_at as "lastReportAt",
               last_arrival_at as "lastArrivalAt"`,
    [account, source],
  );
  return only(rows, 'watchFeed');
}

/** Something of it came now; of one that nobody watches nothing is kept. */
export async function noteArrival(sql: Sql, account: string): Promise<void> {
  await sql.query('update settlement_feed set last_arrival_at = now() where account = $1', [
    account,
  ]);
}

export async function isFetched(sql: Sql, account: string, reportId: string): Promise<boolean> {
  const { rows } = await sql.query(
    'select 1 from settlement_fetched where account = $1 and report_id = $2',
    [account, reportId],
  );
  return rows.length > 0;
}

export interface Fetched {
  readonly account: string;
  readonly reportId: string;
  readonly settlementId: string;
  /** By the vendor's clock. */
  readonly madeAt: string;
}

/** Once for a report, whoever records it first. */
export async function recordFetched(sql: Sql, one: Fetched): Promise<void> {
  await sql.query(
    `with fetched as (
       insert into settlement_fetched (account, report_id, settlement_id) values ($1, $2, $3)
       on conflict do nothing)
     update settlement_feed set last_report_at = greatest(last_report_at, $4::timestamptz)
      where account = $1`,
    [one.account, one.reportId, one.settlementId, one.madeAt],
  );
}
