// I5: every event that was taken is applied, superseded, ignored with a reason, or dead with an
// exception; one that is neither yet has a wait with a name.
import type { Difference } from '../report';

export interface OwnEvent {
  readonly eventNo: number;
  readonly source: string;
  readonly eventId: string;
  readonly topic: string;
  readonly state: 'received' | 'waiting' | 'routed' | 'applied' | 'superseded' | 'ignored' | 'dead';
  readonly note: string | null;
  /** RFC 3339: taken, routed or due again, whichever was last. */
  readonly since: string;
  /** An exception names the event, open or resolved. */
  readonly hasException: boolean;
  /** An open exception of its order, or of the event itself. */
  readonly isWaited: boolean;
}

export function checkEvent(event: OwnEvent, cutoff: string): Difference[] {
  const why = problemOf(event, cutoff);
  if (why === null) return [];
  const { eventNo, source, eventId, topic, state } = event;
  return [
    {
      invariant: 'I5',
      code: `event-${state}`,
      subject: `event ${eventNo}`,
      detail: `event ${eventNo} (${topic}, ${source}, ${eventId}) ${why}`,
    },
  ];
}

function problemOf(event: OwnEvent, cutoff: string): string | null {
  const { state, note, isWaited, hasException } = event;
  switch (state) {
    case 'applied':
    case 'superseded':
      return null;
    case 'ignored':
      return note === null ? 'was ignored without a reason' : null;
    case 'dead':
      return hasException ? null : 'is dead, and no exception says so';
    case 'waiting':
      return note !== null || hasException ? null : 'waits, and nothing says for what';
    case 'received':
    case 'routed':
      return isWaited || event.since > cutoff
        ? null
        : `is ${state} since ${event.since}: neither applied nor waiting for anything that has a name`;
  }
}
