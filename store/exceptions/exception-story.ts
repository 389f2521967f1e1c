/** What a person reads beside an exception: what was decided on it, and whose order it is about. */
import type { About } from '../../canonical/flows/step';
import type { Sql } from '../database';

export interface ExceptionDecision {
  /** `exception.retry`, `exception.assign` … */
  readonly action: string;
  readonly actor: string;
  readonly role: string;
  readonly reason: string | null;
  readonly assignee: string | null;
  readonly documentNo: string | null;
  /** What was asked for, approved or denied. */
  readonly resolution: string | null;
  readonly decidedAt: string;
}

export interface ExceptionStory {
  /** The step that waits, and which of its kind; null where no flow's step does. */
  readonly step: string | null;
  readonly about: About;
  readonly order: {
    readonly channelInstance: string;
    readonly orderNo: string;
    readonly status: string;
  } | null;
  /** Oldest first. */
  readonly decisions: readonly ExceptionDecision[];
}

const ACTIONS = ['assign', 'retry', 'override', 'abandon', 'ask', 'approve', 'deny'].map(
  (verb) => `exception.${verb}`,
);

export async function readExceptionStory(
  sql: Sql,
  exceptionId: string,
): Promise<ExceptionStory | null> {
  const { rows } = await sql.query<ExceptionStory>(
    `select e.step, e.about,
            (select jsonb_build_object('channelInstance', o.channel_instance,
                      'orderNo', o.order_no, 'status', o.status)
               from sales_order o
              where o.order_id = coalesce(e.order_id,
                      (select i.order_id from inbox i where i.event_no = e.event_no))) as "order",
            coalesce((select jsonb_agg(jsonb_build_object('action', d.action, 'actor', d.actor,
                        'role', d.role, 'reason', d.reason,
                        'assignee', d.detail ->> 'assignee',
                        'documentNo', d.detail ->> 'documentNo',
                        'resolution', d.detail ->> 'resolution',
                        'decidedAt', to_char(d.decided_at at time zone 'UTC',
                          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by d.decision_no)
               from decision d
              where d.action = any($2::text[]) and d.subject = e.exception_id), '[]') as decisions
       from exception e where e.exception_id = $1`,
    [exceptionId, ACTIONS],
  );
  return rows[0] ?? null;
}
