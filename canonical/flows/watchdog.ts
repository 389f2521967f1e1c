/** The flow that looks for what has not moved: how long each kind of thing may stand still. */
import type { FlowContract } from './contract';

const MINUTE_MS = 60_000;

export interface StallLimit {
  /** From then on each look moves it, where it can be moved from here. */
  readonly movedAfterMs: number;
  /** Still there: an exception names it. */
  readonly namedAfterMs: number;
}

/** Longer than what each has by itself: back-off, leases, what the relay signals again. */
export const STALL_LIMITS = {
  /** Stored, and not looked at by the router since it was due; nothing moves it but the router. */
  event: { movedAfterMs: 10 * MINUTE_MS, namedAfterMs: 10 * MINUTE_MS },
  /** Handed to its flow and not applied; the relay signals it again every minute. */
  fact: { movedAfterMs: 5 * MINUTE_MS, namedAfterMs: 10 * MINUTE_MS },
  /** A start or a signal that does not reach its flow; tried by the relay every minute. */
  dispatch: { movedAfterMs: 10 * MINUTE_MS, namedAfterMs: 10 * MINUTE_MS },
  /** Messages of one account that are due; publishing is begun while there are any. */
  outbox: { movedAfterMs: 15 * MINUTE_MS, namedAfterMs: 15 * MINUTE_MS },
  /** Batches of one ERP; posting is begun while there are any. */
  batch: { movedAfterMs: 30 * MINUTE_MS, namedAfterMs: 30 * MINUTE_MS },
  /** Called, not leased, no answer recorded. */
  effect: { movedAfterMs: 5 * MINUTE_MS, namedAfterMs: 20 * MINUTE_MS },
  /** A person's resolution that its flow has not applied. */
  resolution: { movedAfterMs: 5 * MINUTE_MS, namedAfterMs: 20 * MINUTE_MS },
  /** Open here and not running in Temporal; one that cannot be started is a `dispatch`. */
  run: { movedAfterMs: 5 * MINUTE_MS, namedAfterMs: Infinity },
  /** Of a pickup, an instant at which its flow had to act; a timer is seconds late, not minutes. */
  pickup: { movedAfterMs: 5 * MINUTE_MS, namedAfterMs: 15 * MINUTE_MS },
  /** Something is due, or nothing is, and no exception says why it does not go on. */
  flow: { movedAfterMs: 15 * MINUTE_MS, namedAfterMs: 30 * MINUTE_MS },
} as const satisfies Record<string, StallLimit>;
export type StallKind = keyof typeof STALL_LIMITS;

export type StallCounts = Readonly<Partial<Record<StallKind, number>>>;

export interface WatchdogInput {
  readonly lookEveryMs: number;
  /** Open flows are gone through in the order of their ids; one look may not reach the last. */
  readonly after?: string;
}

/** What one look had to do. */
export interface Looked {
  readonly moved: StallCounts;
  readonly named: StallCounts;
  /** Where the next look goes on. */
  readonly after: string;
}

export interface WatchdogActivities {
  lookForStalled(from: { readonly after: string }): Promise<Looked>;
}

export const WATCHDOG_FLOW: FlowContract<WatchdogInput> = {
  type: 'watchdog',
  subject: 'platform',
  priorityKey: 5,
  workflowId: () => 'watchdog',
  summary: () => 'Looks for what has not moved',
  facts: {},
};
