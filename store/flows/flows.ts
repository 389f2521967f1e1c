/** Flows as rows: opened with the row that starts them, ended by the moment that closes them. */
import { LOOK_AGAIN, startOf, type FlowContract } from '../../canonical/flows/contract';
import type { Sql } from '../database';
import type { Write } from '../writes';

export interface NewFlow<Input extends object> {
  readonly contract: FlowContract<Input>;
  readonly input: Input;
  readonly subjectId: string;
  readonly orderId?: string;
  readonly parentWorkflowId?: string;
}

/** The flow and the row that starts it, in the caller's transaction. Gives the workflow's id. */
export async function openFlow<Input extends object>(
  sql: Sql,
  flow: NewFlow<Input>,
): Promise<string> {
  const { contract, input } = flow;
  const { workflowId } = startOf(contract, input);
  await sql.query({
    name: 'open-flow',
    text: `with opened as (
             insert into flow (workflow_id, flow_type, subject_kind, subject_id, order_id,
               parent_workflow_id, input)
             values ($1, $2, $3, $4, $5, $6, $7))
           insert into dispatch (workflow_id, kind, name, order_id, body)
           values ($1, 'start', $2, $5, '{}')`,
    values: [
      workflowId,
      contract.type,
      contract.subject,
      flow.subjectId,
      flow.orderId ?? null,
      flow.parentWorkflowId ?? null,
      JSON.stringify(input),
    ],
  });
  return workflowId;
}

export interface FlowToStart {
  readonly workflowId: string;
  readonly type: string;
  readonly input: object;
}

/** What a start begins with, where the flow is open: Postgres decides that, not Temporal. */
export async function openFlowOf(sql: Sql, workflowId: string): Promise<FlowToStart | null> {
  const { rows } = await sql.query<FlowToStart>({
    name: 'open-flow-of',
    text: `select workflow_id as "workflowId", flow_type as type, input
             from flow where workflow_id = $1 and state = 'open'`,
    values: [workflowId],
  });
  return rows[0] ?? null;
}

export async function isFlowOpen(sql: Sql, workflowId: string): Promise<boolean> {
  return (await openFlowOf(sql, workflowId)) !== null;
}

/**
 * Ends the flow unless a fact waits for it, or a call that was begun for it has no known end; false
 * where one does. Its row is locked, as whoever routes a fact to it or begins a call for it locks
 * it; and this is a statement of its own: it sees what was written before. `leaves`: verbs that are
 * another's to follow.
 */
export async function endFlow(
  sql: Sql,
  workflowId: string,
  outcome: string,
  leaves: readonly string[] = [],
): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'end-flow',
    text: `update flow set state = 'ended', outcome = $2, ended_at = coalesce(ended_at, now())
            where workflow_id = $1
              and not exists (select from inbox where workflow_id = $1 and state = 'routed')
              and not exists (select from effect where workflow_id = $1 and state = 'called'
                                 and verb <> all($3::text[]))
            returning 1`,
    values: [workflowId, outcome, leaves],
  });
  return rows.length > 0;
}

/** A fact came that its end had not seen: the next signal begins it again. */
export async function reopenFlow(sql: Sql, workflowId: string): Promise<void> {
  await sql.query({
    name: 'reopen-flow',
    text: `update flow set state = 'open', outcome = null, ended_at = null
            where workflow_id = $1 and state = 'ended'`,
    values: [workflowId],
  });
}

/**
 * The flow is told to ask again what is due: whoever changed its rows without it says so, in the
 * same transaction. One that has ended is told nothing. `agenda`: what is due now, where it is known:
 * it need not be asked.
 */
export function lookAgainWrite(workflowId: string, agenda?: object): Write {
  return {
    name: 'tell-to-look-again',
    text: `insert into dispatch (workflow_id, kind, name, order_id, body)
           select workflow_id, 'signal', $2, order_id, $3::jsonb from flow
            where workflow_id = $1 and state = 'open'`,
    values: [workflowId, LOOK_AGAIN, JSON.stringify(agenda === undefined ? {} : { agenda })],
  };
}
