/** One event from the inbox: what it means in our words, and whom it concerns. */
import type { z } from 'zod';
import { EVENT_CATALOGUE, isEventType, type CanonicalEvent } from '../canonical/schema/event';
import type { FieldProblem } from '../connectors/inbound-contract';
import { inboundConnector } from '../connectors/inbound';
import type { Database } from '../store/database';
import { adjustStock, receiveStock, type StockOutcome } from '../moments/stock/move-stock';
import { submitOrder } from '../moments/order/submit-order';
import {
  addDerived,
  confirmByEcho,
  isAuthorizationGone,
  keepMapped,
  letWait,
  orderRef,
  routeToOrder,
  setAside,
  settleEvent,
  type InboxRow,
  type OrderReference,
} from '../store/inbox/routing';

/** An event that waits for its order is looked at again after 1, 2, 4 … 60 s. */
const FIRST_RECHECK_MS = 1_000;
const LONGEST_RECHECK_MS = 60_000;
/** An echo may overtake our own record of the effect; after this nobody here made it. */
const ECHO_WAIT_MS = 120_000;
const MAX_PROBLEMS_NAMED = 10;

export interface RouterSettings {
  readonly db: Database;
  readonly fulfilmentDeadlineMs: number;
  /** How long an event waits for its order before it is somebody's to look at. */
  readonly eventWaitMs: number;
}

/** Ends with the row in a state of its own; throws where that could not be written. */
export async function routeEvent(settings: RouterSettings, row: InboxRow): Promise<void> {
  const event = await read(settings.db, row);
  if (event === null) return;
  switch (event.type) {
    case 'order.created.v1':
      return takeOrder(settings, row, event.data);
    case 'order.cancel-requested.v1':
    case 'fulfilment.rejected.v1':
    case 'shipment.confirmed.v1':
      return concernsOrder(settings, row, event);
    case 'fulfilment.accepted.v1':
      return acknowledged(settings, row, event);
    case 'payment.authorized.v1':
    case 'payment.captured.v1':
    case 'payment.voided.v1':
    case 'payment.refunded.v1':
      return paid(settings, row, event);
    case 'inventory.received.v1':
      return stock(settings, row, await receiveStock(settings.db, { ...factOf(row), ...event }));
    case 'inventory.adjusted.v1':
      return stock(settings, row, await adjustStock(settings.db, { ...factOf(row), ...event }));
  }
}

/** The event in our words; null where the row has come to its end already. */
async function read(db: Database, row: InboxRow): Promise<CanonicalEvent | null> {
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

async function unreadable(
  db: Database,
  row: InboxRow,
  problems: readonly FieldProblem[],
): Promise<void> {
  const named = problems
    .slice(0, MAX_PROBLEMS_NAMED)
    .map(({ pointer, detail }) => `${pointer === '' ? 'the body' : pointer}: ${detail}`);
  const more = problems.length - named.length;
  await setAside(db, row, {
    code: 'event.unmappable',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail: `${row.topic} cannot be read: ${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
  });
}

type OrderCreated = Extract<CanonicalEvent, { type: 'order.created.v1' }>['data'];

/** A channel has sold it: it is taken, and waits in its own flow for whatever is missing. */
async function takeOrder(
  settings: RouterSettings,
  row: InboxRow,
  order: OrderCreated,
): Promise<void> {
  const { db, fulfilmentDeadlineMs } = settings;
  const { correlationId, eventNo } = row;
  const outcome = await submitOrder(db, order, {
    correlationId,
    sourceEventNo: eventNo,
    isSold: true,
    fulfilmentDeadlineMs,
  });
  switch (outcome.outcome) {
    case 'accepted':
    case 'waiting':
      return settleEvent(db, eventNo, 'applied', null, outcome.orderId);
    case 'exists': {
      const note = outcome.isSame
        ? 'that order is here'
        : 'that order is here with other content, which is not taken over';
      return settleEvent(db, eventNo, 'superseded', note, outcome.orderId);
    }
    case 'refused':
      return unreadable(db, row, outcome.problems);
    case 'replayed':
    case 'key-reused':
      return settleEvent(db, eventNo, 'ignored', outcome.outcome);
  }
}

type AboutOrder = Extract<
  CanonicalEvent,
  { type: 'order.cancel-requested.v1' | 'fulfilment.rejected.v1' | 'shipment.confirmed.v1' }
>;

async function concernsOrder(
  settings: RouterSettings,
  row: InboxRow,
  event: AboutOrder,
): Promise<void> {
  const { db } = settings;
  const reference: OrderReference = event.data;
  const routed = await routeToOrder(db, row, event.type, reference);
  if (routed.outcome === 'routed' || routed.outcome === 'not-ours') return;
  if (routed.outcome === 'no-order') return missesOrder(settings, row, event.type, reference);
  if (event.type !== 'shipment.confirmed.v1') {
    const note = `the order is ${routed.stage} already`;
    return settleEvent(db, row.eventNo, 'superseded', note, routed.orderId);
  }
  await setAside(db, row, {
    code: 'event.no-rule',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail: `goods of ${orderRef(reference)} left, and that order is ${routed.stage} already`,
    orderId: routed.orderId,
  });
}

async function missesOrder(
  settings: RouterSettings,
  row: InboxRow,
  type: string,
  reference: OrderReference,
): Promise<void> {
  const ref = orderRef(reference);
  if (row.waitedMs < settings.eventWaitMs) {
    await letWait(settings.db, row.eventNo, `waits for order ${ref}`, recheckMs(row));
    return;
  }
  await setAside(settings.db, row, {
    code: 'event.no-order',
    cause: { kind: 'order', ref },
    detail: `${type}: order ${ref} never arrived`,
  });
}

function recheckMs(row: InboxRow): number {
  return Math.min(FIRST_RECHECK_MS * 2 ** Math.min(row.attempts - 1, 10), LONGEST_RECHECK_MS);
}

type EventOf<T extends CanonicalEvent['type']> = Extract<CanonicalEvent, { type: T }>;

/** An echo of our own release: it confirms the effect and wakes nobody. */
async function acknowledged(
  { db }: RouterSettings,
  row: InboxRow,
  event: EventOf<'fulfilment.accepted.v1'>,
): Promise<void> {
  const { requestId, orderId = null } = event.data;
  const echo = { ...event, effectKey: requestId, reference: null, orderId };
  if (await confirmByEcho(db, row.eventNo, echo)) return;
  await settleEvent(db, row.eventNo, 'applied', 'no request of ours has that id');
}

type PaymentEvent = EventOf<
  'payment.authorized.v1' | 'payment.captured.v1' | 'payment.voided.v1' | 'payment.refunded.v1'
>;

/** An echo of money that we moved; money that somebody else moved has no rule yet. */
async function paid({ db }: RouterSettings, row: InboxRow, event: PaymentEvent): Promise<void> {
  const { effectKey = null, reference, orderId } = event.data;
  const echo = { ...event, effectKey, reference, orderId: orderId ?? null };
  if (await confirmByEcho(db, row.eventNo, echo)) return;
  if (event.type === 'payment.voided.v1' && (await isAuthorizationGone(db, reference))) {
    await keepMapped(db, row.eventNo, event);
    return settleEvent(db, row.eventNo, 'applied', 'that authorization is known to be gone');
  }
  if (row.waitedMs < ECHO_WAIT_MS) {
    const note = `no effect with reference ${reference} yet`;
    return letWait(db, row.eventNo, note, recheckMs(row));
  }
  await keepMapped(db, row.eventNo, event);
  await setAside(db, row, {
    code: 'event.no-rule',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail: `${event.type}: ${reference} is of no payment that was made from here`,
    ...(orderId === undefined ? {} : { orderId }),
  });
}

function factOf(row: InboxRow) {
  const { eventNo, occurredAt, correlationId } = row;
  return { eventNo, occurredAt, correlationId, source: `event:${row.source}#${row.eventId}` };
}

async function stock(
  settings: RouterSettings,
  row: InboxRow,
  outcome: StockOutcome,
): Promise<void> {
  if (outcome.outcome !== 'refused') return;
  const [unknownItem] = outcome.problems.filter((problem) => problem.code === 'unknown_item');
  const sku = unknownItem ? skuAt(row.body, unknownItem.pointer) : null;
  // A new item in the master lets it go on by itself; anything else is a person's.
  const cause =
    sku === null
      ? ({ kind: 'event', ref: String(row.eventNo) } as const)
      : ({ kind: 'item', ref: sku } as const);
  const named = outcome.problems
    .slice(0, MAX_PROBLEMS_NAMED)
    .map(({ pointer, detail }) => `${pointer}: ${detail}`);
  await setAside(settings.db, row, {
    code: 'event.unmappable',
    cause,
    detail: `stock was not moved: ${named.join('; ')}`,
  });
}

/** `/lines/2/sku` of the event's data. */
function skuAt(body: unknown, pointer: string): string | null {
  let value: unknown = body;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return null;
    value = Object.entries(value).find(([name]) => name === part)?.[1];
  }
  return typeof value === 'string' ? value : null;
}
