/** How long buyers wait at the door, told by the API's processes to whoever starts flows. */
import type { Sql } from '../database';

/** A measurement older than this says nothing of now. */
const FRESH_MS = 3_000;
/** Rows of processes that are gone. */
const FORGOTTEN_AFTER = `interval '1 minute'`;

/** What one process measured last; one statement, once a second and process at the most. */
export async function keepAcceptLatency(sql: Sql, processId: string, p95Ms: number): Promise<void> {
  await sql.query({
    name: 'keep-accept-latency',
    text: `with gone as (delete from accept_latency where measured_at < now() - ${FORGOTTEN_AFTER}
                           and process_id <> $1)
           insert into accept_latency (process_id, p95_ms) values ($1, $2)
           on conflict (process_id) do update set p95_ms = excluded.p95_ms, measured_at = now()`,
    values: [processId, Math.round(p95Ms)],
  });
}

/** SQL: what the slowest process says now, and when it was said; null where nothing is fresh. */
export const ACCEPT_LATENCY = `
  select jsonb_build_object('p95Ms', p95_ms,
           'measuredAtMs', (extract(epoch from measured_at) * 1000)::bigint)
    from accept_latency where measured_at > now() - interval '${FRESH_MS} milliseconds'
   order by p95_ms desc limit 1`;

export interface AcceptLatency {
  readonly p95Ms: number;
  /** By Postgres' clock: it tells one measurement from the next. */
  readonly measuredAtMs: number;
}
