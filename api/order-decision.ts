/**
 * A decision on an order: recorded with who and why, then asked of its flow, whose answer is added
 * to the record. Whether the order is still open is asked of Postgres, never of the flow's server.
 */
import type { z } from 'zod';
import { startOf } from '../canonical/flows/contract';
import { ORDER_FLOW } from '../canonical/flows/order-contract';
import { speaksFor } from '../canonical/schema/api-key';
import { recordDecision, recordOutcome } from '../store/access/decisions';
import { readDecisionResult, readOrderFlow } from '../store/orders/order-view';
import type { ApiDependencies } from './dependencies';
import type { KeyedCall } from './http/keyed';
import { Problem } from './http/problem';
import { found, madeBy, type Call } from './http/route';
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
 * The flow's answer, as its schema reads it.
 * @throws Problem not_found, order_closed, unavailable, and what the flow refuses
 */
export async function decide<S extends z.ZodType<{ readonly outcome: string }>>(
  { db, flows }: ApiDependencies,
  call: OrderCall,
  key: KeyedCall,
  decision: OrderDecision,
  schema: S,
): Promise<z.infer<S>> {
  const { orderId } = call.params;
  const { decisionId } = key;
  const any = await readOrderFlow(db, orderId);
  const own = any && speaksFor(call.caller, any.channelInstance) ? any : null;
  const flow = found(own, 'there is no order with that id');
  const { workflowId, stage } = flow;
  const pendingStart = flow.pendingStart && startOf(ORDER_FLOW, flow.pendingStart);
  if (stage === 'closed' || stage === 'rejected') {
    // The decision may have been what ended it, and its answer lost on the way.
    const made = await readDecisionResult(db, orderId, decisionId);
    if (made !== null) return schema.parse(made);
    throw new Problem('order_closed', `the order is ${stage}: nothing can be decided on it`);
  }
  const record = { action: decision.action, subject: orderId, decisionId };
  await recordDecision(db, {
    ...record,
    ...madeBy(call),
    orderId,
    reason: call.body.reason,
    detail: decision.request,
  });
  const request = { ...decision.request, decisionId };
  const update = { workflowId, name: decision.update, updateId: decisionId, request, pendingStart };
  try {
    const answer = schema.parse(await flows.update(update));
    await recordOutcome(db, record, { outcome: answer.outcome });
    return answer;
  } catch (error) {
    const outcome = error instanceof Problem ? error.code : 'failed';
    // The caller hears of the failure itself, not of a record that could not be completed.
    await recordOutcome(db, record, { outcome }).catch(() => undefined);
    throw error;
  }
}
