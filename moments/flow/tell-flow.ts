/** What a moment of one flow tells another: an event of our own, in the moment's transaction. */
import type { CanonicalEvent } from '../../canonical/schema/event';
import type { Sql } from '../../store/database';
import { storeCanonicalEvents } from '../../store/inbox/inbox';

/**
 * The router brings it to the flow that takes it, as any other event: it may wait for that flow, or
 * come when it has ended. No lock of the other flow is taken. `once` names it among what the flow
 * says: the same told twice is one event.
 */
export async function tellFlow(
  sql: Sql,
  teller: { readonly workflowId: string; readonly once: string; readonly correlationId: string },
  { type, data }: { readonly type: CanonicalEvent['type']; readonly data: object },
): Promise<void> {
  await storeCanonicalEvents(sql, [
    {
      source: `flow:${teller.workflowId}`,
      eventId: teller.once,
      type,
      body: data,
      raw: JSON.stringify(data),
      correlationId: teller.correlationId,
      occurredAt: null,
    },
  ]);
}
