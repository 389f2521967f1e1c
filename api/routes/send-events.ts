/** `POST /v1/events`: canonical events, one or a batch, a verdict for each. */
import { z } from 'zod';
import { CloudEvent, MAX_EVENTS_A_BATCH } from '../../canonical/schema/event';
import {
  countRepeats,
  storeCanonicalEvents,
  type CanonicalRow,
  type CanonicalVerdict,
} from '../../store/inbox/inbox';
import type { Database } from '../../store/database';
import { readEvent, withoutForeignOrders, type Judged, type ReadableEvent } from '../event-verdict';
import { EVENT_EXAMPLE } from '../examples';
import {
  LARGE_BODY_LIMIT_BYTES,
  mediaType,
  parseJson,
  readBytes,
  requireMediaType,
} from '../http/body';
import { correlatedOf } from '../http/correlation';
import type { FieldError } from '../http/problem';
import type { Route } from '../http/route';
import { beginSlice } from '../../store/slices';
import { invalid } from '../http/validation';
import { MAY } from '../roles';

const SINGLE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const JSON_TYPE = 'application/json';

const Verdict = z
  .strictObject({
    index: z.int(),
    id: z.string().nullable(),
    source: z.string().nullable(),
    verdict: z.enum(['accepted', 'duplicate', 'rejected']),
    waitingFor: z
      .string()
      .optional()
      .meta({ description: 'The order that the event waits for: it is not here yet' }),
    errors: z
      .array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() }))
      .optional(),
    errorCount: z.int().optional(),
  })
  .meta({ id: 'EventVerdict' });
type Verdict = z.infer<typeof Verdict>;

/** For the document: each event of a body is judged on its own. */
const EventBody = z.union([CloudEvent, z.array(CloudEvent).max(MAX_EVENTS_A_BATCH)]);

/** The events of a body by its media type; `application/json` takes either form. */
function eventsOf(type: string, json: unknown): readonly unknown[] {
  const isBatch = type === BATCH || (type === JSON_TYPE && Array.isArray(json));
  if (!isBatch) return [json];
  const batch = z.array(z.unknown()).max(MAX_EVENTS_A_BATCH).safeParse(json);
  if (batch.success) return batch.data;
  const tooMany = Array.isArray(json);
  throw invalid({
    pointer: '',
    code: tooMany ? 'too_big' : 'invalid_type',
    detail: tooMany
      ? `${json.length} events; a batch holds ${MAX_EVENTS_A_BATCH} at the most`
      : 'a batch is an array of events',
  });
}

const OTHER_CONTENT: FieldError = {
  pointer: '/id',
  code: 'id_reused',
  detail: 'this source and id came before with another type or data',
};

type Said = Omit<Verdict, 'index' | 'id' | 'source'>;

function rejected(errors: readonly FieldError[], errorCount = errors.length): Said {
  return { verdict: 'rejected', errors: [...errors], errorCount };
}

/** Events that came before in the same batch are told apart here, the others by the database. */
function splitRepeats(events: readonly ReadableEvent[]) {
  const first = new Map<string, ReadableEvent>();
  const repeats: ReadableEvent[] = [];
  const others: ReadableEvent[] = [];
  for (const event of events) {
    const name = JSON.stringify([event.row.source, event.row.eventId]);
    const before = first.get(name);
    if (before === undefined) first.set(name, event);
    else if (before.contentHash === event.contentHash) repeats.push(event);
    else others.push(event);
  }
  return { firsts: [...first.values()], repeats, others };
}

/** Text of events that is handed to the database in one go: writing it out holds everybody up. */
const PORTION_CHARS = 262_144;

/** One portion, but for big batches. */
function portionsOf(rows: readonly CanonicalRow[]): CanonicalRow[][] {
  const portions: CanonicalRow[][] = [];
  let chars = PORTION_CHARS;
  for (const row of rows) {
    const last = portions.at(-1);
    if (last === undefined || chars + row.raw.length > PORTION_CHARS) {
      portions.push([row]);
      chars = row.raw.length;
    } else {
      last.push(row);
      chars += row.raw.length;
    }
  }
  return portions;
}

/** Stores what is readable and says of each what became of it. */
async function judge(db: Database, judged: readonly Judged[]): Promise<Verdict[]> {
  const rowsOf = (events: readonly ReadableEvent[]) => events.map(({ row }) => row);
  const readable = judged.flatMap(({ event }) => (event === null ? [] : [event]));
  const { firsts, repeats, others } = splitRepeats(readable);
  const stored: CanonicalVerdict[] = [];
  for (const rows of portionsOf(rowsOf(firsts))) {
    stored.push(...(await storeCanonicalEvents(db, rows)));
  }
  await countRepeats(db, rowsOf(repeats));
  const said = new Map<number, Said>();
  firsts.forEach(({ index, row }, at) => said.set(index, storedAs(row, stored[at])));
  for (const { index } of repeats) said.set(index, { verdict: 'duplicate' });
  for (const { index } of others) said.set(index, rejected([OTHER_CONTENT]));
  return judged.map(({ index, id, source, errors, errorCount }) => ({
    index,
    id,
    source,
    ...(said.get(index) ?? rejected(errors, errorCount)),
  }));
}

function storedAs({ order }: CanonicalRow, as: CanonicalVerdict | undefined): Said {
  if (as === undefined || as.verdict === 'other-content') return rejected([OTHER_CONTENT]);
  if (as.verdict === 'duplicate') return { verdict: 'duplicate' };
  const name = order?.orderId ?? `${order?.channelInstance ?? ''}/${order?.orderNo ?? ''}`;
  return { verdict: 'accepted', ...(as.isEarly && { waitingFor: `order ${name}` }) };
}

export const sendEventsRoute: Route = {
  method: 'post',
  path: '/v1/events',
  tag: 'Events',
  summary: 'Send canonical events',
  description:
    'One event, or up to 1,000 as a batch. Each has a verdict of its own: the good ones go ' +
    'through beside the bad. `source` and `id` make an event the same one. A key brings the ' +
    'types, from the sources and about the channels that it is bound to.',
  roles: MAY.sendEvents,
  body: {
    schema: EventBody,
    mediaTypes: [SINGLE, BATCH, JSON_TYPE],
    limitBytes: LARGE_BODY_LIMIT_BYTES,
    example: EVENT_EXAMPLE,
  },
  responses: {
    202: {
      description: 'A verdict for each event, in their order',
      schema: z.strictObject({ verdicts: z.array(Verdict) }),
    },
  },
  errors: ['invalid_json', 'invalid_request', 'payload_too_large', 'unsupported_media_type'],
  serve: async (request, response, caller, { db }) => {
    requireMediaType(request, [SINGLE, BATCH, JSON_TYPE]);
    const slice = beginSlice();
    const bytes = await readBytes(request, response, LARGE_BODY_LIMIT_BYTES);
    const json = await parseJson(bytes, slice);
    const { correlationId } = correlatedOf(response);
    const judged: Judged[] = [];
    for (const [index, event] of eventsOf(mediaType(request), json).entries()) {
      judged.push(await readEvent(event, index, caller, { correlationId, slice }));
      if (slice.isOver()) await slice.next();
    }
    const own = await withoutForeignOrders(db, caller, judged);
    return { status: 202, body: { verdicts: await judge(db, own) } };
  },
};
