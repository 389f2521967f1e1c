/** An event of the inbox, read in our words; one that cannot be is set aside for a person. */
import type { z } from 'zod';
import type { OrderWord } from '../canonical/rules/order/later-word';
import { channelSetup } from '../canonical/installation';
import { implausibleTime } from '../canonical/rules/plausible-time';
import { storable } from '../canonical/rules/text';
import { EVENT_CATALOGUE, isEventType, type CanonicalEvent } from '../canonical/schema/event';
import { fieldProblems, type FieldProblem, type IfUnknown } from '../connectors/inbound-contract';
import { inboundConnector } from '../connectors/inbound';
import type { Database } from '../store/database';
import type { PlaceAsker } from './ask-places';
import type { RouterSettings } from './router-settings';
import {
  addDerived,
  keepMapped,
  setAside,
  settleEvent,
  type InboxRow,
} from '../store/inbox/routing';
import { hearUnreadable } from './hear-event';
import { hearWord } from './hear-word';

const MAX_PROBLEMS_NAMED = 10;

export type Meaning =
  | {
      readonly outcome: 'read';
      readonly event: CanonicalEvent;
      /** What else a vendor's delivery says. */
      readonly others: readonly CanonicalEvent[];
      /** Where its order is collected is asked before it is kept. */
      readonly asksForPlaces: boolean;
      /** By what its order was paid, likewise. */
      readonly asksForTenders?: boolean;
      /** What a channel says of an order that may be here already. */
      readonly word?: OrderWord;
      readonly ifUnknown?: IfUnknown;
    }
  | IfUnknown;

/** What a row says in our words; only looks. */
export function meaningOf(row: InboxRow): Meaning {
  if (row.type !== null) return parse(row.type, row.body);
  const connector = inboundConnector(row.connector ?? '', row.account ?? '');
  const body = fromJson(row.raw);
  if (!connector || body === undefined) {
    const detail = connector ? 'not JSON' : `no connector ${row.connector ?? ''} reads it`;
    return { outcome: 'unreadable', problems: [{ pointer: '', detail }] };
  }
  const account = row.account ?? '';
  const isTest = channelSetup(account)?.isTest ?? false;
  const result = connector.toEvents(row.topic, body, { account, isTest });
  if (result.outcome !== 'mapped') return result;
  const [event, ...others] = result.events;
  if (!event) return { outcome: 'ignored', why: 'it says nothing that concerns us' };
  const { word, ifUnknown, asksForPlaces = false, asksForTenders = false } = result;
  return {
    outcome: 'read',
    event,
    others,
    ...{ asksForPlaces, asksForTenders },
    ...(word && { word }),
    ...(ifUnknown && { ifUnknown }),
  };
}

/** When its channel says that the order was so, by the channel's own clock; null: it does not say. */
export function saidAt(row: InboxRow): string | null {
  if (row.connector === null) return null;
  const said = meaningOf({ ...row, type: null });
  return said.outcome === 'read' ? (said.word?.updatedAt ?? null) : null;
}

/** Nothing is booked at an instant that cannot be. */
function impossibleTimes(row: InboxRow, { type, data }: CanonicalEvent): FieldProblem[] {
  const told = [
    { pointer: '/occurredAt', at: row.occurredAt },
    ...(type === 'order.created.v1' ? [{ pointer: '/placedAt', at: data.placedAt }] : []),
  ];
  return told.flatMap(({ pointer, at }) => {
    const problem = implausibleTime(at, Date.now());
    return problem === null ? [] : [{ pointer, detail: problem.detail }];
  });
}

/** The event in our words, kept so; null where the row has come to its end already. */
export async function readEvent(
  { db, places }: Pick<RouterSettings, 'db' | 'places'>,
  row: InboxRow,
): Promise<CanonicalEvent | null> {
  const said = meaningOf(row);
  if (said.outcome === 'read' && (await isHeard(db, row, said))) return null;
  const meaning = await paid(places, row, await placed(places, row, said));
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

/** At its end already: at an impossible time, of no use without its order, or a word on one. */
async function isHeard(
  db: Database,
  row: InboxRow,
  said: Extract<Meaning, { outcome: 'read' }>,
): Promise<boolean> {
  const { event, word, ifUnknown } = said;
  const problems = row.type === null ? impossibleTimes(row, event) : [];
  const left =
    problems.length > 0
      ? ({ outcome: 'unreadable', problems } as const)
      : await hearWord(db, row, event, { word, ifUnknown });
  switch (left?.outcome) {
    case undefined:
      return false;
    case 'unreadable':
      await unreadable(db, row, left.problems);
      return true;
    case 'ignored':
      await settleEvent(db, row.eventNo, 'ignored', left.why);
      return true;
    case 'settled':
      await db.transaction(async (sql) => {
        await settleEvent(sql, row.eventNo, left.as, left.note, left.orderId);
        // What else it says is true whether or not its order differs.
        await addDerived(sql, row, said.others);
      });
      return true;
  }
}

/** An order of which its channel had to be asked where it is collected. */
async function placed(places: PlaceAsker, row: InboxRow, meaning: Meaning): Promise<Meaning> {
  if (meaning.outcome !== 'read' || !meaning.asksForPlaces) return meaning;
  const { event } = meaning;
  if (event.type !== 'order.created.v1') return meaning;
  const answer = await places.ask(row.account ?? '', event.data, row.attempts);
  return answer.outcome === 'known'
    ? { ...meaning, event: { ...event, data: answer.order } }
    : answer;
}

/** And by what it was paid. */
async function paid(places: PlaceAsker, row: InboxRow, meaning: Meaning): Promise<Meaning> {
  if (meaning.outcome !== 'read' || meaning.asksForTenders !== true) return meaning;
  const { event } = meaning;
  if (event.type !== 'order.created.v1') return meaning;
  const answer = await places.askTenders(row.account ?? '', event.data, row.attempts);
  return answer.outcome === 'known'
    ? { ...meaning, event: { ...event, data: answer.order } }
    : answer;
}

/** What cannot be stored of a text is replaced; the bytes are kept as they came. */
function fromJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'), (_, value: unknown) =>
      typeof value === 'string' ? storable(value) : value,
    );
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
  return {
    outcome: 'read',
    event: { type, data: parsed.data } as CanonicalEvent,
    others: [],
    asksForPlaces: false,
  };
}

export async function unreadable(
  db: Database,
  row: InboxRow,
  problems: readonly FieldProblem[],
): Promise<void> {
  const more = problems.length - MAX_PROBLEMS_NAMED;
  const detail = `${row.topic} cannot be read: ${namedProblems(problems)}${more > 0 ? `; and ${more} more` : ''}`;
  if (await hearUnreadable(db, row, problems, detail)) return;
  await setAside(db, row, {
    code: 'event.unmappable',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail,
  });
}

/** The first few, for a person. */
export function namedProblems(problems: readonly FieldProblem[]): string {
  return problems
    .slice(0, MAX_PROBLEMS_NAMED)
    .map(({ pointer, detail }) => `${pointer === '' ? 'the body' : pointer}: ${detail}`)
    .join('; ');
}
