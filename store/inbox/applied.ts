/** A fact that was applied as it was said: kept as an event, so that a trace has it among the others. */
import { only, type Sql } from '../database';

export interface AppliedEvent {
  readonly source: string;
  readonly eventId: string;
  readonly type: string;
  readonly body: object;
  readonly correlationId: string;
  readonly orderId: string;
  readonly workflowId: string;
}

/** Called in the transaction that applies it. Not new: it was applied before, by that id. */
export async function storeApplied(
  sql: Sql,
  event: AppliedEvent,
): Promise<{ readonly eventNo: number; readonly isNew: boolean }> {
  const { rows } = await sql.query<{ eventNo: number; isNew: boolean }>({
    name: 'store-applied',
    text: `insert into inbox (source, event_id, topic, type, body, raw, correlation_id, order_id,
             workflow_id, occurred_at, state, applied_at)
           values ($1, $2, $3, $3, $4, '', $5, $6, $7, now(), 'applied', now())
           on conflict (source, event_id) do update set duplicates = inbox.duplicates + 1
           returning event_no as "eventNo", (xmax = 0) as "isNew"`,
    values: [
      event.source,
      event.eventId,
      event.type,
      JSON.stringify(event.body),
      event.correlationId,
      event.orderId,
      event.workflowId,
    ],
  });
  return only(rows, 'storeApplied');
}
