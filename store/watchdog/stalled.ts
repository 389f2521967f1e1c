/**
 * What stands still although nothing says why, kind by kind, longest first. What an open exception
 * names already, what a person gave up, and what is leased or backs off is none of it.
 */
import type { StallKind } from '../../canonical/flows/watchdog';
import { WAIT_CODES, type ExceptionCause } from '../../canonical/schema/exception';
import type { Sql } from '../database';

export interface Stalled {
  readonly kind: StallKind;
  /** What it is among its kind: an event's number, a flow's id, an account. */
  readonly ref: string;
  readonly detail: string;
  readonly cause: ExceptionCause;
  /** The flow that may move it. */
  readonly workflowId: string | null;
  readonly orderId: string | null;
  readonly stalledMs: number;
}

interface StalledRow {
  readonly ref: string;
  readonly what: string;
  readonly workflow_id: string | null;
  readonly order_id: string | null;
  readonly stalled_ms: number;
}

/** Of each kind at a look; the next look has the others. */
const CASES_A_LOOK = 100;

const ageOf = (instant: string) => `(extract(epoch from now() - ${instant}) * 1000)::bigint`;
const OLDER = `now() - $1 * interval '1 millisecond'`;

/** SQL: an exception says what the flow of that id waits for; `but`: codes that block nothing. */
const isNamed = (workflowId: string, but = `''`) => `exists (select from exception x
  where x.workflow_id = ${workflowId} and x.state <> 'resolved' and x.code not in (${but}))`;
/** SQL: an exception says that this account does not answer. */
const isSilent = (account: string) => `exists (select from exception x
  where x.state <> 'resolved' and x.cause_kind = 'system' and x.code <> 'platform.stalled'
    and x.cause_ref = ${account})`;
const WAITS = WAIT_CODES.map((code) => `'${code}'`).join(', ');

interface Finder {
  /** `$1`: for how long, in milliseconds; `$2`: how many. */
  readonly text: string;
  readonly cause: (row: StalledRow) => ExceptionCause;
}

const ofPlatform = (part: string) => (): ExceptionCause => ({ kind: 'system', ref: part });
const ofAccount = ({ ref }: StalledRow): ExceptionCause => ({ kind: 'system', ref });
const ofFlow = ({ workflow_id: ref }: StalledRow): ExceptionCause => ({
  kind: 'flow',
  ref: ref ?? '',
});

/** The kinds that one statement finds. */
const FINDERS = {
  event: {
    text: `select 'router' as ref, count(*) || ' events were not looked at' as what,
                  null as workflow_id, null as order_id, max(${ageOf('next_at')}) as stalled_ms
             from inbox where state in ('received', 'waiting') and next_at < ${OLDER}
           having count(*) > 0 limit $2`,
    cause: ofPlatform('router'),
  },
  fact: {
    text: `select event_no::text as ref, type || ' was not applied' as what, workflow_id, order_id,
                  ${ageOf('next_at')} as stalled_ms
             from inbox i where state = 'routed' and next_at < ${OLDER}
              and not ${isNamed('i.workflow_id', WAITS)}
            order by next_at limit $2`,
    cause: ({ ref }) => ({ kind: 'event', ref }),
  },
  dispatch: {
    text: `select coalesce(tried, 'relay') as ref, workflow_id, order_id, stalled_ms,
                  rows || ' starts and signals do not arrive' as what
             from (select case when attempts > 0 then workflow_id end as tried, count(*) as rows,
                          case when count(distinct workflow_id) = 1 then max(workflow_id) end
                            as workflow_id,
                          case when count(distinct order_id) = 1 then max(order_id) end as order_id,
                          max(${ageOf('created_at')}) as stalled_ms
                     from dispatch where state = 'pending' and created_at < ${OLDER}
                    group by 1) d
            order by stalled_ms desc limit $2`,
    cause: ({ ref }) =>
      ref === 'relay' ? { kind: 'system', ref: 'relay' } : { kind: 'flow', ref },
  },
  outbox: {
    text: `select destination as ref, count(*) || ' messages were not sent' as what,
                  null as workflow_id, null as order_id, max(${ageOf('next_at')}) as stalled_ms
             from outbox o where state = 'pending' and next_at < ${OLDER}
              and not ${isSilent(`substr(o.destination, strpos(o.destination, '.') + 1)`)}
            group by destination order by 5 desc limit $2`,
    cause: ofAccount,
  },
  batch: {
    text: `select erp_instance as ref, count(*) || ' batches were not posted' as what,
                  null as workflow_id, null as order_id, max(${ageOf('created_at')}) as stalled_ms
             from posting_batch b where state = 'formed' and created_at < ${OLDER}
              and not ${isSilent('b.erp_instance')}
            group by erp_instance order by 5 desc limit $2`,
    cause: ofAccount,
  },
  // Of messages and batches: their own rows say that they are still to be sent, or parked.
  effect: {
    text: `select effect_key as ref, e.verb || ' at ' || e.system || ' has no answer' as what,
                  f.workflow_id, e.order_id, ${ageOf('e.leased_until')} as stalled_ms
             from effect e left join flow f on f.workflow_id = e.workflow_id and f.state = 'open'
            where e.state = 'called' and e.first_called_at < ${OLDER}
              and e.leased_until < ${OLDER} and e.batch_id is null
              and not exists (select from outbox o
                     where o.effect_key in (e.effect_key,
                                            regexp_replace(e.effect_key, ':[0-9]+$', '')))
              and not ${isNamed('f.workflow_id')}
            order by e.leased_until limit $2`,
    cause: ({ ref }) => ({ kind: 'effect', ref }),
  },
  resolution: {
    text: `select exception_id as ref, e.code || ' was resolved and not applied' as what,
                  e.workflow_id, e.order_id, ${ageOf('e.resolved_at')} as stalled_ms
             from exception e join flow f using (workflow_id)
            where e.state = 'resolved' and not e.is_applied and e.workflow_id is not null
              and f.state = 'open' and e.resolved_at < ${OLDER}
            order by e.resolved_at limit $2`,
    cause: ofFlow,
  },
  // A store that is late to pick has its exception; nothing may keep a pickup past its deadline.
  pickup: {
    text: `select pickup_id as ref, what, workflow_id, order_id, ${ageOf('due_at')} as stalled_ms
             from (select p.*, deadline_at as due_at, 'it is held past its deadline' as what
                     from pickup p where ended_at is null and deadline_at < ${OLDER}
                   union all
                   select p.*, pick_by as due_at, 'its time to pick is over' as what
                     from pickup p where ended_at is null and pick_by < ${OLDER}
                      and state in ('requested', 'picking') and not ${isNamed('p.workflow_id')}) late
            order by due_at limit $2`,
    cause: ofFlow,
  },
} as const satisfies Partial<Record<StallKind, Finder>>;
export type FoundKind = keyof typeof FINDERS;
export const FOUND_KINDS: readonly FoundKind[] = [
  'event',
  'fact',
  'dispatch',
  'outbox',
  'batch',
  'effect',
  'resolution',
  'pickup',
];

export async function findStalled(
  sql: Sql,
  kind: FoundKind,
  forMs: number,
  limit = CASES_A_LOOK,
): Promise<Stalled[]> {
  const { text, cause }: Finder = FINDERS[kind];
  const { rows } = await sql.query<StalledRow & Record<string, unknown>>({
    name: `find-stalled-${kind}`,
    text,
    values: [forMs, limit],
  });
  return rows.map((row) => ({
    kind,
    ref: row.ref,
    detail: row.what,
    cause: cause(row),
    workflowId: row.workflow_id,
    orderId: row.order_id,
    stalledMs: row.stalled_ms,
  }));
}
