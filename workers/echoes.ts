/** Other systems' words on effects of ours: all of a claimed batch are confirmed in one statement. */
import { EVENT_CATALOGUE, type CanonicalEvent } from '../canonical/schema/event';
import type { Database } from '../store/database';
import { confirmEchoes, type Echo } from '../store/inbox/echoes';
import type { InboxRow } from '../store/inbox/routing';
import { meaningOf } from './read-event';

/** What an event says of an effect; null where it is about something else. */
export function echoOf(eventNo: number, event: CanonicalEvent): Echo | null {
  switch (event.type) {
    case 'fulfilment.accepted.v1': {
      const { requestId, orderId = null } = event.data;
      return { ...event, eventNo, effectKey: requestId, reference: null, orderId };
    }
    case 'payment.authorized.v1':
    case 'payment.captured.v1':
    case 'payment.voided.v1':
    case 'payment.refunded.v1': {
      const { effectKey = null, reference, orderId = null } = event.data;
      return { ...event, eventNo, effectKey, reference, orderId };
    }
    case 'order.created.v1':
    case 'order.cancel-requested.v1':
    case 'fulfilment.rejected.v1':
    case 'shipment.confirmed.v1':
    case 'inventory.received.v1':
    case 'inventory.adjusted.v1':
      return null;
  }
}

export interface EchoRow {
  readonly row: InboxRow;
  readonly echo: Echo;
}

/** Rows that say one thing, about an effect, and all others. */
export function apart(rows: readonly InboxRow[]): {
  readonly echoes: readonly EchoRow[];
  readonly others: readonly InboxRow[];
} {
  const echoes: EchoRow[] = [];
  const others: InboxRow[] = [];
  for (const row of rows) {
    const echo = singleEchoIn(row);
    if (echo) echoes.push({ row, echo });
    else others.push(row);
  }
  return { echoes, others };
}

/** Gives back the rows whose effect is not here: those are routed one by one. */
export async function confirmTogether(
  db: Database,
  echoes: readonly EchoRow[],
): Promise<InboxRow[]> {
  if (echoes.length === 0) return [];
  const confirmed = await confirmEchoes(
    db,
    echoes.map(({ echo }) => echo),
  );
  return echoes.flatMap(({ row }) => (confirmed.has(row.eventNo) ? [] : [row]));
}

/** Only looks: what cannot be read, or says more than one thing, is for the router to settle. */
function singleEchoIn(row: InboxRow): Echo | null {
  const meaning = safely(() => meaningOf(row));
  if (meaning?.outcome !== 'read' || meaning.others.length > 0) return null;
  const { event } = meaning;
  return EVENT_CATALOGUE[event.type].about === 'effect' ? echoOf(row.eventNo, event) : null;
}

/** What cannot even be looked at throws again where it is routed, and is named there. */
function safely<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
