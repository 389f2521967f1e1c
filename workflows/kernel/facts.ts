/** Facts: queued as their signals come, each applied by one moment, parked where that refuses. */
import { defineSignal, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import { EXCEPTION_RESOLVED, LOOK_AGAIN } from '../../canonical/flows/contract';
import { blocksFact, type FlowAgenda } from '../../canonical/flows/step';
import type { Resolution } from '../../canonical/schema/exception';
import { ignoreSignal } from './buttons';
import { deadlinesResolved } from './deadlines';
import { isDefinite, reasonOf } from './doors';
import { momentOf, type EventFact, type Fact, type Flow, type ResolutionFact } from './flow';
import { closeWaitOf, openWait } from './waits';

/** Facts held at once; more are left to the relay, which signals what stays unapplied. */
const MAX_FACTS_HELD = 1_000;

/** What a signal carries: the row is in Postgres, the message only says which. */
export interface EventSignal {
  readonly eventNo: number;
}
interface ResolutionSignal {
  readonly exceptionId: string;
  readonly resolution: Resolution;
}

/** An id of ours; a message by hand may hold anything. */
const EXCEPTION_ID = /^[\w-]{1,100}$/;

/** A message that somebody typed into the Temporal UI may hold anything, or nothing. */
export function isEventSignal(told: unknown): told is EventSignal {
  return (
    typeof told === 'object' &&
    told !== null &&
    'eventNo' in told &&
    typeof told.eventNo === 'number' &&
    Number.isSafeInteger(told.eventNo) &&
    told.eventNo > 0
  );
}

function isResolutionSignal(told: unknown): told is ResolutionSignal {
  if (typeof told !== 'object' || told === null) return false;
  if (!('exceptionId' in told && 'resolution' in told)) return false;
  const { exceptionId, resolution } = told;
  return (
    typeof exceptionId === 'string' &&
    EXCEPTION_ID.test(exceptionId) &&
    (resolution === 'retry' || resolution === 'override' || resolution === 'abandon')
  );
}

/**
 * Takes in every fact that the flow has a moment for, and the resolutions of its exceptions. What
 * it cannot take is named and fails nothing.
 */
export function listenToFacts<Agenda extends FlowAgenda>(flow: Flow<Agenda>): void {
  for (const signal of Object.keys(flow.spec.facts)) {
    setHandler(
      defineSignal<[unknown]>(signal),
      (told) => {
        if (!isEventSignal(told)) return ignoreSignal(flow, signal);
        take(flow, { kind: 'event', signal, eventNo: told.eventNo });
      },
      { description: flow.spec.factTitles[signal] },
    );
  }
  setHandler(
    defineSignal<[unknown]>(EXCEPTION_RESOLVED),
    (told) => {
      if (!isResolutionSignal(told)) return ignoreSignal(flow, EXCEPTION_RESOLVED);
      const { exceptionId, resolution } = told;
      take(flow, { kind: 'resolution', exceptionId, resolution });
    },
    { description: 'An exception of this flow was resolved' },
  );
  setHandler(defineSignal<[unknown]>(LOOK_AGAIN), (told) => lookAgain(flow, told), {
    description: 'Something changed, or nothing moved: what is due is looked at again',
  });
  // Of a later version, or by hand: it is in history, and nothing fails.
  setDefaultSignalHandler((signalName) => ignoreSignal(flow, signalName));
}

/** Whatever it believed: what is due now is what Postgres says. */
async function lookAgain<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  told: unknown,
): Promise<void> {
  if (flow.agenda === null) {
    flow.isLookMissed = true;
    return;
  }
  try {
    await momentOf(
      flow,
      async () => {
        const sent = flow.agenda && flow.spec.agendaIn?.(told, flow.agenda);
        return { agenda: sent ?? (await flow.moments.readAgenda()) };
      },
      () => 'it was told that something had changed',
    );
  } catch (error) {
    flow.failure = { error };
  }
}

function take<Agenda extends FlowAgenda>(flow: Flow<Agenda>, fact: Fact): void {
  const isHeld = [...flow.facts, ...flow.parked].some((held) => idOf(held) === idOf(fact));
  if (!isHeld && flow.facts.length < MAX_FACTS_HELD) flow.facts.push(fact);
}

const idOf = (fact: Fact) => (fact.kind === 'event' ? fact.eventNo : fact.exceptionId);

export function applyFact<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  fact: Fact,
): Promise<void> {
  flow.facts = flow.facts.filter((one) => one !== fact);
  return fact.kind === 'event' ? recordEvent(flow, fact) : applyResolution(flow, fact);
}

/** One that its moment cannot take is parked under an exception until it can; the others go on. */
async function recordEvent<Agenda extends FlowAgenda>(flow: Flow<Agenda>, fact: EventFact) {
  const { facts, untakenFact, factTitles } = flow.spec;
  const { eventNo, signal } = fact;
  const moment = facts[signal];
  if (!moment) return;
  try {
    await momentOf(
      flow,
      () => moment(eventNo),
      () => factTitles[signal] ?? signal,
    );
  } catch (error) {
    if (!isDefinite(error)) throw error;
    flow.parked.push(fact);
    await openWait(flow, {
      blocks: blocksFact(eventNo),
      code: untakenFact,
      detail: `Event ${eventNo} (${signal}): ${reasonOf(error)}`,
      cause: { kind: 'event', ref: String(eventNo) },
    });
    return;
  }
  await closeWaitOf(flow, blocksFact(eventNo), untakenFact);
}

const RESOLVED_BY: Readonly<Record<Resolution, string>> = {
  retry: 'an exception was resolved: try again',
  override: 'an exception was resolved: go on without the step',
  abandon: 'an exception was resolved: the step is given up',
};

/** What the exception blocked is due again, skipped or given up, as the resolution says. */
async function applyResolution<Agenda extends FlowAgenda>(
  flow: Flow<Agenda>,
  { exceptionId, resolution }: ResolutionFact,
) {
  await momentOf(
    flow,
    () => flow.moments.applyResolution(exceptionId),
    () => RESOLVED_BY[resolution],
  );
  flow.facts.push(...flow.parked.splice(0));
  if (resolution === 'retry') flow.retryNo += 1;
  deadlinesResolved(flow, resolution === 'retry');
}

/** Takes the resolutions that came so far out of the queue. */
export function takeResolutions<Agenda extends FlowAgenda>(flow: Flow<Agenda>): ResolutionFact[] {
  const isResolution = (fact: Fact): fact is ResolutionFact => fact.kind === 'resolution';
  const taken = flow.facts.filter(isResolution);
  flow.facts = flow.facts.filter((fact) => !isResolution(fact));
  return taken;
}
