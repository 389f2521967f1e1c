/** How much waits where: the gauges that tell a flood from a jam. */
import { only, type Sql } from '../database';

/** Loops whose lag is measured; `effects`: calls whose answer is not known. */
export type LaggingLoop = 'inbox' | 'dispatch' | 'outbox' | 'effects';

export interface Backlog {
  readonly inbox: number;
  readonly dispatch: number;
  readonly outbox: number;
  /**
   * How long the oldest waits, in seconds, by loop; 0 where none does. Calls are looked back at for an
   * hour: that much is read by time, without an index that every call would have to write.
   */
  readonly lagSeconds: Readonly<Record<LaggingLoop, number>>;
  readonly unpostedJournals: number;
  readonly openExceptions: readonly {
    readonly owner: string;
    readonly count: number;
    readonly escalated: number;
  }[];
  /** What became overdue since the beginning, by the step that it reached. */
  readonly escalations: readonly {
    readonly owner: string;
    readonly step: number;
    readonly cases: number;
  }[];
  /** What the watchdog had to do since the beginning. */
  readonly watchdog: readonly {
    readonly kind: string;
    readonly outcome: string;
    readonly cases: number;
  }[];
  /** What was found of channels in shadow. */
  readonly shadow: readonly {
    readonly channel: string;
    readonly outcome: string;
    readonly count: number;
  }[];
  /** What maintenance has given up since the beginning, in rows. */
  readonly givenUp: readonly { readonly what: string; readonly rows: number }[];
}

/** Counting stops here: a gauge at its limit says enough, and costs no scan of millions. */
export const COUNT_LIMIT = 100_000;

const since = (instant: string) => `coalesce(extract(epoch from now() - ${instant}), 0)::float`;

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
      jsonb_build_object(
        'inbox', (select ${since('min(received_at)')} from (select received_at from inbox
           where state = 'received' limit ${COUNT_LIMIT}) w),
        'dispatch', (select ${since('min(created_at)')} from (select created_at from dispatch
           where state = 'pending' order by dispatch_no limit 1) w),
        'outbox', (select ${since('min(created_at)')} from (select created_at from outbox
           where state = 'pending' limit ${COUNT_LIMIT}) w),
        'effects', (select ${since('min(first_called_at)')} from effect
           where state = 'called' and first_called_at > now() - interval '1 hour')) as "lagSeconds",
      (select count(*) from (select from journal_to_batch limit ${COUNT_LIMIT}) w)
        + (select coalesce(sum(journal_count), 0) from posting_batch where state <> 'posted')
        as "unpostedJournals",
      coalesce((select jsonb_agg(jsonb_build_object('owner', owner, 'count', count,
           'escalated', escalated)) from
         (select owner, count(*), count(*) filter (where state = 'escalated') as escalated
            from exception where state <> 'resolved' group by owner) e),
         '[]') as "openExceptions",
      coalesce((select jsonb_agg(to_jsonb(t)) from escalation_total t), '[]') as escalations,
      coalesce((select jsonb_agg(to_jsonb(w)) from watchdog_total w), '[]') as watchdog,
      coalesce((select jsonb_agg(to_jsonb(s)) from
         (select channel_instance as channel, outcome, count(*) from
           (select channel_instance, outcome from shadow_finding limit ${COUNT_LIMIT}) w
           group by 1, 2) s), '[]') as shadow,
      coalesce((select jsonb_agg(jsonb_build_object('what', what, 'rows', rows_given_up))
         from retention_total), '[]') as "givenUp"`,
  });
  return only(rows, 'readBacklog');
}
