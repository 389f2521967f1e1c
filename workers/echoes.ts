/**
 * What goes together of a claimed batch: other systems' words on effects of ours are confirmed in
 * one statement, facts are handed to their flows in another.
 */
import { takerOf, type FlowRegistry } from '../canonical/flows/registry';
import { EVENT_CATALOGUE, type CanonicalEvent } from '../canonical/schema/event';
import type { Database } from '../store/database';
import { confirmEchoes, type Echo } from '../store/inbox/echoes';
import { routeToFlows, type Fact, type InboxRow } from '../store/inbox/routing';
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
    case 'payment.refund-failed.v1':
    case 'order.created.v1':
    case 'order.cancel-requested.v1':
    case 'fulfilment.changed-at-channel.v1':
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
    case 'inventory.received.v1':
    case 'inventory.adjusted.v1':
      return null;
  }
}

export interface EchoRow {
  readonly row: InboxRow;
  readonly echo: Echo;
}

export interface FactRow {
  readonly row: InboxRow;
  readonly fact: Fact;
}

/** Rows that say one thing, about an effect or for a flow, and all others. */
export function apart(
  rows: readonly InboxRow[],
  flows: FlowRegistry,
): {
  readonly echoes: readonly EchoRow[];
  readonly facts: readonly FactRow[];
  readonly others: readonly InboxRow[];
} {
  const echoes: EchoRow[] = [];
  const facts: FactRow[] = [];
  const others: InboxRow[] = [];
  for (const row of rows) {
    const event = singleEventIn(row);
    const echo =
      event && EVENT_CATALOGUE[event.type].about === 'effect' && echoOf(row.eventNo, event);
    // One whose meaning is to be kept first goes alone.
    const fact = event && row.type !== null && factOf(row.eventNo, event, flows)?.fact;
    if (echo) echoes.push({ row, echo });
    else if (fact) facts.push({ row, fact });
    else others.push(row);
  }
  return { echoes, facts, others };
}

/** For which flow an event is, and by which signal; null where it names none. */
export function factOf(eventNo: number, event: CanonicalEvent, flows: FlowRegistry) {
  const taker = takerOf(flows, event.type);
  const address = taker?.contract.addressOf?.(event.data);
  if (!taker || !address) return null;
  const { contract, rule } = taker;
  const fact: Fact = { eventNo, flowType: contract.type, signal: rule.signal, address };
  return { fact, contract, rule };
}

/** Gives back the rows whose flow is not here, or has ended: those are routed one by one. */
export async function routeTogether(db: Database, facts: readonly FactRow[]): Promise<InboxRow[]> {
  if (facts.length === 0) return [];
  const routed = await routeToFlows(
    db,
    facts.map(({ fact }) => fact),
  );
  return facts.flatMap(({ row }, index) => {
    const outcome = routed[index]?.outcome;
    return outcome === 'routed' || outcome === 'not-ours' ? [] : [row];
  });
}

/** Gives back the rows whose effect is not here: those are routed one by one. */
export async function confirmTogether(
  db: Database,
  echoes: readonly EchoRow[],
): Promise<InboxRow[]> {
  if (echoes.length === 0) return [];
  const confirmed = await confirmEchoes(
    db,
    echoes.map(({ echo }) => echo),
  );
  return echoes.flatMap(({ row }) => (confirmed.has(row.eventNo) ? [] : [row]));
}

/** Only looks: what cannot be read, or says more than one thing, is for the router to settle. */
function singleEventIn(row: InboxRow): CanonicalEvent | null {
  const meaning = safely(() => meaningOf(row));
  return meaning?.outcome === 'read' && meaning.others.length === 0 ? meaning.event : null;
}

/** What cannot even be looked at throws again where it is routed, and is named there. */
function safely<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
