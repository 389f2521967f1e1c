/**
 * A decision on an order: recorded with who and why, then asked of its flow, whose answer is added
 * to the record. Whether the order is still open is asked of Postgres, never of the flow's server.
 */
import type { z } from 'zod';
import { startOf } from '../canonical/flows/contract';
import { ORDER_FLOW } from '../canonical/flows/order-contract';
import { speaksFor } from '../canonical/schema/api-key';
import { recordDecision, recordOutcome } from '../store/access/decisions';
import { readDecisionResult, readOrderFlow, type OrderFlowState } from '../store/orders/order-view';
import type { Database } from '../store/database';
import type { ApiDependencies } from './dependencies';
import type { Caller } from './http/authenticate';
import type { KeyedCall } from './http/keyed';
import { Problem } from './http/problem';
import { found, madeBy, type Call } from './http/route';
import { FlowNotRunningError, type FlowUpdate, type UpdateStart } from './order-flow';

/** An order that the caller speaks for. @throws Problem not_found, also where it is another's */
export function ownOrder<Order extends { readonly channelInstance: string }>(
  caller: Caller,
  order: Order | null,
): Order {
  const own = order && speaksFor(caller, order.channelInstance) ? order : null;
  return found(own, 'there is no order with that id');
}

/** Names that the moments look a decision up by. */
type DecisionAction = 'cancel' | 'hold' | 'release-hold';

interface OrderDecision {
  readonly action: DecisionAction;
  readonly update: FlowUpdate['name'];
  /** What the flow is told beside the decision's id: no free text enters its history. */
  readonly request: Readonly<Record<string, unknown>>;
}
type OrderCall = Call<{ orderId: string }, unknown, { reason: string }>;

/**
 * The flow's answer, as its schema reads it.
 * @throws Problem not_found, order_closed, unavailable, and what the flow refuses
 */
export async function decide<S extends z.ZodType<{ readonly outcome: string }>>(
  dependencies: ApiDependencies,
  call: OrderCall,
  key: KeyedCall,
  decision: OrderDecision,
  schema: S,
): Promise<z.infer<S>> {
  const { db } = dependencies;
  const { orderId } = call.params;
  const { decisionId } = key;
  const flow = ownOrder(call.caller, await readOrderFlow(db, orderId));
  if (isClosed(flow)) return schema.parse(await decidedBefore(db, orderId, decisionId, flow));
  const record = { action: decision.action, subject: orderId, decisionId };
  await recordDecision(db, {
    ...record,
    ...madeBy(call),
    orderId,
    reason: call.body.reason,
    detail: decision.request,
  });
  const request = { ...decision.request, decisionId };
  const update = { name: decision.update, updateId: decisionId, request };
  try {
    const answer = schema.parse(await askFlow(dependencies, call, flow, update));
    await recordOutcome(db, record, { outcome: answer.outcome });
    return answer;
  } catch (error) {
    const outcome = error instanceof Problem ? error.code : 'failed';
    // The caller hears of the failure itself, not of a record that could not be completed.
    await recordOutcome(db, record, { outcome }).catch(() => undefined);
    throw error;
  }
}

type Ask = Omit<FlowUpdate, 'workflowId' | 'start'>;

/** A flow that was terminated or lost while its order is open is started again by the question. */
async function askFlow(
  { db, flows }: ApiDependencies,
  { params: { orderId }, log }: OrderCall,
  flow: OrderFlowState,
  ask: Ask,
): Promise<unknown> {
  const { workflowId, input } = flow;
  const first: UpdateStart = { mode: 'first', options: startOf(ORDER_FLOW, input) };
  try {
    return await flows.update({ ...ask, workflowId, start: flow.isStartPending ? first : null });
  } catch (error) {
    if (!(error instanceof FlowNotRunningError)) throw error;
  }
  // It may have ended since it was read: Postgres knows.
  const now = found(await readOrderFlow(db, orderId), 'there is no order with that id');
  if (isClosed(now)) return decidedBefore(db, orderId, ask.updateId, now);
  log.error({ workflowId }, 'an open flow was not running: it was started again');
  const again = startOf(ORDER_FLOW, ORDER_FLOW.again?.(input) ?? input);
  try {
    return await flows.update({ ...ask, workflowId, start: { mode: 'again', options: again } });
  } catch (error) {
    if (!(error instanceof FlowNotRunningError)) throw error;
    throw new Problem('unavailable', 'the flow did not stay; ask again with the same key');
  }
}

function isClosed({ stage }: OrderFlowState): boolean {
  return stage === 'closed' || stage === 'rejected';
}

/** The decision may have been what ended the order, and its answer lost on the way. */
async function decidedBefore(
  db: Database,
  orderId: string,
  decisionId: string,
  { stage }: OrderFlowState,
): Promise<unknown> {
  const made = await readDecisionResult(db, orderId, decisionId);
  if (made !== null) return made;
  throw new Problem('order_closed', `the order is ${stage}: nothing can be decided on it`);
}
