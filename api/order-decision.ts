/**
 * A decision on an order: recorded with who and why, then asked of its flow, whose answer is added
 * to the record. Whether the order is still open is asked of Postgres, never of the flow's server.
 */
import { startOf } from '../canonical/flows/contract';
import { ORDER_FLOW } from '../canonical/flows/order-contract';
import { recordDecision, recordOutcome } from '../store/access/decisions';
import { readDecisionResult, readOrderFlow } from '../store/orders/order-view';
import type { ApiDependencies } from './dependencies';
import type { KeyedCall } from './http/keyed';
import { Problem } from './http/problem';
import type { Call } from './http/route';
import type { FlowUpdate } from './order-flow';

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
 * The flow's answer, as `read` understands it.
 * @throws Problem not_found, order_closed, unavailable, and what the flow refuses
 */
export async function decide<T extends { readonly outcome: string }>(
  { db, flows }: ApiDependencies,
  call: OrderCall,
  key: KeyedCall,
  decision: OrderDecision,
  read: (answer: unknown) => T,
): Promise<T> {
  const { orderId } = call.params;
  const { decisionId } = key;
  const flow = await readOrderFlow(db, orderId);
  if (flow === null) throw new Problem('not_found', 'there is no order with that id');
  const { workflowId, stage } = flow;
  const pendingStart = flow.pendingStart && startOf(ORDER_FLOW, flow.pendingStart);
  if (stage === 'closed' || stage === 'rejected') {
    // The decision may have been what ended it, and its answer lost on the way.
    const made = await readDecisionResult(db, orderId, decisionId);
    if (made !== null) return read(made);
    throw new Problem('order_closed', `the order is ${stage}: nothing can be decided on it`);
  }
  const record = { action: decision.action, subject: orderId, decisionId };
  await recordDecision(db, {
    ...record,
    orderId,
    actor: call.caller.label,
    role: call.caller.role,
    reason: call.body.reason,
    detail: decision.request,
    correlationId: call.correlationId,
  });
  const request = { ...decision.request, decisionId };
  const update = { workflowId, name: decision.update, updateId: decisionId, request, pendingStart };
  try {
    const answer = read(await flows.update(update));
    await recordOutcome(db, record, { outcome: answer.outcome });
    return answer;
  } catch (error) {
    const outcome = error instanceof Problem ? error.code : 'failed';
    // The caller hears of the failure itself, not of a record that could not be completed.
    await recordOutcome(db, record, { outcome }).catch(() => undefined);
    throw error;
  }
}
