/** What the flow does when a fact comes in: one moment each. */
import { isDefinite } from './proxies';
import { reasonOf } from './carry-out';
import { ActivityFailure } from '@temporalio/common';
import { momentOf, type Fact, type OrderFlow } from './flow-state';
import { overdueResolved } from './overdue';

type EventFact = Extract<Fact, { eventNo: number }>;
type ResolutionFact = Extract<Fact, { kind: 'exceptionResolved' }>;

export async function recordShipment(flow: OrderFlow, fact: EventFact): Promise<void> {
  const { orderId } = flow.input;
  const { eventNo } = fact;
  await record(flow, fact, () =>
    momentOf(flow, (moments) => moments.recordShipment({ orderId, eventNo })),
  );
}

export async function recordRejection(flow: OrderFlow, fact: EventFact): Promise<void> {
  const { orderId } = flow.input;
  const { eventNo } = fact;
  await record(flow, fact, () =>
    momentOf(flow, (moments) => moments.recordRejection({ orderId, eventNo })),
  );
}

/** A fact that its moment cannot take is parked under an exception; the others go on. */
async function record(
  flow: OrderFlow,
  fact: EventFact,
  moment: () => Promise<unknown>,
): Promise<void> {
  remove(flow, fact);
  try {
    await moment();
  } catch (error) {
    if (!isDefinite(error) || !(error instanceof ActivityFailure)) throw error;
    flow.parked.push(fact);
    const { orderId } = flow.input;
    const detail = `Event ${fact.eventNo} (${fact.kind}): ${reasonOf(error)}`;
    await momentOf(flow, (moments) =>
      moments.openWait({
        orderId,
        step: `event:${fact.eventNo}`,
        code: 'order.refused-by-rule',
        detail,
      }),
    );
  }
}

/** What the exception blocked is due again, skipped or given up, as the resolution says. */
export async function applyResolution(flow: OrderFlow, fact: ResolutionFact): Promise<void> {
  remove(flow, fact);
  const { orderId } = flow.input;
  const { exceptionId, resolution } = fact;
  await momentOf(flow, (moments) => moments.applyResolution({ orderId, exceptionId }));
  flow.facts.push(...flow.parked.splice(0));
  if (resolution === 'retry') flow.retryNo += 1;
  overdueResolved(flow, resolution === 'retry');
}

/** Closed only where Postgres has no unapplied fact and no money due. */
export async function closeOrder(flow: OrderFlow): Promise<'closed' | 'open'> {
  const { orderId } = flow.input;
  const { outcome } = await momentOf(flow, (moments) => moments.closeOrder({ orderId }));
  flow.closeTriedAtTurn = flow.turnNo;
  return outcome;
}

function remove(flow: OrderFlow, fact: Fact): void {
  flow.facts = flow.facts.filter((one) => one !== fact);
}
