/**
 * A step carried out beside the main function, so that facts and decisions are taken in while a
 * vendor is slow or down. One call at a time for an order. A vendor that does not answer for some
 * minutes becomes a wait with an owner; the step is tried again by a timer, or at once when a
 * person asks for it. A step that is no longer due is given up, when the call that is on its way has
 * ended; what that call made after all is then due to be undone.
 */
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { EffectAnswer } from '../../canonical/flows/order';
import { adopt, momentOf, refreshAgenda, type OrderFlow } from './flow-state';
import { isDue, nameOf, performStep, summaryOf, type Step } from './steps';

/** Between tries while the vendor is down: 1, 2, 4, 8, then 10 minutes. */
const FIRST_BACK_OFF_MS = 60_000;
const LONGEST_BACK_OFF_MS = 600_000;

const UNAVAILABLE: ReadonlySet<string> = new Set<ExceptionCode>([
  'payment.unavailable',
  'fulfilment.unavailable',
]);

/** Begins a step and returns at once; its end is seen in the flow's agenda. */
export function begin(flow: OrderFlow, step: Step): void {
  flow.underway.set(step.key, step);
  carryOut(flow, step)
    .catch((error: unknown) => {
      flow.failure = { error };
    })
    .finally(() => flow.underway.delete(step.key));
}

/** Goods and promises wait while a cancellation is decided; money for what has moved does not. */
export function mayCall(flow: OrderFlow, step: Step): boolean {
  if (flow.call !== null || flow.moments.isBusy) return false;
  const isOutgoing = step.step === 'release' || step.step === 'authorize';
  return !(isOutgoing && flow.cancellations.isBusy);
}

async function carryOut(flow: OrderFlow, step: Step): Promise<void> {
  const isStillDue = () => isDue(flow.agenda, step.key);
  let tries = 0;
  for (;;) {
    // Several steps may wake at once: only the first to look finds the way free.
    while (!mayCall(flow, step)) await condition(() => mayCall(flow, step));
    if (!isStillDue()) break;
    const end = await callOnce(flow, step);
    if (end.outcome === 'answered') break;
    if (end.outcome === 'withdrawn' || !isStillDue()) {
      // The call may have begun, or been recorded, after the agenda that withdrew it was read.
      await refreshAgenda(flow);
      continue;
    }
    await openWait(flow, step, end.problem);
    await untilRetry(flow, tries, `Try again: ${summaryOf(step, flow.input)}`, isStillDue);
    tries += 1;
  }
  await closeWaitOf(flow, nameOf(step));
}

type CallEnd =
  | { readonly outcome: 'answered' }
  | { readonly outcome: 'withdrawn' }
  | { readonly outcome: 'no-answer'; readonly problem: string };

async function callOnce(flow: OrderFlow, step: Step): Promise<CallEnd> {
  const scope = new CancellationScope({ cancellable: true });
  const begunAtTurn = flow.turnNo;
  flow.call = { step, scope };
  try {
    const answer = await scope.run(() => performStep(step, flow.effects, flow.input));
    await land(flow, answer, begunAtTurn);
    return isDue(flow.agenda, step.key)
      ? { outcome: 'no-answer', problem: 'It was answered and is still due.' }
      : { outcome: 'answered' };
  } catch (error) {
    // Withdrawn while it waited for its next attempt: one that runs is awaited to its end.
    if (isCancellation(error)) return { outcome: 'withdrawn' };
    if (!(error instanceof ActivityFailure)) throw error;
    return { outcome: 'no-answer', problem: reasonOf(error) };
  } finally {
    flow.call = null;
  }
}

/** A moment that ran meanwhile knows more than the answer's agenda does, or less: ask again. */
async function land(flow: OrderFlow, answer: EffectAnswer, begunAtTurn: number): Promise<void> {
  if (flow.turnNo === begunAtTurn && !flow.moments.isBusy) adopt(flow, answer.agenda);
  else await refreshAgenda(flow);
}

/** Fit for a person and free of personal data: activities see to that. */
export function reasonOf(failure: ActivityFailure): string {
  const { cause } = failure;
  if (cause instanceof ApplicationFailure) return cause.message;
  if (cause instanceof TimeoutFailure) return 'No answer within the time allowed for a call.';
  return 'The call did not end with an answer.';
}

async function openWait(flow: OrderFlow, step: Step, problem: string): Promise<void> {
  await momentOf(flow, (moments) =>
    moments.openWait({
      orderId: flow.input.orderId,
      step: nameOf(step),
      code: step.step === 'release' ? 'fulfilment.unavailable' : 'payment.unavailable',
      detail: `${summaryOf(step, flow.input)}: ${problem}`,
    }),
  );
}

/**
 * After a step has ended. A wait may have been opened by a run before this one: the agenda says
 * whether one of that kind is open; closing one that is not changes nothing.
 */
export async function closeWaitOf(flow: OrderFlow, step: string): Promise<void> {
  const isOpen = flow.agenda?.blockedBy.some((one) => UNAVAILABLE.has(one.code));
  if (isOpen) await closeWait(flow, step);
}

async function closeWait(flow: OrderFlow, step: string): Promise<void> {
  await momentOf(flow, (moments) => moments.closeWait({ orderId: flow.input.orderId, step }));
}

/** Waits for the next try: by the clock, at a person's retry, or until it is not wanted any more. */
export async function untilRetry(
  flow: OrderFlow,
  tries: number,
  summary: string,
  isWanted: () => boolean,
): Promise<void> {
  const askedBefore = flow.retryNo;
  const delayMs = Math.min(FIRST_BACK_OFF_MS * 2 ** tries, LONGEST_BACK_OFF_MS);
  await condition(() => flow.retryNo !== askedBefore || !isWanted(), delayMs, { summary });
}
