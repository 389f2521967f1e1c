/** How much waits where: the gauges that tell a flood from a jam. */
import { only, type Sql } from '../database';

export interface Backlog {
  readonly inbox: number;
  readonly dispatch: number;
  readonly outbox: number;
  readonly unpostedJournals: number;
  readonly openExceptions: readonly { readonly owner: string; readonly count: number }[];
  /** What the watchdog had to do since the beginning. */
  readonly watchdog: readonly {
    readonly kind: string;
    readonly outcome: string;
    readonly cases: number;
  }[];
  /** What maintenance has given up since the beginning, in rows. */
  readonly givenUp: readonly { readonly what: string; readonly rows: number }[];
}

/** Counting stops here: a gauge at its limit says enough, and costs no scan of millions. */
export const COUNT_LIMIT = 100_000;

/** One round trip. */
export async function readBacklog(sql: Sql): Promise<Backlog> {
  const { rows } = await sql.query<Backlog>({
    name: 'read-backlog',
    text: `select
      (select count(*) from (select from inbox where state in ('received', 'waiting')
         limit ${COUNT_LIMIT}) w) as inbox,
      (select count(*) from (select from dispatch where state = 'pending'
         limit ${COUNT_LIMIT}) w) as dispatch,
      (select count(*) from (select from outbox where state = 'pending'
         limit ${COUNT_LIMIT}) w) as outbox,
      (select count(*) from (select from journal_to_batch limit ${COUNT_LIMIT}) w)
        + (select coalesce(sum(journal_count), 0) from posting_batch where state <> 'posted')
        as "unpostedJournals",
      coalesce((select jsonb_agg(jsonb_build_object('owner', owner, 'count', count)) from
         (select owner, count(*) from exception where state <> 'resolved' group by owner) e),
         '[]') as "openExceptions",
      coalesce((select jsonb_agg(to_jsonb(w)) from watchdog_total w), '[]') as watchdog,
      coalesce((select jsonb_agg(jsonb_build_object('what', what, 'rows', rows_given_up))
         from retention_total), '[]') as "givenUp"`,
  });
  return only(rows, 'readBacklog');
}
