/** What people and channels decided: the audit trail. Written in the transaction of the decision. */
import type { Sql } from '../database';
import type { Write } from '../writes';

export interface Decision {
  /** The caller's idempotency key: the same decision twice is one row. */
  readonly decisionId: string;
  /** The label of the key that decided. */
  readonly actor: string;
  readonly role: string;
  /** A verb of ours: `exception.retry`, `mapping.put`, `order.cancel` … */
  readonly action: string;
  /** What was decided on: an id or a path of ours. */
  readonly subject: string;
  readonly orderId?: string | null;
  readonly reason?: string | null;
  /** No personal data. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly correlationId?: string | null;
}

/** The same decision twice is one row. */
export function decisionWrite(decision: Decision): Write & { readonly values: unknown[] } {
  return {
    name: 'record-decision',
    text: `insert into decision (decision_id, actor, role, action, subject, order_id, reason,
             detail, correlation_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (action, subject, decision_id) do nothing`,
    values: [
      decision.decisionId,
      decision.actor,
      decision.role,
      decision.action,
      decision.subject,
      decision.orderId ?? null,
      decision.reason ?? null,
      JSON.stringify(decision.detail ?? {}),
      decision.correlationId ?? null,
    ],
  };
}

/** True where this call wrote the row, false where the same decision was recorded before. */
export async function recordDecision(sql: Sql, decision: Decision): Promise<boolean> {
  const { rowCount } = await sql.query(decisionWrite(decision));
  return rowCount === 1;
}

/** Adds what came of a decision that was recorded before it was asked of its flow. */
export async function recordOutcome(
  sql: Sql,
  decision: Pick<Decision, 'action' | 'subject' | 'decisionId'>,
  outcome: Readonly<Record<string, unknown>>,
): Promise<void> {
  await sql.query({
    name: 'record-decision-outcome',
    text: `update decision set detail = detail || $4::jsonb
            where action = $1 and subject = $2 and decision_id = $3`,
    values: [decision.action, decision.subject, decision.decisionId, JSON.stringify(outcome)],
  });
}
