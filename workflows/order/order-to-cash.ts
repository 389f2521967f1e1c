/**
 * order-to-cash: from an accepted order to its last unit shipped or cancelled and its money settled.
 *
 * Promises: every fact that is signalled is applied once, by its moment; no vendor is called twice
 * at the same time for one order; a step that cannot go on waits under a name with an owner, and
 * goes on there. It ends when Postgres closes the order (or rejected it), never before.
 * Compensation: a cancellation recalls what the warehouse has, releases stock, voids and refunds;
 * what cannot be compensated is an exception. Cancelling the flow itself does nothing: an order is
 * cancelled by a decision.
 *
 * Events of its own history, one shipment: 32 where we authorize and capture (start and finish 5,
 * authorize, release and capture 6 each, the shipment's signal 4, moments 2, deadline 1, search
 * attributes 2), 26 where the authorization came with the order. See the flow tests.
 * Versioning: every build replays the recorded histories; a change of behaviour is under `patched`.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderStatus } from '../../canonical/rules/order/state';
import type { OrderFlowInput } from '../../canonical/flows/order';
import { accept } from './accept';
import { begin } from './carry-out';
import { showState } from './details';
import { openFlow, type CarriedOver, type OrderFlow } from './flow-state';
import { listen } from './inbound';
import { nextWork, type Work } from './next-work';
import { closeOverdue, openOverdue, resumeDeadline, watchRelease } from './overdue';
import { applyResolution, closeOrder, recordRejection, recordShipment } from './verbs';

export interface OrderEnd {
  readonly status: OrderStatus;
}

export async function orderToCash(input: OrderFlowInput, carried?: CarriedOver): Promise<OrderEnd> {
  const flow = openFlow(input, carried);
  listen(flow);
  return CancellationScope.nonCancellable(() => run(flow, carried));
}

async function run(flow: OrderFlow, carried: CarriedOver | undefined): Promise<OrderEnd> {
  await accept(flow);
  resumeDeadline(flow);
  for (const step of carried?.steps ?? []) begin(flow, step);
  for (;;) {
    const work = await waitForWork(flow);
    switch (work.kind) {
      // Authorize, release, capture, void or refund: beside this loop, one call at a time.
      case 'step':
        begin(flow, work.step);
        break;
      case 'shipmentConfirmed':
        await recordShipment(flow, work);
        break;
      case 'fulfilmentRejected':
        await recordRejection(flow, work);
        break;
      case 'exceptionResolved':
        await applyResolution(flow, work);
        break;
      case 'overdue':
        await openOverdue(flow);
        break;
      case 'overdueEnded':
        await closeOverdue(flow);
        break;
      case 'settled':
        if ((await closeOrder(flow)) === 'closed') return end(flow, statusOf(flow));
        break;
      case 'longHistory':
        await goOnInNewRun(flow);
        break;
      case 'failure':
        throw flow.failure?.error;
    }
  }
}

/** What is next; where that is nothing, says what the order waits for and waits. */
async function waitForWork(flow: OrderFlow): Promise<Work> {
  for (;;) {
    watchRelease(flow);
    const work = nextWork(flow, workflowInfo().historyLength);
    if (work) return work;
    showState(flow);
    const { agenda, call } = flow;
    const isNews = () => flow.agenda !== agenda || flow.call !== call;
    await condition(() => isNews() || nextWork(flow, workflowInfo().historyLength) !== null);
  }
}

function statusOf(flow: OrderFlow): OrderStatus {
  return flow.agenda?.order.status ?? 'closed';
}

async function end(flow: OrderFlow, status: OrderStatus): Promise<OrderEnd> {
  showState(flow, status);
  await condition(allHandlersFinished);
  return { status };
}

async function goOnInNewRun(flow: OrderFlow): Promise<void> {
  await condition(allHandlersFinished);
  await continueAsNew<typeof orderToCash>(
    { ...flow.input, accepted: flow.agenda ?? flow.input.accepted },
    {
      facts: [...flow.facts, ...flow.parked],
      steps: [...flow.underway.values()],
      overdue: flow.overdue,
      overdueAtMs: flow.overdueAtMs,
    },
  );
}
