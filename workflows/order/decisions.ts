/**
 * Decisions by people and channels: each is answered with its result, and the same decision twice
 * is one. A cancellation first calls back what the warehouse has, then writes what is cancelled;
 * voids and refunds follow from the agenda.
 */
import { ApplicationFailure } from '@temporalio/common';
import { condition, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { ORDER_SIGNALS, ORDER_UPDATES } from '../../canonical/flows/order';
import type {
  CancelDecision,
  CancelRequest,
  CancelResult,
  HoldRequest,
  HoldResult,
  OrderFlowInput,
  RecallAnswer,
} from '../../canonical/flows/order';
import { ignoreSignal, shielded } from '../kernel/buttons';
import { onceEach, refuseMalformed } from '../kernel/decisions';
import { isEventSignal } from '../kernel/facts';
import { momentOf } from '../kernel/flow';
import { callUntilAnswered } from '../kernel/steps';
import { runMoment, type OrderFlow } from './process';

const cancelRequested = defineSignal<[unknown]>(ORDER_SIGNALS.cancelRequested);
const cancelOrder = defineUpdate<CancelResult, [CancelRequest]>(ORDER_UPDATES.cancelOrder);
const holdOrder = defineUpdate<HoldResult, [HoldRequest]>(ORDER_UPDATES.holdOrder);
const releaseHold = defineUpdate<HoldResult, [HoldRequest]>(ORDER_UPDATES.releaseHold);

export function listenToDecisions(flow: OrderFlow, { orderId }: OrderFlowInput): void {
  const cancels = onceEach<CancelResult>();
  const holds = onceEach<HoldResult>();
  const lifts = onceEach<HoldResult>();
  setHandler(
    cancelRequested,
    shielded(async (told) => {
      if (!isEventSignal(told)) return ignoreSignal(flow, cancelRequested.name);
      const { eventNo } = told;
      // The row of the event holds what is wanted; the moment reads it there.
      const decision = { decisionId: `event:${eventNo}`, orderId, lines: null, eventNo };
      await cancels(decision.decisionId, () => cancelByEvent(flow, decision));
    }),
    { description: 'The channel asks to cancel' },
  );
  setHandler(
    cancelOrder,
    shielded((request) =>
      cancels(request.decisionId, () =>
        cancelByPerson(flow, { ...request, orderId, eventNo: null }),
      ),
    ),
    {
      validator: refuseMalformedCancel,
      description: 'Support, or the channel, cancels what has not shipped',
    },
  );
  setHandler(
    holdOrder,
    shielded(({ decisionId }) =>
      holds(decisionId, () =>
        momentOf(
          flow,
          () => runMoment((moments) => moments.placeHold({ decisionId, orderId })),
          ({ outcome }) => (outcome === 'held' ? 'a hold was placed' : null),
        ),
      ),
    ),
    {
      validator: refuseMalformed,
      description: 'Support, or the channel, keeps the order from the warehouse',
    },
  );
  setHandler(
    releaseHold,
    shielded(({ decisionId }) =>
      lifts(decisionId, () =>
        momentOf(
          flow,
          () => runMoment((moments) => moments.liftHold({ decisionId, orderId })),
          ({ outcome }) => (outcome === 'released' ? 'the hold was lifted' : null),
        ),
      ),
    ),
    { validator: refuseMalformed, description: 'The hold is lifted, and the order goes on' },
  );
}

function refuseMalformedCancel(request: CancelRequest): void {
  refuseMalformed(request);
  const { lines } = request;
  if (lines !== null && (lines.length === 0 || lines.some((line) => line.quantity < 1))) {
    throw ApplicationFailure.nonRetryable('A cancel of lines names units', 'invalid_request');
  }
}

/** Somebody waits for the answer: within this a release whose answer is not known is tried again. */
const RELEASE_ANSWER_MS = 10_000;

async function cancelByPerson(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  const decide = () => flow.decisions.take(() => decideCancel(flow, decision));
  const result = await decide();
  if (result.outcome !== 'refused' || !isReleasing(flow)) return result;
  flow.retryNo += 1;
  const summary = 'The answer to the release, before the cancellation is refused';
  const isAnswered = await condition(() => !isReleasing(flow), RELEASE_ANSWER_MS, { summary });
  return isAnswered ? decide() : result;
}

function isReleasing(flow: OrderFlow): boolean {
  return [...flow.underway.values()].some((due) => due.step === 'release');
}

/**
 * A person may ask again; an event is there for good. It waits for a release whose answer is not
 * known, and where nothing can be cancelled any more, the moment marks it superseded.
 */
async function cancelByEvent(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  for (;;) {
    const result = await flow.decisions.take(() => decideCancel(flow, decision));
    if (result.outcome !== 'refused') return result;
    if (!isReleasing(flow)) break;
    await condition(() => !isReleasing(flow));
  }
  return writeCancel(flow, decision, []);
}

async function decideCancel(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  await withdrawRelease(flow);
  const plan = await momentOf(flow, () =>
    runMoment((moments) => moments.planCancellation(decision)),
  );
  if (plan.outcome === 'refused') {
    return { outcome: 'refused', cancelled: [], reason: plan.reason, agenda: null };
  }
  const recalled: RecallAnswer[] = [];
  for (const recall of plan.recalls) {
    recalled.push(await callUntilAnswered(flow, { step: 'recall', ...recall }));
  }
  return writeCancel(flow, decision, recalled);
}

const CANCELLED: Readonly<Record<CancelResult['outcome'], string>> = {
  cancelled: 'the order was cancelled',
  'partly-cancelled': 'the order was cancelled in part',
  refused: 'a cancellation was refused',
};

function writeCancel(
  flow: OrderFlow,
  decision: CancelDecision,
  recalled: readonly RecallAnswer[],
): Promise<CancelResult> {
  return momentOf(
    flow,
    () => runMoment((moments) => moments.cancelOrder({ ...decision, recalled })),
    ({ outcome }) => CANCELLED[outcome],
  );
}

/** A healthy call to the warehouse ends within this; one that does not is withdrawn. */
const RELEASE_GRACE_MS = 2_000;

/**
 * A release that is being called would go out behind the plan's back: one on its way is awaited,
 * one that waits for its next attempt is withdrawn, so that the plan sees what became of it.
 */
async function withdrawRelease(flow: OrderFlow): Promise<void> {
  const { call } = flow;
  if (call?.due.step !== 'release') return;
  const summary = 'The release that is on its way, before the cancellation';
  if (await condition(() => flow.call !== call, RELEASE_GRACE_MS, { summary })) return;
  call.scope.cancel();
  await condition(() => flow.call !== call);
}
