/** Is this value an event of ours? Every problem of it at once, or the row that it becomes. */
import { inboundConnector } from '../connectors/inbound';
import { CloudEvent, EVENT_CATALOGUE, EVENT_TYPES, isEventType } from '../canonical/schema/event';
import type { CanonicalRow, OrderReference } from '../store/inbox/inbox';
import { contentHash } from '../store/ids';
import type { Caller } from './http/authenticate';
import { CORRELATION_ID } from './http/correlation';
import type { FieldError } from './http/problem';
import { fieldErrors } from './http/validation';
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
}

/** Sources that vendors' own webhooks have: an event of ours may not take an id from them. */
function isVendorSource(source: string): boolean {
  const [connector = '', account = ''] = source.split('/', 2);
  return inboundConnector(connector, account) !== undefined;
}

/** What a store may say: what it received and counted itself. */
function storeErrors(caller: Caller, type: string, data: unknown): FieldError[] {
  if (caller.role !== 'store') return [];
  if (!isEventType(type) || EVENT_CATALOGUE[type].about !== 'stock') {
    return [{ pointer: '/type', code: 'forbidden', detail: 'a store sends stock events only' }];
  }
  if (caller.storeId === null || textAt(data, 'location') !== caller.storeId) {
    const detail = 'a store sends events about its own location only';
    return [{ pointer: '/data/location', code: 'forbidden', detail }];
  }
  return [];
}

function textAt(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const entry: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof entry === 'string' ? entry : null;
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
const TIMES_OF_DATA = ['placedAt', 'shippedAt'] as const;

export function readEvent(
  value: unknown,
  index: number,
  caller: Caller,
  correlationId: string,
): Judged {
  const named = { index, id: textAt(value, 'id'), source: textAt(value, 'source') };
  const type = textAt(value, 'type') ?? '';
  const given: unknown =
    typeof value === 'object' && value !== null && 'data' in value ? value.data : undefined;
  const envelope = CloudEvent.safeParse(value);
  const data = isEventType(type) ? EVENT_CATALOGUE[type].data.safeParse(given) : undefined;
  const errors = [
    ...(envelope.success ? [] : fieldErrors(envelope.error)),
    ...(type === '' ? [] : typeErrors(type)),
    ...envelopeErrors(named.source ?? '', textAt(value, 'correlationid') ?? undefined),
    ...(data === undefined || data.success
      ? []
      : fieldErrors(data.error).map((one) => ({ ...one, pointer: `/data${one.pointer}` }))),
    ...timeErrors('/time', textAt(value, 'time')),
    ...TIMES_OF_DATA.flatMap((name) => timeErrors(`/data/${name}`, textAt(given, name))),
    ...storeErrors(caller, type, given),
  ];
  if (errors.length > 0 || !envelope.success || data?.success !== true) {
    return { ...named, event: null, errors };
  }
  const body: unknown = data.data;
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
  const event = { index, row, contentHash: contentHash([type, body]) };
  return { ...named, event, errors: [] };
}
