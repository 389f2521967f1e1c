/**
 * Acceptance. Most orders come here accepted by the API's own transaction; one that waits for a
 * mapping, stock or a person tries again whenever something it waits for is resolved. A flow that is
 * started again asks too: its order is accepted at once, and the agenda is today's.
 */
import { condition } from '@temporalio/workflow';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import { showState } from './details';
import { adopt, momentOf, refreshAgenda, type Fact, type OrderFlow } from './flow-state';
import { runMoment } from './proxies';

const isResolution = (fact: Fact): boolean => fact.kind === 'exceptionResolved';

/** Returns when the order is accepted or given up; the agenda then says what is due for either. */
export async function accept(flow: OrderFlow): Promise<void> {
  const { orderId, accepted } = flow.input;
  if (accepted !== null) return adopt(flow, accepted);
  const isGivenUp = () => flow.agenda?.order.status === 'rejected';
  while (!isGivenUp()) {
    const answer = await momentOf(flow, (moments) => moments.acceptOrder({ orderId }));
    if (answer.outcome !== 'waiting') break;
    flow.acceptWaitsFor = await waitsWithCauses(flow);
    showState(flow);
    // A cancellation gives up an order that was never accepted.
    await condition(() => flow.facts.some(isResolution) || isGivenUp());
    await applyResolutions(flow);
  }
  await refreshAgenda(flow);
}

/** The agenda's exceptions name their causes: the call that cures each can be shown. */
async function waitsWithCauses(flow: OrderFlow): Promise<readonly ExceptionBrief[]> {
  const { orderId } = flow.input;
  const read = () => runMoment((moments) => moments.readAgenda({ orderId }));
  return (await flow.moments.take(read)).blockedBy;
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
