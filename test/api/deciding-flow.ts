/** A flow that answers decisions and nothing else: what the API says to Temporal, seen from inside. */
import {
  ApplicationFailure,
  condition,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderFlowInput } from '../../canonical/flows/order';

interface Request {
  readonly decisionId: string;
}

/** Ends once an order was cancelled. */
export async function orderToCash(input: OrderFlowInput): Promise<void> {
  let isCancelled = false;
  setHandler(defineUpdate<object, [Request]>('cancelOrder'), ({ decisionId }) => {
    isCancelled = true;
    const reason = `${input.orderId} ${decisionId} ${workflowInfo().taskQueue}`;
    return { outcome: 'cancelled', cancelled: [], reason, agenda: null };
  });
  setHandler(defineUpdate<object, [Request]>('holdOrder'), () => {
    throw ApplicationFailure.nonRetryable('it is fulfilled', 'decision_refused');
  });
  await condition(() => isCancelled);
}
