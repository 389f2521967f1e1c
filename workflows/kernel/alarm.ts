/**
 * An alarm: one durable timer to an instant that the agenda names, beside the deadlines, whose length
 * is known before. When it ends a moment says what has become due, and the agenda names the next one.
 */
import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { FlowAgenda } from '../../canonical/flows/step';
import { momentOf, type Flow } from './flow';

/** An instant that has passed when its agenda comes is rung at once. */
const SHORTEST_MS = 1;

/** Runs to the instant that the agenda names now; one that ran to another is given up. */
export function watchAlarm<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  const { agenda, spec, alarm } = flow;
  if (!spec.alarm || agenda === null) return;
  const at = spec.alarm.at(agenda);
  if (alarm?.at === at || (alarm === null && at === null)) return;
  // One that is about to end leaves its timer: to cancel it is an event more.
  if (at === null && agenda.isSettled) return;
  alarm?.scope.cancel();
  flow.alarm = at === null ? null : setAlarm(flow, at, spec.alarm.summary(agenda));
}

function setAlarm<Agenda extends FlowAgenda>(flow: Flow<Agenda>, at: string, summary: string) {
  const alarm = { at, scope: new CancellationScope(), isOut: false };
  const delayMs = Math.max(Date.parse(at) - Date.now(), SHORTEST_MS);
  alarm.scope
    .run(() => sleep(delayMs, { summary }))
    .then(() => {
      alarm.isOut = true;
    })
    .catch((error: unknown) => {
      if (!isCancellation(error)) flow.failure = { error };
    });
  return alarm;
}

/**
 * True where the moment ended the flow too.
 * @throws ApplicationFailure for a moment that leaves the same instant due: it would ring for ever
 */
export async function ring<Agenda extends FlowAgenda>(flow: Flow<Agenda>): Promise<boolean> {
  const { alarm, spec } = flow;
  if (!alarm || !spec.alarm) return false;
  const { at, ring: moment, said } = spec.alarm;
  flow.alarm = null;
  const now = new Date(Math.max(Date.now(), Date.parse(alarm.at))).toISOString();
  const before = flow.agenda;
  const { outcome, agenda } = await momentOf(
    flow,
    () => moment(now),
    () => (before === null ? null : said(before)),
  );
  if (at(agenda) === alarm.at) {
    throw ApplicationFailure.nonRetryable(`the alarm of ${alarm.at} rang and is still due`);
  }
  return outcome === 'closed';
}
