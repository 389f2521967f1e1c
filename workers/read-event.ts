/** An event of the inbox, read in our words; one that cannot be is set aside for a person. */
import type { z } from 'zod';
import { EVENT_CATALOGUE, isEventType, type CanonicalEvent } from '../canonical/schema/event';
import type { FieldProblem } from '../connectors/inbound-contract';
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

/** The event in our words; null where the row has come to its end already. */
export async function readEvent(db: Database, row: InboxRow): Promise<CanonicalEvent | null> {
  if (row.type !== null) return parse(db, row, row.type, row.body);
  const connector = inboundConnector(row.connector ?? '', row.account ?? '');
  const body = fromJson(row.raw);
  if (!connector || body === undefined) {
    const detail = connector ? 'not JSON' : `no connector ${row.connector ?? ''} reads it`;
    await unreadable(db, row, [{ pointer: '', detail }]);
    return null;
  }
  const result = connector.toEvents(row.topic, body, { account: row.account ?? '' });
  switch (result.outcome) {
    case 'ignored':
      await settleEvent(db, row.eventNo, 'ignored', result.why);
      return null;
    case 'unreadable':
      await unreadable(db, row, result.problems);
      return null;
    case 'mapped': {
      const [first, ...others] = result.events;
      if (!first) {
        await settleEvent(db, row.eventNo, 'ignored', 'it says nothing that concerns us');
        return null;
      }
      // An echo is written with its confirmation, in one statement.
      if (others.length > 0 || EVENT_CATALOGUE[first.type].about !== 'effect') {
        await db.transaction(async (sql) => {
          await keepMapped(sql, row.eventNo, first);
          await addDerived(sql, row, others);
        });
      }
      return first;
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

async function parse(
  db: Database,
  row: InboxRow,
  type: string,
  body: unknown,
): Promise<CanonicalEvent | null> {
  if (!isEventType(type)) {
    await unreadable(db, row, [{ pointer: '/type', detail: `${type} is in no catalogue` }]);
    return null;
  }
  const parsed: z.ZodSafeParseResult<unknown> = EVENT_CATALOGUE[type].data.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      pointer: `/${issue.path.join('/')}`,
      detail: issue.message,
    }));
    await unreadable(db, row, problems);
    return null;
  }
  // The catalogue ties each type to its schema; the compiler cannot see that through the look-up.
  return { type, data: parsed.data } as CanonicalEvent;
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
