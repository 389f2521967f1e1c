/** What is overdue: marked, counted, and given back to whoever tells of it. */
import { ESCALATION_STEPS } from '../../canonical/flows/escalation';
import { LOOK_AGAIN } from '../../canonical/flows/contract';
import type { ExceptionCode, Owner } from '../../canonical/schema/error-codes';
import type { Sql } from '../database';

export interface OverdueException {
  readonly exceptionId: string;
  readonly code: ExceptionCode;
  readonly owner: Owner;
  readonly opening: number;
  /** 1 at the deadline, 2 when as much time has passed again … */
  readonly step: number;
  readonly deadlineAt: string;
  readonly moneyMinor: number | null;
  readonly currency: string | null;
  readonly correlationId: string | null;
}

/**
 * Marks the longest overdue that are due for their next step, each to the step that it is at by
 * now: what was away for long is told once, not once for every step it missed. What another has
 * locked is left to the next look. `told`: the owners who have an address.
 */
export async function markOverdue(
  sql: Sql,
  told: readonly Owner[],
  limit: number,
): Promise<OverdueException[]> {
  const { rows } = await sql.query<OverdueException & Record<string, unknown>>({
    name: 'mark-overdue',
    text: `with due as materialized (
             select exception_id, least($3, 1 + floor(
                      extract(epoch from now() - deadline_at)
                      / greatest(extract(epoch from deadline_at - opened_at), 1)))::int as step
               from exception
              where state <> 'resolved' and deadline_at <= now() and escalations < $3
                and deadline_at + escalations * (deadline_at - opened_at) <= now()
              order by deadline_at limit $2 for update skip locked)
           update exception e
              set state = 'escalated', escalations = due.step, escalated_at = now(),
                  escalated_to = case when e.owner = any($1) then e.owner end
             from due where e.exception_id = due.exception_id
           returning e.exception_id as "exceptionId", e.code, e.owner, e.openings as opening,
                     e.escalations as step, e.money_minor as "moneyMinor", e.currency,
                     e.correlation_id as "correlationId",
                     to_char(e.deadline_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                       as "deadlineAt"`,
    values: [told, limit, ESCALATION_STEPS],
  });
  return rows;
}

/** The flows that wait for them read once more what they wait for, and show it. */
export async function showEscalated(sql: Sql, exceptionIds: readonly string[]): Promise<void> {
  await sql.query({
    name: 'show-escalated',
    text: `insert into dispatch (workflow_id, kind, name, order_id, body)
           select distinct f.workflow_id, 'signal', $2, f.order_id, '{}'::jsonb
             from exception e join flow f using (workflow_id)
            where e.exception_id = any($1) and f.state = 'open'`,
    values: [exceptionIds, LOOK_AGAIN],
  });
}

export async function countEscalated(
  sql: Sql,
  escalated: readonly Pick<OverdueException, 'owner' | 'step'>[],
): Promise<void> {
  await sql.query({
    name: 'count-escalated',
    text: `insert into escalation_total (owner, step, cases)
           select owner, step, count(*) from jsonb_to_recordset($1) as e(owner text, step int)
            group by owner, step order by owner, step
           on conflict (owner, step) do update
              set cases = escalation_total.cases + excluded.cases`,
    values: [JSON.stringify(escalated.map(({ owner, step }) => ({ owner, step })))],
  });
}
