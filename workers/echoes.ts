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
    default:
      return null;
  }
}

/** Gives back the rows that were no echo of an effect that is here: those are routed one by one. */
export async function withoutEchoes(
  db: Database,
  rows: readonly InboxRow[],
): Promise<readonly InboxRow[]> {
  const echoes = rows.flatMap((row) => singleEchoIn(row) ?? []);
  if (echoes.length === 0) return rows;
  const confirmed = await confirmEchoes(db, echoes);
  return rows.filter((row) => !confirmed.has(row.eventNo));
}

/** Only looks: what cannot be read, or says more than one thing, is for the router to settle. */
function singleEchoIn(row: InboxRow): Echo | null {
  const meaning = meaningOf(row);
  if (meaning.outcome !== 'read' || meaning.others.length > 0) return null;
  const { event } = meaning;
  return EVENT_CATALOGUE[event.type].about === 'effect' ? echoOf(row.eventNo, event) : null;
}
