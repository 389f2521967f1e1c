/**
 * A step is one value: what it is called, which of its kind it is, where and how it is asked for,
 * and what each resolution of its exceptions does. Flow, agenda, moments and details read it here.
 */
import type { ExceptionCode } from '../schema/error-codes';
import type { ExceptionBrief, ExceptionCause, Resolution } from '../schema/exception';

/** Which one of its kind, such as `{tenderNo: 1, invoiceNo: 2}`; the order of its names is fixed. */
export type About = Readonly<Record<string, number>>;

/** The unit of work that an exception blocks; with its flow it makes the exception's id. */
export interface Blocked {
  readonly step: string;
  readonly about: About;
  /** `capture:1:2`: the two as people see them. */
  readonly text: string;
}

export function blocked(step: string, about: About = {}): Blocked {
  return { step, about, text: [step, ...Object.values(about)].join(':') };
}

/** What a fact blocks that its moment cannot take. */
export const FACT_STEP = 'event';
export const blocksFact = (eventNo: number): Blocked => blocked(FACT_STEP, { eventNo });

/** A step that is due now: its kind, the key of its effect, and what the call needs. */
export interface DueStep {
  readonly step: string;
  readonly key: string;
}

/** What a flow is told after each of its moments. */
export interface FlowAgenda {
  readonly blockedBy: readonly ExceptionBrief[];
  /** Nothing is due, nothing waits: the flow may end. */
  readonly isSettled: boolean;
}

/** A step that cannot go on for now: the exception that says so. */
export interface Wait {
  readonly blocks: Blocked;
  readonly code: ExceptionCode;
  readonly detail: string;
  readonly cause: ExceptionCause;
}

export interface StepKind<Due extends DueStep = DueStep, Input = object> {
  readonly name: Due['step'];
  /** The activity that makes the call. */
  readonly activity: string;
  blocks(due: Due): Blocked;
  /** The account's queue, which holds that vendor's rate: `payment.stripe-us`. */
  queue(due: Due, input: Input): string;
  /** For the Temporal UI: amounts and places, nothing personal. */
  summary(due: Due, input: Input): string;
  /** Opened while the account does not answer. */
  readonly unavailable: ExceptionCode;
  /** Goods and promises wait while a decision is taken; money for what has moved does not. */
  readonly waitsForDecisions: boolean;
  /** What a resolution does to it, by the exception's code. */
  readonly resolutions: ResolutionTable;
}

export type ResolutionTable<Action extends string = string> = Readonly<
  Partial<Record<ExceptionCode, Readonly<Partial<Record<Resolution, Action>>>>>
>;

/** What is to be done for a resolution; null where it changes nothing but the exception itself. */
export function actionOf<Action extends string>(
  kinds: Readonly<Record<string, { readonly resolutions: ResolutionTable<Action> }>>,
  resolved: {
    readonly step: string | null;
    readonly code: ExceptionCode;
    readonly resolution: Resolution;
  },
): Action | null {
  const kind = resolved.step === null ? undefined : kinds[resolved.step];
  return kind?.resolutions[resolved.code]?.[resolved.resolution] ?? null;
}
