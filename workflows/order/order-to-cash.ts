/**
 * order-to-cash: from an accepted order to its last unit shipped, collected or cancelled and its money
 * settled.
 *
 *   accept → authorize → release each group → record each shipment, capture it → close
 *                      ↳ start each pickup: its own flow records what is handed over, here it is captured
 *
 * Promises: every fact that is signalled is applied once, by its moment; no vendor is called twice
 * at the same time for one order; a step that cannot go on waits under a name with an owner, and
 * goes on there. It ends when Postgres closes the order (or rejected it), never before.
 * Compensation: a cancellation recalls what the warehouse has, releases stock, voids and refunds;
 * what cannot be compensated is an exception. Cancelling the flow itself does nothing, and its page
 * says which call cancels an order.
 *
 * Events of its own history, one shipment: 32 where we authorize and capture (start and finish 5,
 * authorize, release and capture 6 each, the shipment's signal 4, moments 2, deadline 1, search
 * attributes 2), 26 where the authorization came with the order. See the flow tests.
 * Versioning: every build replays the recorded histories; a change of behaviour is under `patched`.
 */
import { continueAsNew } from '@temporalio/workflow';
import type { OrderFlowInput } from '../../canonical/flows/order';
import type { OrderStatus } from '../../canonical/rules/order/state';
import { openFlow, type CarriedOver } from '../kernel/flow';
import { runFlow } from '../kernel/run';
import { accept } from './accept';
import { listenToDecisions } from './decisions';
import { orderProcess } from './process';

export interface OrderEnd {
  readonly status: OrderStatus;
}

export async function orderToCash(input: OrderFlowInput, carried?: CarriedOver): Promise<OrderEnd> {
  const flow = openFlow(orderProcess(input), input, carried);
  listenToDecisions(flow, input);
  await runFlow(flow, {
    begin: () => accept(flow, input),
    nextRun: (carry) =>
      continueAsNew<typeof orderToCash>(
        { ...input, accepted: flow.agenda ?? input.accepted },
        carry,
      ),
  });
  return { status: flow.agenda?.order.status ?? 'closed' };
}
