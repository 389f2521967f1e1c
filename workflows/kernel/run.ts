/**
 * What a flow does until it is closed: one thing at a time, facts before deadlines before moments
 * that are due before steps, closing last; and when there is nothing to do, it says what it waits for.
 */
import { ApplicationFailure } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { DueStep, FlowAgenda } from '../../canonical/flows/step';
import { ring, watchAlarm } from './alarm';
import { listenToCancellation } from './buttons';
import { deadlineWork, resumeDeadlines, settleDeadline, watchDeadlines } from './deadlines';
import { showEnd, showState } from './details';
import { applyFact, listenToFacts } from './facts';
import { momentOf, refreshAgenda, type CarriedOver, type Fact, type Flow } from './flow';
import { begin, mayCall } from './steps';

/** Events of one run after which the next one takes over; the server would suggest it at 4,096. */
export const LONG_HISTORY_EVENTS = 2_000;

/** Signals of a flow that could not start for a while come with its first task, before its agenda. */
const LOOKS_AFTER_BEGINNING = 'looks-after-beginning';

type Work =
  | { readonly kind: 'failure'; readonly error: unknown }
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'deadline'; readonly index: number }
  | { readonly kind: 'alarm' }
  | { readonly kind: 'moment'; readonly name: string }
  | { readonly kind: 'step'; readonly due: DueStep }
  | { readonly kind: 'longHistory' }
  | { readonly kind: 'settled' };

/** What is a flow's own in its life. */
export interface Life {
  /** Until there is an agenda; left out: it is read. */
  readonly begin?: () => Promise<void>;
  /** Continues as new, and never returns. */
  readonly nextRun: (carry: CarriedOver) => Promise<never>;
}

/**
 * From its first agenda to the moment that closes it. Cancelling the workflow does nothing, and its
 * page says so: what a flow does is ended by a decision, or by Postgres.
 */
export async function runFlow<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  { begin: beginning = () => refreshAgenda(flow), nextRun }: Life,
): Promise<void> {
  listenToCancellation(flow);
  listenToFacts(flow);
  await CancellationScope.nonCancellable(async () => {
    await beginning();
    if (flow.isLookMissed && patched(LOOKS_AFTER_BEGINNING)) await refreshAgenda(flow);
    await untilClosed(flow, nextRun);
    showEnd(flow);
    await condition(allHandlersFinished);
  });
}

async function untilClosed<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  nextRun: Life['nextRun'],
): Promise<void> {
  resumeDeadlines(flow);
  for (;;) {
    const work = await waitForWork(flow);
    switch (work.kind) {
      case 'failure':
        throw work.error;
      case 'fact':
        await applyFact(flow, work.fact);
        break;
      case 'deadline':
        await settleDeadline(flow, work.index);
        break;
      case 'alarm':
        if (await ring(flow)) return;
        break;
      case 'moment':
        await runDue(flow, work.name);
        break;
      // Carried out beside this loop, one call at a time.
      case 'step':
        begin(flow, work.due);
        break;
      case 'longHistory':
        await condition(allHandlersFinished);
        await nextRun(carryOver(flow));
        break;
      case 'settled':
        if (await close(flow)) return;
        break;
    }
  }
}

function carryOver<Agenda extends FlowAgenda>(flow: Flow<Agenda>): CarriedOver {
  const { facts, parked, deadlines, last } = flow;
  return { facts: [...facts, ...parked], deadlines, last };
}

/** @throws ApplicationFailure for one that leaves itself due: it would run for ever */
async function runDue<Agenda extends FlowAgenda>(flow: Flow<Agenda>, name: string): Promise<void> {
  const moment = dueMoment(flow, name);
  if (!moment) return;
  await momentOf(flow, moment.run, () => moment.said);
  if (dueMoment(flow, name)) {
    throw ApplicationFailure.nonRetryable(`the moment ${name} ran and is still due`);
  }
}

function dueMoment<Agenda extends FlowAgenda>({ spec, agenda }: Flow<Agenda>, name?: string) {
  const due = agenda === null ? [] : (spec.dueMoments?.(agenda) ?? []);
  return name === undefined ? due[0] : due.find((one) => one.name === name);
}

/** Closed only where Postgres has no unapplied fact and nothing due. */
async function close<Agenda extends FlowAgenda>(flow: Flow<Agenda>): Promise<boolean> {
  const { outcome } = await momentOf(flow, () => flow.moments.close());
  flow.closeTriedAtTurn = flow.turnNo;
  return outcome === 'closed';
}

/** What is next; where that is nothing, says what the flow waits for and waits. */
async function waitForWork<Agenda extends FlowAgenda>(flow: Flow<Agenda>): Promise<Work> {
  for (;;) {
    watchDeadlines(flow);
    watchAlarm(flow);
    const work = nextWork(flow);
    if (work) return work;
    showState(flow);
    const { agenda, call } = flow;
    const isNews = () => flow.agenda !== agenda || flow.call !== call;
    await condition(() => isNews() || nextWork(flow) !== null);
  }
}

/** Null: there is nothing to do but wait. */
function nextWork<Agenda extends FlowAgenda>(flow: Flow<Agenda>): Work | null {
  if (flow.failure) return { kind: 'failure', ...flow.failure };
  const { agenda, spec } = flow;
  if (agenda === null || flow.turns.isBusy) return null;
  const [fact] = flow.facts;
  if (fact) return { kind: 'fact', fact };
  const deadline = deadlineWork(flow, agenda);
  if (deadline !== null) return { kind: 'deadline', index: deadline };
  if (flow.alarm?.isOut) return { kind: 'alarm' };
  // As with a call: whoever decides sees what is due as it was.
  const moment = flow.decisions.isBusy ? undefined : dueMoment(flow);
  if (moment) return { kind: 'moment', name: moment.name };
  const due = spec.due(agenda).find((one) => !flow.underway.has(one.key) && mayCall(flow, one));
  if (due) return { kind: 'step', due };
  if (!isQuiet(flow)) return null;
  if (workflowInfo().historyLength > LONG_HISTORY_EVENTS) return { kind: 'longHistory' };
  const isNews = flow.closeTriedAtTurn !== flow.turnNo;
  return agenda.isSettled && isNews && flow.underway.size === 0 ? { kind: 'settled' } : null;
}

/** No call is on its way and nobody waits for an answer. */
function isQuiet<Agenda extends FlowAgenda>(flow: Flow<Agenda>): boolean {
  return flow.call === null && !flow.decisions.isBusy && !flow.turns.isBusy;
}
