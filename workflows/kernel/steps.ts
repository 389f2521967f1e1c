/**
 * A step carried out beside the main function, so that facts and decisions are taken in while an
 * account is slow or down. One call at a time for a flow. An account that does not answer for some
 * minutes becomes a wait with an owner; the step is tried again by a timer, or at once when a
 * person asks for it. A step that is no longer due is given up, when the call that is on its way has
 * ended; what that call made after all is then due to be undone.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { EffectEnded } from '../../canonical/flows/moments';
import type { DueStep, FlowAgenda, StepKind } from '../../canonical/flows/step';
import { callStep, reasonOf } from './doors';
import { adopt, dueNow, happened, isDue, refreshAgenda, type Flow } from './flow';
import { closeWaitOf, openWait, untilRetry } from './waits';

/** @throws ApplicationFailure for a step that the flow has not declared */
export function kindOf<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  due: DueStep,
): StepKind<DueStep, object> {
  const kind = flow.spec.steps[due.step];
  if (!kind) throw ApplicationFailure.nonRetryable(`no step is called ${due.step}`);
  return kind;
}

/** Begins a step and returns at once; its end is seen in the flow's agenda. */
export function begin<Agenda extends FlowAgenda>(flow: Flow<Agenda>, due: DueStep): void {
  flow.underway.set(due.key, due);
  carryOut(flow, due)
    .catch((error: unknown) => {
      flow.failure = { error };
    })
    .finally(() => flow.underway.delete(due.key));
}

export function mayCall<Agenda extends FlowAgenda>(flow: Flow<Agenda>, due: DueStep): boolean {
  if (flow.call !== null || flow.turns.isBusy) return false;
  return !(kindOf(flow, due).waitsForDecisions && flow.decisions.isBusy);
}

async function carryOut<Agenda extends FlowAgenda>(flow: Flow<Agenda>, due: DueStep) {
  const kind = kindOf(flow, due);
  const isStillDue = () => isDue(flow, due);
  let tries = 0;
  for (;;) {
    // Several steps may wake at once: only the first to look finds the way free.
    while (!mayCall(flow, due)) await condition(() => mayCall(flow, due));
    // As it is now: under the same key it may have become the last one of its kind.
    const now = dueNow(flow, due);
    if (!now) break;
    const end = await callOnce(flow, kind, now);
    if (end.outcome === 'answered') break;
    if (end.outcome === 'withdrawn' || !isStillDue()) {
      // The call may have begun, or been recorded, after the agenda that withdrew it was read.
      await refreshAgenda(flow);
      continue;
    }
    await missAccount(flow, kind, due, end.problem);
    await untilRetry(flow, tries, `Try again: ${kind.summary(due, flow.input)}`, isStillDue);
    tries += 1;
  }
  await closeWaitOf(flow, kind.blocks(due));
}

/** How a call ended, for a person. */
const ENDED: Readonly<Record<EffectEnded<unknown>['outcome'], string>> = {
  done: 'done',
  refused: 'refused',
  'not-called': 'not called, as it was no longer due',
};

type CallEnd =
  | { readonly outcome: 'answered' }
  | { readonly outcome: 'withdrawn' }
  | { readonly outcome: 'no-answer'; readonly problem: string };

async function callOnce<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  kind: StepKind<DueStep, object>,
  due: DueStep,
): Promise<CallEnd> {
  const scope = new CancellationScope({ cancellable: true });
  const begunAtTurn = flow.turnNo;
  flow.call = { due, scope };
  try {
    const answer = await scope.run(() =>
      callStep<DueStep, object, EffectEnded<Agenda>>(kind, due, flow.input),
    );
    happened(flow, `${kind.summary(due, flow.input)}: ${ENDED[answer.outcome]}`);
    // A moment that ran meanwhile knows more than the answer's agenda does, or less: ask again.
    if (flow.turnNo === begunAtTurn && !flow.turns.isBusy) adopt(flow, answer.agenda);
    else await refreshAgenda(flow);
    // What it was answered may be all that kept the flow from closing.
    flow.closeTriedAtTurn = -1;
    return isDue(flow, due)
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

/** Its account does not answer. */
function missAccount<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  kind: StepKind<DueStep, object>,
  due: DueStep,
  problem: string,
): Promise<void> {
  return openWait(flow, {
    blocks: kind.blocks(due),
    code: kind.unavailable,
    detail: `${kind.summary(due, flow.input)}: ${problem}`,
    cause: { kind: 'system', ref: accountOf(kind.queue(due, flow.input)) },
  });
}

/** `payment.stripe-us` → `stripe-us`. */
function accountOf(queue: string): string {
  return queue.slice(queue.indexOf('.') + 1);
}

/** Asks for as long as it takes, within a decision; facts and other steps go on meanwhile. */
export async function callUntilAnswered<Agenda extends FlowAgenda, Answer>(
  flow: Flow<Agenda>,
  due: DueStep,
): Promise<Answer> {
  const kind = kindOf(flow, due);
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await callStep<DueStep, object, Answer>(kind, due, flow.input);
      await closeWaitOf(flow, kind.blocks(due));
      return answer;
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      await missAccount(flow, kind, due, reasonOf(error));
      await untilRetry(flow, tries, `Try again: ${kind.summary(due, flow.input)}`, () => true);
    }
  }
}
