/**
 * Acceptance. Most orders come here accepted by the API's own transaction; one that waits for a
 * mapping, stock or a person tries again whenever something it waits for is resolved. A flow that is
 * started again asks too: its order is accepted at once, and the agenda is today's.
 */
import { condition } from '@temporalio/workflow';
import type { OrderFlowInput } from '../../canonical/flows/order';
import { showState } from '../kernel/details';
import { takeResolutions } from '../kernel/facts';
import { adopt, momentOf, refreshAgenda } from '../kernel/flow';
import { runMoment, type OrderFlow } from './process';

/** Returns when the order is accepted or given up; the agenda then says what is due for either. */
export async function accept(flow: OrderFlow, input: OrderFlowInput): Promise<void> {
  const { orderId, accepted } = input;
  if (accepted !== null) return adopt(flow, accepted);
  const isGivenUp = () => flow.agenda?.order.status === 'rejected';
  while (!isGivenUp()) {
    const answer = await momentOf(flow, () =>
      runMoment((moments) => moments.acceptOrder({ orderId })),
    );
    if (answer.outcome !== 'waiting') break;
    // The agenda's exceptions name their causes: the call that cures each can be shown.
    flow.waitsFor = (await flow.turns.take(() => flow.moments.readAgenda())).blockedBy;
    showState(flow);
    // A cancellation gives up an order that was never accepted.
    await condition(() => flow.facts.some((fact) => fact.kind === 'resolution') || isGivenUp());
    // All that came in so far, so that a burst of new mappings is one more try.
    for (const { exceptionId } of takeResolutions(flow)) {
      await momentOf(flow, () => flow.moments.applyResolution(exceptionId));
    }
  }
  await refreshAgenda(flow);
}
