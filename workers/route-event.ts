/** One event from the inbox: which flow it starts or concerns, or what else it says. */
import { backOffMs } from '../activities/pace';
import type { FlowAddress, FlowContract, NoFlow } from '../canonical/flows/contract';
import { takerOf } from '../canonical/flows/registry';
import type { CanonicalEvent } from '../canonical/schema/event';
import { confirmEchoes, isAnswerAwaited, type Echo } from '../store/inbox/echoes';
import { recordShipmentAfterEnd } from '../moments/fulfilment/record-shipment';
import { takeLatePromise } from '../moments/money/authorize';
import { followRefund, type Followed } from '../moments/money/outside-refund';
import { undoRefund } from '../moments/money/failed-refund';
import { adjustStock, receiveStock, type StockOutcome } from '../moments/stock/move-stock';
import { only, type Database } from '../store/database';
import { reopenFlow } from '../store/flows/flows';
import {
  isAuthorizationGone,
  keepMapped,
  letWait,
  routeToFlows,
  setAside,
  settleEvent,
  type InboxRow,
} from '../store/inbox/routing';
import { echoOf, factOf } from './echoes';
import { followCollection } from './follow-collection';
import { hearOfMoney, hearOfOrder } from './hear-event';
import { namedProblems, readEvent } from './read-event';
import type { RouterSettings } from './router-settings';

/** An event that waits for its flow is looked at again after 1, 2, 4 … 60 s. */
const FIRST_RECHECK_MS = 1_000;
const LONGEST_RECHECK_MS = 60_000;
/** An echo of no effect that is known or awaited: after this nobody here made it. */
const ECHO_WAIT_MS = 120_000;

/** Ends with the row in a state of its own; throws where that could not be written. */
export async function routeEvent(settings: RouterSettings, row: InboxRow): Promise<void> {
  const event = await readEvent(settings, row);
  if (event === null) return;
  const start = settings.starters[event.type];
  // One that names a flow is a fact of that, where it is open.
  if (start && !factOf(row.eventNo, event, settings.flows)) {
    return start.begin(settings, row, event.data);
  }
  if (takerOf(settings.flows, event.type)) return concernsFlow(settings, row, event);
  switch (event.type) {
    case 'fulfilment.accepted.v1':
      return acknowledged(settings, row, event);
    case 'payment.authorized.v1':
    case 'payment.captured.v1':
    case 'payment.voided.v1':
    case 'payment.refunded.v1':
      return paid(settings, row, event);
    case 'payment.refund-failed.v1':
      return cameBack(settings, row, event);
    case 'inventory.received.v1':
      return stock(settings, row, await receiveStock(settings.db, { ...sourceOf(row), ...event }));
    case 'inventory.adjusted.v1':
      return stock(settings, row, await adjustStock(settings.db, { ...sourceOf(row), ...event }));
    case 'fulfilment.changed-at-channel.v1':
      return followCollection(settings, row, event.data, recheckMs(row));
    case 'order.created.v1':
    case 'order.cancel-requested.v1':
    case 'fulfilment.rejected.v1':
    case 'shipment.confirmed.v1':
    case 'return.requested.v1':
    case 'return.status-changed.v1':
    case 'return.disposed.v1':
    case 'return.received.v1':
    case 'return.inspected.v1':
    case 'pickup.accepted.v1':
    case 'pickup.ready.v1':
    case 'pickup.customer-arrived.v1':
    case 'pickup.handed-over.v1':
    case 'pickup.rejected.v1':
    case 'pickup.substituted.v1':
    case 'pickup.no-show.v1':
      return nobodys(settings, row, `${event.type} has no flow that takes it`);
  }
}

async function concernsFlow(
  settings: RouterSettings,
  row: InboxRow,
  event: CanonicalEvent,
): Promise<void> {
  const { db } = settings;
  const forFlow = factOf(row.eventNo, event, settings.flows);
  if (!forFlow) return nobodys(settings, row, `${event.type} names no flow`);
  const { fact, contract, rule } = forFlow;
  const routed = only(await routeToFlows(db, [fact]), `event ${row.eventNo}`);
  if (routed.outcome === 'routed' || routed.outcome === 'not-ours') return;
  const start = settings.starters[event.type];
  if (start) return start.begin(settings, row, event.data);
  const name = nameOf(fact.address);
  if (routed.outcome === 'ended' && rule.afterEnd === 'reopened') {
    // Looked at again at once: its flow is there now.
    await reopenFlow(db, routed.workflowId);
    return letWait(db, row.eventNo, `${name} goes on`, 0);
  }
  if (routed.outcome === 'no-flow') return missesFlow(settings, row, event, contract, name);
  if (event.type === 'shipment.confirmed.v1' && routed.orderId !== null) {
    // Goods that left are news whatever the order's state.
    const { orderId } = routed;
    return recordShipmentAfterEnd(db, { orderId, eventNo: row.eventNo });
  }
  const note = `the ${contract.subject} is ${routed.as} already`;
  if (rule.afterEnd === 'superseded') {
    return settleEvent(db, row.eventNo, 'superseded', note, routed.orderId);
  }
  return nobodys(settings, row, `${event.type} of ${name}: ${note}`, routed.orderId);
}

/** `shopify-us/1001`, or our own id: what an exception about a missing flow is caused by. */
function nameOf(address: FlowAddress): string {
  if ('subjectId' in address) return address.subjectId;
  return address.workflowId.slice(address.workflowId.indexOf('/') + 1);
}

/** Kept under an exception: no rule says what it means. */
async function nobodys(
  { db }: Pick<RouterSettings, 'db'>,
  row: InboxRow,
  detail: string,
  orderId: string | null = null,
): Promise<void> {
  await setAside(db, row, {
    code: 'event.no-rule',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail,
    ...(orderId === null ? {} : { orderId }),
  });
}

const NO_FLOW: NoFlow = { code: 'event.no-flow', kind: 'flow' };

async function missesFlow(
  settings: RouterSettings,
  row: InboxRow,
  event: CanonicalEvent,
  { noFlow = NO_FLOW, subject }: FlowContract,
  name: string,
): Promise<void> {
  if (await hearOfOrder(settings.db, row, event)) return;
  if (row.waitedMs < settings.eventWaitMs) {
    await letWait(settings.db, row.eventNo, `waits for ${name}`, recheckMs(row));
    return;
  }
  await setAside(settings.db, row, {
    code: noFlow.code,
    cause: { kind: noFlow.kind, ref: noFlow === NO_FLOW ? `${subject}/${name}` : name },
    detail: `${event.type}: ${subject} ${name} never arrived`,
  });
}

function recheckMs(row: InboxRow): number {
  return backOffMs(row.attempts - 1, FIRST_RECHECK_MS, LONGEST_RECHECK_MS);
}

type EventOf<T extends CanonicalEvent['type']> = Extract<CanonicalEvent, { type: T }>;

/** Of an effect of ours: confirmed, and at its end. */
async function isConfirmed(db: Database, echo: Echo | null): Promise<boolean> {
  return echo !== null && (await confirmEchoes(db, [echo])).has(echo.eventNo);
}

/** An echo of our own release: it confirms the effect and wakes nobody. */
async function acknowledged(
  { db }: RouterSettings,
  row: InboxRow,
  event: EventOf<'fulfilment.accepted.v1'>,
): Promise<void> {
  if (await isConfirmed(db, echoOf(row.eventNo, event))) return;
  await settleEvent(db, row.eventNo, 'applied', 'no request of ours has that id');
}

type PaymentEvent = EventOf<
  'payment.authorized.v1' | 'payment.captured.v1' | 'payment.voided.v1' | 'payment.refunded.v1'
>;

/** An echo of money that we moved; money that somebody else moved has no rule yet. */
async function paid(settings: RouterSettings, row: InboxRow, event: PaymentEvent): Promise<void> {
  const { db } = settings;
  const { reference, orderId } = event.data;
  const echo = echoOf(row.eventNo, event);
  if (await isConfirmed(db, echo)) return;
  if (event.type === 'payment.authorized.v1' && (await isPromisedLate(settings, row, event)))
    return;
  if (event.type === 'payment.voided.v1' && (await isAuthorizationGone(db, reference))) {
    await keepMapped(db, row.eventNo, event);
    return settleEvent(db, row.eventNo, 'applied', 'that authorization is known to be gone');
  }
  // Its meaning is kept, so that the effect's answer wakes it.
  if (row.type === null) await keepMapped(db, row.eventNo, event);
  const isAwaited = echo !== null && (await isAnswerAwaited(db, echo));
  if (!isAwaited && (await hearOfMoney(db, row, event.type, reference))) return;
  if (!isAwaited && event.type === 'payment.refunded.v1') {
    if (await isConfirmed(db, echo)) return;
    const followed = await follow(settings, row, event);
    if (followed === 'other-currency') {
      const { currency } = event.data.amount;
      const said = `${reference} was given back in ${currency}, which is not its order's currency`;
      return nobodys(settings, row, `${event.type}: ${said}: see there what it comes to`);
    }
    if (followed !== 'not-ours') return;
  }
  if (isAwaited || row.waitedMs < ECHO_WAIT_MS) {
    const note = `no effect with reference ${reference} yet`;
    return letWait(db, row.eventNo, note, recheckMs(row));
  }
  // The answer may have been recorded between the two looks.
  if (await isConfirmed(db, echo)) return;
  const detail = `${event.type}: ${reference} is of no payment that was made from here`;
  return nobodys(settings, row, detail, orderId ?? null);
}

/** The buyer has confirmed what was refused. */
async function isPromisedLate(
  { db }: RouterSettings,
  row: InboxRow,
  { type, data }: EventOf<'payment.authorized.v1'>,
): Promise<boolean> {
  const { effectKey, reference, amount } = data;
  if (effectKey === undefined) return false;
  if (row.type === null) await keepMapped(db, row.eventNo, { type, data });
  const { eventNo } = row;
  return takeLatePromise(db, { eventNo, effectKey, reference, amountMinor: amount.minorUnits });
}

/** Money that somebody gave back where it is: counted, so that it is never given back again. */
function follow(
  { db }: RouterSettings,
  { eventNo, account, occurredAt }: InboxRow,
  { data }: EventOf<'payment.refunded.v1'>,
): Promise<Followed> {
  return followRefund(db, { eventNo, from: account, occurredAt, data });
}

/** A refund came back to where it was: it is owed again. Told before the refund, it waits for that. */
async function cameBack(
  { db }: RouterSettings,
  row: InboxRow,
  event: EventOf<'payment.refund-failed.v1'>,
): Promise<void> {
  const { eventNo, occurredAt } = row;
  const { reference } = event.data;
  if (row.type === null) await keepMapped(db, eventNo, event);
  if (await hearOfMoney(db, row, event.type, reference)) return;
  const undone = await undoRefund(db, { eventNo, occurredAt, reference });
  if (undone !== 'not-ours') return;
  if (row.waitedMs < ECHO_WAIT_MS) {
    return letWait(db, eventNo, `no refund ${reference} yet`, recheckMs(row));
  }
  await nobodys({ db }, row, `${event.type}: ${reference} is of no refund that is known here`);
}

function sourceOf(row: InboxRow) {
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
  await setAside(settings.db, row, {
    code: 'event.unmappable',
    cause,
    detail: `stock was not moved: ${namedProblems(outcome.problems)}`,
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
