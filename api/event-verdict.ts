/** Is this value an event of ours? Every problem of it at once, or the row that it becomes. */
import { inboundConnector } from '../connectors/inbound';
import { ALL, MAY_TELL, mayBring, speaksFor } from '../canonical/schema/api-key';
import { CloudEvent, EVENT_CATALOGUE, EVENT_TYPES, isEventType } from '../canonical/schema/event';
import { orderIdOfPickup } from '../canonical/flows/pickup';
import type { Sql } from '../store/database';
import type { CanonicalRow, OrderReference } from '../store/inbox/inbox';
import { channelsOfOrders } from '../store/orders/order-view';
import { channelsOfReturns } from '../store/returns/return-queries';
import { storesOfPickups } from '../store/pickups/pickup-queries';
import { locationSeen, type Caller } from './http/authenticate';
import { CORRELATION_ID } from './http/correlation';
import type { FieldError } from './http/problem';
import { readInSlices } from './http/read-in-slices';
import { contentHashInSlices, type Slice } from '../store/slices';
import { Found } from './http/validation';
import { timeErrors } from './plausible-time';

export interface ReadableEvent {
  readonly index: number;
  readonly row: CanonicalRow;
  readonly contentHash: string;
}

/** `event` is null where there are errors. */
export interface Judged {
  readonly index: number;
  readonly id: string | null;
  readonly source: string | null;
  readonly event: ReadableEvent | null;
  readonly errors: readonly FieldError[];
  /** Of those that were found; `errors` has the first of them. */
  readonly errorCount: number;
}

/** Sources that vendors' own webhooks have: an event of ours may not take an id from them. */
function isVendorSource(source: string): boolean {
  const [connector = '', account = ''] = source.split('/', 2);
  return inboundConnector(connector, account) !== undefined;
}

function textAt(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const entry: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof entry === 'string' ? entry : null;
}

/** What a store may speak of: what is at its counter. */
const OF_A_STORE: ReadonlySet<string> = new Set(['stock', 'pickup', 'return']);

/** What the caller's key is not for: no more is read of such an event. */
function foreignErrors(caller: Caller, source: string, type: string, data: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (pointer: string, detail: string) =>
    errors.push({ pointer, code: 'forbidden', detail });
  if (source !== '' && !isVendorSource(source) && !ownsSource(caller, source)) {
    forbid('/source', 'this key sends nothing from that source');
  }
  if (isEventType(type)) {
    const { owner, about } = EVENT_CATALOGUE[type];
    if (!MAY_TELL[caller.role]?.includes(owner) || !mayBring(caller, type)) {
      forbid('/type', `the word of a ${owner}, which this key is not for`);
    } else if (caller.role === 'store' && !OF_A_STORE.has(about)) {
      forbid('/type', 'a store sends events about stock, pickups and returns only');
    } else if (about === 'effect' && !caller.channels.includes(ALL)) {
      forbid('/type', 'found by its reference, in any channel: this key is not for all channels');
    }
  }
  if (errors.length > 0) return errors;
  const channel = textAt(data, 'channelInstance');
  // Goods come back to any counter, whoever sold them.
  const isAtCounter =
    caller.role === 'store' && isEventType(type) && EVENT_CATALOGUE[type].about === 'return';
  if (channel !== null && !isAtCounter && !speaksFor(caller, channel)) {
    forbid('/data/channelInstance', `this key does not speak for ${channel}`);
  }
  const location = textAt(data, 'location');
  if (location !== null && locationSeen(caller, location) !== location) {
    forbid('/data/location', 'this key sends events about its own location only');
  }
  return errors;
}

/** An operator replays what anybody sent. */
function ownsSource({ role, sources, othersSources }: Caller, source: string): boolean {
  if (role === 'operator' || sources.includes(source)) return true;
  return sources.includes(ALL) && !othersSources.includes(source);
}

/** Events that name an order, or a return, of a channel that their sender does not speak for. */
export async function withoutForeignOrders(
  sql: Sql,
  caller: Caller,
  judged: readonly Judged[],
): Promise<readonly Judged[]> {
  if (caller.channels.includes(ALL)) return judged;
  if (caller.storeId !== null) return ofOwnStore(sql, caller.storeId, judged);
  const idOf = ({ event }: Judged) => {
    const pickupId = textAt(event?.row.body, 'pickupId');
    return pickupId === null ? textAt(event?.row.body, 'orderId') : orderIdOfPickup(pickupId);
  };
  const rmaOf = ({ event }: Judged) => textAt(event?.row.body, 'rma');
  const named = <T>(of: (one: Judged) => T | null) => judged.map(of).filter((id) => id !== null);
  const channels = await channelsOfOrders(sql, named(idOf));
  const ofReturns = await channelsOfReturns(sql, named(rmaOf));
  return judged.map((one) => {
    const channel = channels.get(idOf(one) ?? '') ?? ofReturns.get(rmaOf(one) ?? '');
    if (channel === undefined || speaksFor(caller, channel)) return one;
    const detail = 'this key does not speak for that order';
    const by = ['pickupId', 'rma'].find((name) => textAt(one.event?.row.body, name) !== null);
    const errors = [{ pointer: `/data/${by ?? 'orderId'}`, code: 'forbidden', detail }];
    return { ...one, event: null, errors, errorCount: errors.length };
  });
}

/** A store speaks of its own pickups, whoever sold them; of another's it hears nothing. */
async function ofOwnStore(
  sql: Sql,
  storeId: string,
  judged: readonly Judged[],
): Promise<readonly Judged[]> {
  const idOf = ({ event }: Judged) => textAt(event?.row.body, 'pickupId');
  const stores = await storesOfPickups(
    sql,
    judged.map(idOf).filter((id) => id !== null),
  );
  return judged.map((one) => {
    const at = stores.get(idOf(one) ?? '');
    if (at === undefined || at === storeId) return one;
    const detail = 'this key acts for its own store only';
    const errors = [{ pointer: '/data/pickupId', code: 'forbidden', detail }];
    return { ...one, event: null, errors, errorCount: errors.length };
  });
}

/** The order it is about; null where it is about stock or an effect, or makes an order. */
function orderOf(type: string, data: unknown): OrderReference | null {
  if (!isEventType(type) || type === 'order.created.v1') return null;
  if (EVENT_CATALOGUE[type].about !== 'order') return null;
  return {
    orderId: textAt(data, 'orderId'),
    channelInstance: textAt(data, 'channelInstance'),
    orderNo: textAt(data, 'orderNo'),
  };
}

function typeErrors(type: string): FieldError[] {
  if (isEventType(type)) return [];
  const detail = `not in the catalogue: ${EVENT_TYPES.join(', ')}`;
  return [{ pointer: '/type', code: 'unknown_type', detail }];
}

/** Envelope problems that the schema cannot say. */
function envelopeErrors(source: string, correlation: string | undefined): FieldError[] {
  const errors: FieldError[] = [];
  if (isVendorSource(source)) {
    const detail = "this source is kept for that vendor's webhooks";
    errors.push({ pointer: '/source', code: 'reserved', detail });
  }
  if (correlation !== undefined && !CORRELATION_ID.test(correlation)) {
    const detail = 'letters, digits, dot, dash, colon and underscore, 120 at most';
    errors.push({ pointer: '/correlationid', code: 'invalid_format', detail });
  }
  return errors;
}

/** Instants of facts: business dates follow from them. */
const TIMES_OF_DATA = [
  'placedAt',
  'shippedAt',
  'acceptedAt',
  'readyAt',
  'arrivedAt',
  'handedOverAt',
  'rejectedAt',
  'noShowAt',
  'receivedAt',
  'inspectedAt',
] as const;

/**
 * In slices, and no further than it takes: what is not the caller's to send, or of no type of ours,
 * is refused by its envelope.
 */
export async function readEvent(
  value: unknown,
  index: number,
  caller: Caller,
  { correlationId, slice }: { readonly correlationId: string; readonly slice: Slice },
): Promise<Judged> {
  const named = { index, id: textAt(value, 'id'), source: textAt(value, 'source') };
  const type = textAt(value, 'type') ?? '';
  const given: unknown =
    typeof value === 'object' && value !== null && 'data' in value ? value.data : undefined;
  const foreign = foreignErrors(caller, named.source ?? '', type, given);
  if (foreign.length > 0) {
    return { ...named, event: null, errors: foreign, errorCount: foreign.length };
  }
  const found = new Found();
  const envelope = CloudEvent.safeParse(value);
  if (!envelope.success) found.addIssues(envelope.error);
  const beside = [
    ...(type === '' ? [] : typeErrors(type)),
    ...envelopeErrors(named.source ?? '', textAt(value, 'correlationid') ?? undefined),
    ...timeErrors('/time', textAt(value, 'time')),
    ...TIMES_OF_DATA.flatMap((name) => timeErrors(`/data/${name}`, textAt(given, name))),
  ];
  for (const error of beside) found.add(error);
  const body: unknown = isEventType(type)
    ? await readInSlices(EVENT_CATALOGUE[type].data, given, { found, slice, path: ['data'] })
    : undefined;
  if (found.count > 0 || !envelope.success) {
    return { ...named, event: null, errors: found.errors, errorCount: found.count };
  }
  const row: CanonicalRow = {
    source: envelope.data.source,
    eventId: envelope.data.id,
    type,
    body,
    raw: JSON.stringify(value),
    correlationId: envelope.data.correlationid ?? correlationId,
    occurredAt: envelope.data.time ?? null,
    order: orderOf(type, body),
  };
  const contentHash = await contentHashInSlices([type, body], slice);
  return { ...named, event: { index, row, contentHash }, errors: [], errorCount: 0 };
}
