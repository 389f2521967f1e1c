/**
 * A flow's two doors: moments (one Postgres transaction each) and steps (one call to another system
 * each). Every proxy says its time-outs and its retry policy; nothing else retries.
 */
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import type { DueStep, StepKind } from '../../canonical/flows/step';

/** `M`: moments of one type of flow, by the name they have in its history. */
export type MomentDoor<M> = <T>(
  call: (moments: ActivityInterfaceFor<M>) => Promise<T>,
) => Promise<T>;

/** In the worker that holds the workflow task: one marker in history. Two tries within seconds. */
const AT_ONCE = {
  startToCloseTimeout: '6s',
  localRetryThreshold: '1s',
  retry: { maximumAttempts: 2, initialInterval: '100ms', backoffCoefficient: 2 },
} as const;

/** Retried by the server until Postgres is back: three events however long that takes. */
const ORDINARILY = {
  startToCloseTimeout: '20s',
  summary: 'again, after the database did not answer at once',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
} as const;

/**
 * A moment is tried at once, and what still fails goes the ordinary way, so that a Postgres outage
 * fills no history. It throws an ActivityFailure only where the moment itself said that a retry
 * cannot help.
 *
 * ```ts
 * const runMoment = openMomentDoor<OrderMoments>();
 * await runMoment((moments) => moments.recordShipment({ orderId, eventNo }));
 * ```
 */
export function openMomentDoor<M>(): MomentDoor<M> {
  const atOnce = proxyLocalActivities<M>(AT_ONCE);
  const ordinarily = proxyActivities<M>(ORDINARILY);
  return async (call) => {
    try {
      return await call(atOnce);
    } catch (error) {
      if (isCancellation(error) || isDefinite(error)) throw error;
      return await call(ordinarily);
    }
  };
}

/** Over a whole file: it gives signs of life, and is begun anew after a crash for as long as it takes. */
const AT_LENGTH = {
  startToCloseTimeout: '30m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' },
} as const;

/** A moment that takes minutes: an activity of its own, with what it does as its summary. */
export function openLongMomentDoor<M>(summary: string): ActivityInterfaceFor<M> {
  return proxyActivities<M>({ ...AT_LENGTH, summary });
}

/** A failure that no retry of the same call can cure. */
export function isDefinite(error: unknown): error is ActivityFailure {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.nonRetryable === true
  );
}

/**
 * Tries of one call before the flow opens a wait and backs off by a timer of its own. A call that
 * failed says itself when it is tried again (`activities/effect`). Attempts are counted, not time
 * since scheduling: a call that only queued behind a vendor's rate limit has not failed.
 */
const CALL_ATTEMPTS = 8;

const callPolicy = {
  startToCloseTimeout: '30s',
  // A worker that dies in a slow call is noticed within this; quick calls never beat.
  heartbeatTimeout: '10s',
  // Withdrawn means: no further attempt. One that runs may still make its effect, so it is awaited.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    // Of what nobody answered: a worker that died, or is stopped and has polls open, each of which is
    // given an attempt. Eleven seconds each, whatever came before.
    initialInterval: '1s',
    backoffCoefficient: 1,
    maximumAttempts: CALL_ATTEMPTS,
  },
} as const;

/** One call of a step, on the queue of the account that it asks. */
export function callStep<Due extends DueStep, Input, Answer>(
  kind: StepKind<Due, Input>,
  due: Due,
  input: Input,
): Promise<Answer> {
  const taskQueue = kind.queue(due, input);
  const door = proxyActivities<Record<string, (due: Due) => Promise<Answer>>>({
    ...callPolicy,
    taskQueue,
  });
  const call = door[kind.activity];
  if (!call) throw ApplicationFailure.nonRetryable(`no activity ${kind.activity}`);
  return call.executeWithOptions({ summary: kind.summary(due, input) }, [due]);
}

/** Fit for a person and free of personal data: activities see to that. */
export function reasonOf(failure: ActivityFailure): string {
  const { cause } = failure;
  if (cause instanceof ApplicationFailure) return cause.message;
  if (cause instanceof TimeoutFailure) return 'No answer within the time allowed for a call.';
  return 'The call did not end with an answer.';
}
