/**
 * A cancel: units that have not moved are given up, their reservation goes back to the pool, money
 * that is here already becomes a refund (rules 6, 6a, 7). Authorizations that nothing needs any
 * more are voided by the flow, from the agenda.
 */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import {
  cancelMoves,
  intendCancel,
  type CancelMove,
  type GroupQuantity,
} from '../../canonical/rules/order/cancellation';
import { sum } from '../../canonical/rules/money/money';
import { openUnits } from '../../canonical/rules/order/state';
import type { CancelRequested } from '../../canonical/schema/event';
import type {
  CancelDecision,
  CancelPlan,
  CancelResult,
  RecallAnswer,
  RecallDue,
} from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { markEventApplied } from '../../store/inbox/facts';
import { appendFact } from '../../store/orders/orders';
import { openException } from '../../store/exceptions/exceptions';
import { rejectReceived } from './accept-order';
import { openChange } from './changed-at-channel';
import { orderMoment, takeOrder, type OrderInHand } from './order-moment';
import { enqueue } from '../../store/outbox/outbox';
import { cancelPickupUnits } from '../pickup/cancel-units';
import { removalMessages } from '../pickup/pickup-messages';
import { tellOfCancellation } from './cancellation-messages';
import { isAllCancelled, letGo } from './let-go';

/** What a cancel would need; changes nothing. */
export function planCancellation(db: Database, decision: CancelDecision): Promise<CancelPlan> {
  return db.transaction(async (sql) => {
    const { order } = await takeOrder(sql, decision.orderId);
    // The flow may not have heard what became of it: the moment answers, and says what is due now.
    if (await decidedBefore(sql, decision)) return { outcome: 'planned', recalls: [] };
    const wanted = await wantedBy(sql, decision);
    if (wanted === null) return refusedBecause(NO_SUCH_EVENT);
    if (order.stage === 'received') {
      const isPart = wanted.lines !== null;
      return isPart ? refusedBecause(NOT_IN_PARTS) : { outcome: 'planned', recalls: [] };
    }
    if (order.stage !== 'accepted') return refusedBecause(`the order is ${order.status}`);
    const intent = intendCancel(order, wanted.lines);
    if (intent.outcome === 'refused') return refusedBecause(intent.reason);
    return { outcome: 'planned', recalls: recallsOf(order, decision.decisionId, intent.toRecall) };
  });
}

/** One question a group: each warehouse is asked for what its own request holds. */
function recallsOf(
  { orderId, groups }: OrderInHand['order'],
  decisionId: string,
  toRecall: readonly GroupQuantity[],
): RecallDue[] {
  return groups.flatMap(({ groupNo, account, requestKey }): RecallDue[] => {
    const lines = toRecall
      .filter((one) => one.groupNo === groupNo)
      .map(({ lineNo, quantity }) => ({ lineNo, quantity }));
    if (lines.length === 0 || requestKey === null || account === null) return [];
    const key = effectKey.recall(orderId, groupNo, decisionId);
    return [{ orderId, decisionId, groupNo, account, requestKey, key, lines }];
  });
}

/** A person hears the refusal; behind an event there is a buyer who must not be forgotten. */
async function partTooEarly(sql: Sql, order: OrderInHand['order'], eventNo: number) {
  await openException(sql, {
    code: 'event.no-rule',
    detail: `a cancel of some units came while the order waits; ${NOT_IN_PARTS}: cancel them once it is accepted`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `cancel:${eventNo}`,
    subject: order.orderId,
    severity: 'high',
    orderId: order.orderId,
    correlationId: order.correlationId,
  });
}

/** Its lines are not mapped and valued yet: there is nothing to take a part of. */
const NOT_IN_PARTS = 'an order that is not accepted yet can be cancelled as a whole only';

const refusedBecause = (reason: string): CancelPlan => ({ outcome: 'refused', reason });

async function decidedBefore(sql: Sql, decision: CancelDecision): Promise<CancelResult | null> {
  const { rows } = await sql.query<{ body: { about: { result: string } } }>(
    `select body from order_fact where order_id = $1 and kind = 'cancelled'
        and body -> 'about' ->> 'decisionId' = $2`,
    [decision.orderId, decision.decisionId],
  );
  const [row] = rows;
  return row ? (JSON.parse(row.body.about.result) as CancelResult) : null;
}

/**
 * An event's lines are in its body; a person's came with the decision. Null where the order has no
 * such event that is unapplied: a signal by hand may name any.
 */
async function wantedBy(
  sql: Sql,
  { orderId, eventNo, lines }: CancelDecision,
): Promise<Pick<CancelDecision, 'lines'> | null> {
  if (eventNo === null) return { lines };
  const { rows } = await sql.query<{ body: CancelRequested }>(
    `select body from inbox where event_no = $1 and order_id = $2
        and type = 'order.cancel-requested.v1' and state = 'routed'`,
    [eventNo, orderId],
  );
  const [event] = rows;
  return event ? { lines: event.body.lines ?? null } : null;
}

const NO_SUCH_EVENT = 'the order has no such cancel request';

export async function cancelOrder(
  db: Database,
  decision: CancelDecision & { readonly recalled: readonly RecallAnswer[] },
): Promise<CancelResult> {
  const { answer, agenda } = await orderMoment(db, decision.orderId, async (sql, inHand) => {
    const before = await decidedBefore(sql, decision);
    if (before) {
      if (decision.eventNo !== null) await markEventApplied(sql, decision.eventNo);
      return before;
    }
    const wanted = await wantedBy(sql, decision);
    if (wanted === null) return refusal(NO_SUCH_EVENT);
    const result = await cancel(sql, inHand, { ...decision, lines: wanted.lines });
    if (decision.eventNo !== null) {
      const isApplied = result.outcome !== 'refused';
      const state = isApplied ? 'applied' : 'superseded';
      await markEventApplied(sql, decision.eventNo, state, result.reason);
      const isFollowed = result.outcome === 'cancelled' || isMoot(inHand.order, wanted.lines);
      if (!isFollowed) await notFollowed(sql, inHand.order, decision.eventNo, result);
    }
    return result;
  });
  return { ...answer, agenda };
}

/** Of what is not wanted any more nothing goes out, and nothing has left: it was cancelled before. */
function isMoot({ lines }: OrderInHand['order'], wanted: CancelDecision['lines']): boolean {
  const about =
    wanted === null ? lines : lines.filter((one) => wanted.some((w) => w.lineNo === one.lineNo));
  const isNamed = wanted === null || wanted.every((w) => about.some((l) => l.lineNo === w.lineNo));
  return isNamed && about.every((one) => one.cancelled === one.ordered);
}

/** Units that the channel does not want any more, and that go out, or are not there: a person's. */
async function notFollowed(
  sql: Sql,
  order: OrderInHand['order'],
  eventNo: number,
  { outcome, reason }: CancelResult,
): Promise<void> {
  await openChange(
    sql,
    order,
    { eventNo, correlationId: order.correlationId },
    {
      detail: `not all units of order ${order.orderNo} that were asked for are cancelled: ${reason ?? ''}`,
      holdReason: outcome === 'refused' ? 'a cancellation of units was not followed' : null,
    },
  );
}

const refusal = (reason: string): CancelResult => ({
  outcome: 'refused',
  cancelled: [],
  reason,
  agenda: null,
});

/** `lines`: what is wanted, also by an event. */
async function cancel(
  sql: Sql,
  inHand: OrderInHand,
  decision: CancelDecision & { readonly recalled: readonly RecallAnswer[] },
): Promise<CancelResult> {
  const { order } = inHand;
  if (order.stage === 'received') {
    if (decision.lines !== null) {
      if (decision.eventNo !== null) await partTooEarly(sql, order, decision.eventNo);
      return refusal(NOT_IN_PARTS);
    }
    await rejectReceived(sql, inHand, 'cancelled before it was accepted');
    const result: CancelResult = {
      outcome: 'cancelled',
      cancelled: [],
      reason: null,
      agenda: null,
    };
    const { decisionId, eventNo } = decision;
    await appendFact(sql, order.orderId, {
      kind: 'cancelled',
      eventNo,
      occurredAt: new Date().toISOString(),
      about: { decisionId, result: JSON.stringify(result) },
    });
    await tellOfCancellation(sql, inHand, eventNo !== null);
    return result;
  }
  if (order.stage !== 'accepted') return refusal(`the order is ${order.status}`);
  const intent = intendCancel(order, decision.lines);
  if (intent.outcome === 'refused') return refusal(intent.reason);
  const recalled = decision.recalled.flatMap(({ groupNo, lines }) =>
    lines.map((line) => ({ ...line, groupNo })),
  );
  const moves = cancelMoves(order, intent.wanted, recalled);
  if (moves.length === 0) return refusal('it has left the warehouse already');
  const cancelled = intent.wanted.flatMap(({ lineNo }) => {
    const units = sum(moves.filter((move) => move.lineNo === lineNo).map((move) => move.quantity));
    return units > 0 ? [{ lineNo, quantity: units }] : [];
  });
  const wantedUnits = sum(intent.wanted.map((line) => line.quantity));
  const isPart = sum(cancelled.map((line) => line.quantity)) < wantedUnits;
  const result: CancelResult = {
    outcome: isPart ? 'partly-cancelled' : 'cancelled',
    cancelled,
    reason: isPart ? 'the rest has left the warehouse already' : null,
    agenda: null,
  };
  await giveUpUnits(sql, inHand, moves, { ...decision, result });
  return result;
}

/** The moment itself; used too where a person gives an order up by abandoning an exception. */
export async function giveUpUnits(
  sql: Sql,
  inHand: OrderInHand,
  moves: readonly CancelMove[],
  decision: {
    readonly decisionId: string;
    readonly eventNo: number | null;
    readonly result: CancelResult;
  },
): Promise<void> {
  const { decisionId, eventNo, result } = decision;
  await letGo(sql, inHand, moves, {
    kind: 'cancelled',
    reason: 'cancelled',
    eventNo,
    about: { decisionId, result: JSON.stringify(result) },
  });
  await tellStores(sql, inHand.order, moves);
  if (isAllCancelled(inHand.order, moves)) {
    await tellOfCancellation(sql, inHand, eventNo !== null);
  } else if (eventNo === null) {
    // Nobody at the channel asked for it: it takes the units off its own order.
    const lines = moves.map(({ lineNo, quantity }) => ({ lineNo, quantity }));
    const given = { end: decisionId, reason: 'cancelled', lines };
    await enqueue(sql, removalMessages(inHand, NO_GROUP, given));
  }
}

/** A cancel is of the order, whichever of its groups had the units. */
const NO_GROUP = 0;

/** What a store holds of it, it puts back: its pickup's own rows and flow hear of it. */
async function tellStores(
  sql: Sql,
  order: OrderInHand['order'],
  moves: readonly CancelMove[],
): Promise<void> {
  for (const { groupNo, kind, requestKey: pickupId } of order.groups) {
    const lines = moves
      .filter((move) => move.groupNo === groupNo && move.from === 'released')
      .map(({ lineNo, quantity }) => ({ lineNo, quantity }));
    if (kind === 'pickup' && pickupId !== null && lines.length > 0) {
      await cancelPickupUnits(sql, { pickupId, lines });
    }
  }
}

/** Every unit that is still here; what a warehouse has goes its way, or is recalled by a cancel. */
export function everyUnitHere(order: OrderInHand['order']): CancelMove[] {
  const wanted = order.lines
    .filter((line) => openUnits(line) > 0)
    .map((line) => ({ lineNo: line.lineNo, quantity: openUnits(line) }));
  return cancelMoves(order, wanted, []);
}
