/** An event of the inbox, read in our words; one that cannot be is set aside for a person. */
import type { z } from 'zod';
import { EVENT_CATALOGUE, isEventType, type CanonicalEvent } from '../canonical/schema/event';
import { fieldProblems, type FieldProblem } from '../connectors/inbound-contract';
import { inboundConnector } from '../connectors/inbound';
import type { Database } from '../store/database';
import {
  addDerived,
  keepMapped,
  setAside,
  settleEvent,
  type InboxRow,
} from '../store/inbox/routing';

const MAX_PROBLEMS_NAMED = 10;

export type Meaning =
  | {
      readonly outcome: 'read';
      readonly event: CanonicalEvent;
      /** What else a vendor's delivery says. */
      readonly others: readonly CanonicalEvent[];
    }
  | { readonly outcome: 'ignored'; readonly why: string }
  | { readonly outcome: 'unreadable'; readonly problems: readonly FieldProblem[] };

/** What a row says in our words; only looks. */
export function meaningOf(row: InboxRow): Meaning {
  if (row.type !== null) return parse(row.type, row.body);
  const connector = inboundConnector(row.connector ?? '', row.account ?? '');
  const body = fromJson(row.raw);
  if (!connector || body === undefined) {
    const detail = connector ? 'not JSON' : `no connector ${row.connector ?? ''} reads it`;
    return { outcome: 'unreadable', problems: [{ pointer: '', detail }] };
  }
  const result = connector.toEvents(row.topic, body, { account: row.account ?? '' });
  if (result.outcome !== 'mapped') return result;
  const [event, ...others] = result.events;
  if (!event) return { outcome: 'ignored', why: 'it says nothing that concerns us' };
  return { outcome: 'read', event, others };
}

/** The event in our words, kept so; null where the row has come to its end already. */
export async function readEvent(db: Database, row: InboxRow): Promise<CanonicalEvent | null> {
  const meaning = meaningOf(row);
  switch (meaning.outcome) {
    case 'ignored':
      await settleEvent(db, row.eventNo, 'ignored', meaning.why);
      return null;
    case 'unreadable':
      await unreadable(db, row, meaning.problems);
      return null;
    case 'read': {
      const { event, others } = meaning;
      const isKept = row.type !== null;
      // An echo is written with its confirmation, in one statement.
      if (!isKept && (others.length > 0 || EVENT_CATALOGUE[event.type].about !== 'effect')) {
        await db.transaction(async (sql) => {
          await keepMapped(sql, row.eventNo, event);
          await addDerived(sql, row, others);
        });
      }
      return event;
    }
  }
}

function fromJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
}

function parse(type: string, body: unknown): Meaning {
  if (!isEventType(type)) {
    const detail = `${type} is in no catalogue`;
    return { outcome: 'unreadable', problems: [{ pointer: '/type', detail }] };
  }
  const parsed: z.ZodSafeParseResult<unknown> = EVENT_CATALOGUE[type].data.safeParse(body);
  if (!parsed.success) return { outcome: 'unreadable', problems: fieldProblems(parsed.error) };
  // The catalogue ties each type to its schema; the compiler cannot see that through the look-up.
  return { outcome: 'read', event: { type, data: parsed.data } as CanonicalEvent, others: [] };
}

export async function unreadable(
  db: Database,
  row: InboxRow,
  problems: readonly FieldProblem[],
): Promise<void> {
  const more = problems.length - MAX_PROBLEMS_NAMED;
  await setAside(db, row, {
    code: 'event.unmappable',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail: `${row.topic} cannot be read: ${namedProblems(problems)}${more > 0 ? `; and ${more} more` : ''}`,
  });
}

/** The first few, for a person. */
export function namedProblems(problems: readonly FieldProblem[]): string {
  return problems
    .slice(0, MAX_PROBLEMS_NAMED)
    .map(({ pointer, detail }) => `${pointer === '' ? 'the body' : pointer}: ${detail}`)
    .join('; ');
}
