/**
 * A deadline: one durable timer from when something is out until it is in. When it ends and the
 * thing is still out, somebody owns the wait. What is given up by the clock is an alarm.
 */
import { sleep } from '@temporalio/workflow';
import type { FlowAgenda } from '../../canonical/flows/step';
import type { DeadlineKind, DeadlineState, Flow } from './flow';
import { closeWait, openWait } from './waits';

/** Begins each timer with the first thing that is out; it runs on when the flow ends before it. */
export function watchDeadlines<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  const { agenda, spec } = flow;
  if (agenda === null) return;
  for (const [index, kind] of spec.deadlines.entries()) {
    // Opened by a flow that was lost: it is closed when the thing is in.
    if (stateOf(flow, index) === 'off' && isOpen(agenda, kind)) set(flow, index, 'open');
    if (stateOf(flow, index) === 'off' && kind.isOut(agenda)) run(flow, index, kind.durationMs);
  }
}

/** The rest of what a former run began. */
export function resumeDeadlines<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  for (const [index, { state, endsAtMs }] of flow.deadlines.entries()) {
    if (state === 'running') run(flow, index, Math.max(endsAtMs - Date.now(), 1));
  }
}

/** The first that passed, or that is over; null where none is. */
export function deadlineWork<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  agenda: Agenda,
): number | null {
  const index = flow.spec.deadlines.findIndex((kind, at) => {
    const state = stateOf(flow, at);
    return state === 'due' || (state === 'open' && !kind.isOut(agenda));
  });
  return index < 0 ? null : index;
}

/** The timer ended: what is still out becomes a wait. It is in: the wait is over. */
export async function settleDeadline<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  index: number,
): Promise<void> {
  const kind = flow.spec.deadlines[index];
  const { agenda } = flow;
  if (!kind || agenda === null) return;
  const wasOpen = stateOf(flow, index) === 'open';
  const isOut = kind.isOut(agenda);
  set(flow, index, isOut ? 'open' : 'off');
  if (isOut) await openWait(flow, kind.wait(agenda));
  else if (wasOpen) await closeWait(flow, kind.wait(agenda).blocks);
}

/** After a person's word: `retry` waits for another deadline, `override` for as long as it takes. */
export function deadlinesResolved<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  isRetry: boolean,
): void {
  const { agenda, spec } = flow;
  if (agenda === null) return;
  for (const [index, kind] of spec.deadlines.entries()) {
    if (stateOf(flow, index) !== 'open' || isOpen(agenda, kind)) continue;
    set(flow, index, isRetry ? 'off' : 'accepted');
  }
}

function stateOf<Agenda extends FlowAgenda>(flow: Flow<Agenda>, index: number): DeadlineState {
  return flow.deadlines[index]?.state ?? 'off';
}

function set<Agenda extends FlowAgenda>(flow: Flow<Agenda>, index: number, state: DeadlineState) {
  flow.deadlines[index] = { state, endsAtMs: flow.deadlines[index]?.endsAtMs ?? 0 };
}

function isOpen<Agenda extends FlowAgenda>(agenda: Agenda, kind: DeadlineKind<Agenda>): boolean {
  const { code, blocks } = kind.wait(agenda);
  return agenda.blockedBy.some((one) => one.code === code && one.blocks === blocks.text);
}

function run<Agenda extends FlowAgenda>(flow: Flow<Agenda>, index: number, delayMs: number): void {
  const kind = flow.spec.deadlines[index];
  if (!kind) return;
  const endsAtMs = Date.now() + delayMs;
  flow.deadlines[index] = { state: 'running', endsAtMs };
  sleep(delayMs, { summary: kind.summary(new Date(endsAtMs).toISOString()) })
    .then(() => set(flow, index, 'due'))
    .catch((error: unknown) => {
      flow.failure = { error };
    });
}
