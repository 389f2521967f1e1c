/**
 * What every flow holds while it runs: its step, what came in, what Postgres last said is due. It
 * owns what happens next; quantities and money are Postgres's. What differs between the types of
 * flow is their `FlowSpec`: steps, moments, facts, deadlines, and what a person is shown.
 */
import { workflowInfo, type CancellationScope } from '@temporalio/workflow';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { ExceptionBrief, Resolution } from '../../canonical/schema/exception';
import type { Closed, FlowMoments, Told, WaitEnd } from '../../canonical/flows/moments';
import type { DueStep, FlowAgenda, StepKind, Wait } from '../../canonical/flows/step';
import { openMomentDoor } from './doors';
import { serialTurns, type SerialTurns } from './turns';

/** A row in Postgres that the flow still has to apply, in the order of the signals. */
export type Fact = EventFact | ResolutionFact;
export interface EventFact {
  readonly kind: 'event';
  /** The signal that told of it. */
  readonly signal: string;
  readonly eventNo: number;
}
export interface ResolutionFact {
  readonly kind: 'resolution';
  readonly exceptionId: string;
  readonly resolution: Resolution;
}

/** See `deadlines.ts`. */
export interface DeadlineKind<Agenda> {
  readonly durationMs: number;
  /** Something is out: the deadline runs. */
  isOut(agenda: Agenda): boolean;
  /** Of the timer, for the Temporal UI. */
  summary(until: string): string;
  /** Opened when it has passed. */
  wait(agenda: Agenda): Wait;
}

/** `off` until something is out; `accepted` where a person said that it may take its time. */
export type DeadlineState = 'off' | 'running' | 'due' | 'open' | 'accepted';
export interface Deadline {
  readonly state: DeadlineState;
  /** In milliseconds since 1970. */
  readonly endsAtMs: number;
}

/** A moment that is due by itself: no call to another system comes before it. */
export interface DueMoment<Agenda> {
  readonly name: string;
  run(): Promise<Told<Agenda>>;
  /** What has happened by it, for a person. */
  readonly said: string;
}

/** See `alarm.ts`. */
export interface Alarm<Agenda> {
  /** RFC 3339; null: nothing is due by the clock. */
  at(agenda: Agenda): string | null;
  /** Of the timer, for the Temporal UI. */
  summary(agenda: Agenda): string;
  /** `now`: RFC 3339, by the timer's clock. `closed`: that ended the flow too. */
  ring(now: string): Promise<Closed<Agenda>>;
  /** What has happened by it, for a person; of the agenda that named it. */
  said(agenda: Agenda): string;
}

export interface FlowSpec<Agenda extends FlowAgenda> {
  /** What its moments are about: `{orderId}`. */
  readonly subject: object;
  /** By name; `due` gives those that are to be done now, first things first. */
  readonly steps: Readonly<Record<string, StepKind<DueStep, object>>>;
  due(agenda: Agenda): readonly DueStep[];
  /** First things first. One that has run is due no more: its moment sees to that. */
  dueMoments?(agenda: Agenda): readonly DueMoment<Agenda>[];
  /** No longer due, and not because it was done: nobody wants the call any more. */
  isUnwanted?(agenda: Agenda, due: DueStep): boolean;
  /** By signal: the moment that applies such a fact. */
  readonly facts: Readonly<Record<string, (eventNo: number) => Promise<Told<Agenda>>>>;
  /** Opened for a fact that its moment cannot take. */
  readonly untakenFact: ExceptionCode;
  readonly deadlines: readonly DeadlineKind<Agenda>[];
  readonly alarm?: Alarm<Agenda>;
  /**
   * What a moment outside of the flow sent along when it told it to look again; null where that is
   * nothing, or older than what the flow knows: it is asked.
   */
  agendaIn?(told: unknown, known: Agenda): Agenda | null;
  /** What the list of flows shows; null before there is an agenda. */
  shown(agenda: Agenda | null): { readonly status: string; readonly node?: string };
  /** What it waits for when no exception is open and no call is made, in Markdown. */
  describeWait(flow: Flow<Agenda>): { readonly lines: readonly string[]; readonly for: string };
  /** Where a person decides on its exceptions; left out: no links are shown. */
  readonly pagesUrl?: string;
  /** By signal: what has happened when it comes, for a person. */
  readonly factTitles: Readonly<Record<string, string>>;
  /** What whoever wants to cancel the workflow does instead, in Markdown. */
  readonly insteadOfCancelling?: string;
  /** What a person wants to know beside that, in Markdown. */
  describe(agenda: Agenda | null): readonly string[];
}

/** The one call to another system that is under way; there is never a second one for a flow. */
export interface Call {
  readonly due: DueStep;
  readonly scope: CancellationScope;
}

/** What happened last, for a person. */
export interface Happened {
  readonly what: string;
  /** In milliseconds since 1970. */
  readonly atMs: number;
}

/** What a run hands to the next one when its history is long. */
export interface CarriedOver {
  readonly last?: Happened;
  readonly facts: readonly Fact[];
  readonly deadlines: readonly Deadline[];
}

export interface Flow<Agenda extends FlowAgenda> {
  readonly spec: FlowSpec<Agenda>;
  readonly input: object;
  /** Those that every flow has. */
  readonly moments: ReturnType<typeof momentsOf<Agenda>>;
  /** Moments, one at a time. */
  readonly turns: SerialTurns;
  /** Decisions that ask others first, one at a time: moments go on meanwhile. */
  readonly decisions: SerialTurns;
  agenda: Agenda | null;
  /** It was told to look again before there was an agenda: what it began with may be out of date. */
  isLookMissed: boolean;
  /** What it waits for before there is an agenda. */
  waitsFor: readonly ExceptionBrief[];
  facts: Fact[];
  /** Facts whose moment refused them, until their exception is resolved. */
  parked: Fact[];
  call: Call | null;
  /** Steps begun and not ended, by effect key: also those that wait for their account. */
  readonly underway: Map<string, DueStep>;
  /** Goes up with every moment: an answer of a step begun before the last one is out of date. */
  turnNo: number;
  /** Goes up with every retry that a person asks for. */
  retryNo: number;
  closeTriedAtTurn: number;
  last: Happened;
  readonly deadlines: Deadline[];
  alarm: { readonly at: string; readonly scope: CancellationScope; isOut: boolean } | null;
  /** Buttons of the Temporal UI that changed nothing, for its page. */
  presses: readonly string[];
  /** An error of something that runs beside the main function; thrown there. */
  failure: { readonly error: unknown } | null;
}

export function openFlow<Agenda extends FlowAgenda>(
  spec: FlowSpec<Agenda>,
  input: object,
  carried: CarriedOver | undefined,
): Flow<Agenda> {
  return {
    spec,
    input,
    moments: momentsOf<Agenda>(spec.subject),
    turns: serialTurns(),
    decisions: serialTurns(),
    agenda: null,
    isLookMissed: false,
    waitsFor: [],
    facts: [...(carried?.facts ?? [])],
    parked: [],
    call: null,
    underway: new Map(),
    turnNo: 0,
    retryNo: 0,
    closeTriedAtTurn: -1,
    last: carried?.last ?? { what: 'the flow began', atMs: workflowInfo().startTime.getTime() },
    deadlines: spec.deadlines.map(
      (_, index) => carried?.deadlines[index] ?? { state: 'off', endsAtMs: 0 },
    ),
    alarm: null,
    presses: [],
    failure: null,
  };
}

/** Shown to whoever opens the flow. */
export function happened<Agenda extends FlowAgenda>(flow: Flow<Agenda>, what: string): void {
  flow.last = { what, atMs: Date.now() };
}

/** The moments that every flow has, about its subject. */
function momentsOf<Agenda>(subject: object) {
  const run = openMomentDoor<FlowMoments<object, Agenda>>();
  return {
    readAgenda: () => run((moments) => moments.readAgenda(subject)),
    applyResolution: (exceptionId: string) =>
      run((moments) => moments.applyResolution({ ...subject, exceptionId })),
    openWait: (wait: Wait) => run((moments) => moments.openWait({ ...subject, ...wait })),
    closeWait: (end: WaitEnd) => run((moments) => moments.closeWait({ ...subject, ...end })),
    close: () => run((moments) => moments.closeFlow(subject)),
  };
}

/**
 * One moment in its turn. Where its answer says what is due now, that is taken over before the next
 * turn begins.
 */
export function momentOf<Agenda extends FlowAgenda, T extends object>(
  flow: Flow<Agenda>,
  moment: () => Promise<T & { readonly agenda?: Agenda | null }>,
  /** What has happened by it; left out, or null: nothing that a person has to know. */
  said?: (answer: T) => string | null,
): Promise<T> {
  return flow.turns.take(async () => {
    flow.turnNo += 1;
    const answer = await moment();
    const what = said?.(answer);
    if (what) happened(flow, what);
    if (answer.agenda) adopt(flow, answer.agenda);
    return answer;
  });
}

/** Postgres's word on what is due replaces the last one; a call nobody wants any more is given up. */
export function adopt<Agenda extends FlowAgenda>(flow: Flow<Agenda>, agenda: Agenda): void {
  flow.agenda = agenda;
  const { call, spec } = flow;
  if (call && !isDue(flow, call.due) && spec.isUnwanted?.(agenda, call.due)) call.scope.cancel();
}

/** The step of that key as it is due now. */
export function dueNow<Agenda extends FlowAgenda>(
  { agenda, spec }: Flow<Agenda>,
  { key }: DueStep,
): DueStep | undefined {
  return agenda === null ? undefined : spec.due(agenda).find((one) => one.key === key);
}

export function isDue<Agenda extends FlowAgenda>(flow: Flow<Agenda>, due: DueStep): boolean {
  return dueNow(flow, due) !== undefined;
}

export async function refreshAgenda<Agenda extends FlowAgenda>(flow: Flow<Agenda>): Promise<void> {
  await momentOf(flow, async () => ({ agenda: await flow.moments.readAgenda() }));
}
