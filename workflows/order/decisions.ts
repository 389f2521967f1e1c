/**
 * Decisions by people and channels: each is answered with its result, and the same decision twice
 * is one. A cancellation first calls back what the warehouse has, then writes what is cancelled;
 * voids and refunds follow from the agenda.
 */
import { ApplicationFailure } from '@temporalio/common';
import { ActivityFailure, condition } from '@temporalio/workflow';
import type {
  CancelDecision,
  CancelRequest,
  CancelResult,
  HoldRequest,
  HoldResult,
  RecallAnswer,
  RecallOrder,
} from '../../canonical/flows/order';
import { closeWaitOf, reasonOf, untilRetry } from './carry-out';
import { momentOf, type OrderFlow } from './flow-state';
import { recallSummary } from './steps';

/** Answers kept in the flow; an older decision is answered by Postgres, which knows them all. */
const MAX_RESULTS_KEPT = 50;
const MAX_DECISION_ID_CHARS = 200;

/** Thrown by validators: a rejected update leaves no trace in history. */
export function refuseMalformed(request: CancelRequest | HoldRequest): void {
  if (!request.decisionId || request.decisionId.length > MAX_DECISION_ID_CHARS) {
    throw ApplicationFailure.nonRetryable('A decision needs an id', 'invalid_request');
  }
  const lines = 'lines' in request ? request.lines : null;
  if (lines !== null && (lines.length === 0 || lines.some((line) => line.quantity < 1))) {
    throw ApplicationFailure.nonRetryable('A cancel of lines names units', 'invalid_request');
  }
}

export function cancel(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  return once(flow.cancelResults, decision.decisionId, () =>
    decision.eventNo === null ? cancelByPerson(flow, decision) : cancelByEvent(flow, decision),
  );
}

/** Somebody waits for the answer: within this a release whose answer is not known is tried again. */
const RELEASE_ANSWER_MS = 10_000;

async function cancelByPerson(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  const decide = () => flow.cancellations.take(() => decideCancel(flow, decision));
  const result = await decide();
  if (result.outcome !== 'refused' || !isReleasing(flow)) return result;
  flow.retryNo += 1;
  const summary = 'The answer to the release, before the cancellation is refused';
  const isAnswered = await condition(() => !isReleasing(flow), RELEASE_ANSWER_MS, { summary });
  return isAnswered ? decide() : result;
}

function isReleasing(flow: OrderFlow): boolean {
  return [...flow.underway.values()].some((step) => step.step === 'release');
}

/**
 * A person may ask again; an event is there for good. It waits for a release whose answer is not
 * known, and where nothing can be cancelled any more, the moment marks it superseded.
 */
async function cancelByEvent(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  for (;;) {
    const result = await flow.cancellations.take(() => decideCancel(flow, decision));
    if (result.outcome !== 'refused') return result;
    if (!isReleasing(flow)) break;
    await condition(() => !isReleasing(flow));
  }
  return momentOf(flow, (moments) => moments.cancelOrder({ ...decision, recalled: [] }));
}

async function decideCancel(flow: OrderFlow, decision: CancelDecision): Promise<CancelResult> {
  await withdrawRelease(flow);
  const plan = await momentOf(flow, (moments) => moments.planCancellation(decision));
  if (plan.outcome === 'refused') {
    return { outcome: 'refused', cancelled: [], reason: plan.reason, agenda: null };
  }
  if (plan.outcome === 'duplicate') return plan.result;
  const recalled: RecallAnswer[] = [];
  for (const order of plan.recalls) recalled.push(await recall(flow, order));
  return momentOf(flow, (moments) => moments.cancelOrder({ ...decision, recalled }));
}

/** A healthy call to the warehouse ends within this; one that does not is withdrawn. */
const RELEASE_GRACE_MS = 2_000;

/**
 * A release that is being called would go out behind the plan's back: one on its way is awaited,
 * one that waits for its next attempt is withdrawn, so that the plan sees what became of it.
 */
async function withdrawRelease(flow: OrderFlow): Promise<void> {
  const { call } = flow;
  if (call?.step.step !== 'release') return;
  const summary = 'The release that is on its way, before the cancellation';
  if (await condition(() => flow.call !== call, RELEASE_GRACE_MS, { summary })) return;
  call.scope.cancel();
  await condition(() => flow.call !== call);
}

/** Asks the warehouse for as long as it takes; facts and other steps go on meanwhile. */
async function recall(flow: OrderFlow, order: RecallOrder): Promise<RecallAnswer> {
  const summary = recallSummary(order);
  const step = `recall:${order.groupNo}`;
  for (let tries = 0; ; tries += 1) {
    try {
      const { recallFromWarehouse } = flow.effects.warehouse(order.account);
      const answer = await recallFromWarehouse.executeWithOptions({ summary }, [order]);
      await closeWaitOf(flow, step);
      return answer;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const detail = `${summary}: ${reasonOf(error)}`;
      const { orderId } = flow.input;
      await momentOf(flow, (moments) =>
        moments.openWait({ orderId, step, code: 'fulfilment.unavailable', detail }),
      );
      await untilRetry(flow, tries, `Try again: ${summary}`, () => true);
    }
  }
}

export function hold(flow: OrderFlow, request: HoldRequest): Promise<HoldResult> {
  const decision = { ...request, orderId: flow.input.orderId };
  return once(flow.holdResults, `hold:${request.decisionId}`, () =>
    momentOf(flow, (moments) => moments.placeHold(decision)),
  );
}

export function liftHold(flow: OrderFlow, request: HoldRequest): Promise<HoldResult> {
  const decision = { ...request, orderId: flow.input.orderId };
  return once(flow.holdResults, `lift:${request.decisionId}`, () =>
    momentOf(flow, (moments) => moments.liftHold(decision)),
  );
}

/** The same decision while it runs, or soon after, has the same answer. */
function once<T>(
  results: Map<string, Promise<T>>,
  decisionId: string,
  decide: () => Promise<T>,
): Promise<T> {
  const known = results.get(decisionId);
  if (known) return known;
  const result = decide();
  results.set(decisionId, result);
  // A decision that failed may be taken again under its id.
  result.catch(() => results.delete(decisionId));
  const [oldest] = results.keys();
  if (results.size > MAX_RESULTS_KEPT && oldest !== undefined) results.delete(oldest);
  return result;
}
