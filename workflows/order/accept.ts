/**
 * Acceptance. Most orders come here accepted by the API's own transaction; one that waits for a
 * mapping, stock or a person tries again whenever something it waits for is resolved.
 */
import { condition } from '@temporalio/workflow';
import { showState } from './details';
import { momentOf, refreshAgenda, type Fact, type OrderFlow } from './flow-state';

const isResolution = (fact: Fact): boolean => fact.kind === 'exceptionResolved';

export async function accept(flow: OrderFlow): Promise<'accepted' | 'rejected'> {
  const { orderId, accepted } = flow.input;
  while (accepted === null) {
    const answer = await momentOf(flow, (moments) => moments.acceptOrder({ orderId }));
    if (answer.outcome === 'rejected') return 'rejected';
    flow.acceptWaitsFor = answer.outcome === 'waiting' ? answer.exceptions : [];
    if (answer.outcome === 'accepted') break;
    showState(flow);
    // A cancellation may settle an order that was never accepted.
    await condition(() => flow.facts.some(isResolution) || flow.agenda?.isSettled === true);
    if (flow.agenda?.isSettled === true) return 'accepted';
    await applyResolutions(flow);
  }
  await refreshAgenda(flow);
  return 'accepted';
}

/** All that came in so far, so that a burst of new mappings is one more try. */
async function applyResolutions(flow: OrderFlow): Promise<void> {
  const resolutions = flow.facts.filter(isResolution);
  flow.facts = flow.facts.filter((fact) => !isResolution(fact));
  const { orderId } = flow.input;
  for (const fact of resolutions) {
    if (fact.kind !== 'exceptionResolved') continue;
    const { exceptionId } = fact;
    await momentOf(flow, (moments) => moments.applyResolution({ orderId, exceptionId }));
  }
}
