/**
 * The order flow's doors: moments (one Postgres transaction each) and effects (one vendor call
 * each). Every proxy says its time-outs and its retry policy; nothing else retries.
 */
import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type {
  MoneyEffects,
  OrderFlowInput,
  OrderMoments,
  WarehouseEffects,
} from '../../canonical/flows/order';

/**
 * Run in the worker that holds the workflow task: one marker in history. Two tries within seconds;
 * what still fails then goes the ordinary way, so that a Postgres outage fills no history.
 */
const atOnce = proxyLocalActivities<OrderMoments>({
  startToCloseTimeout: '6s',
  localRetryThreshold: '1s',
  retry: { maximumAttempts: 2, initialInterval: '100ms', backoffCoefficient: 2 },
});

/** Retried by the server until Postgres is back: three events however long that takes. */
const ordinarily = proxyActivities<OrderMoments>({
  startToCloseTimeout: '20s',
  summary: 'again, after the database did not answer at once',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

/**
 * One moment, tried at once and then for as long as it takes. Throws an ActivityFailure only where
 * the moment itself said that a retry cannot help.
 */
export async function runMoment<T>(call: (moments: OrderMoments) => Promise<T>): Promise<T> {
  try {
    return await call(atOnce);
  } catch (error) {
    if (isCancellation(error) || isDefinite(error)) throw error;
    return await call(ordinarily);
  }
}

/** A failure that no retry of the same call can cure. */
export function isDefinite(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.nonRetryable === true
  );
}

/**
 * Tries of one call before the flow opens a wait and backs off by a timer of its own: 1 + 2 + 4 +
 * 8 + 16 + 30 + 30 s between them. Attempts are counted, not time since scheduling: a call that
 * only queued behind a vendor's rate limit has not failed.
 */
const EFFECT_ATTEMPTS = 8;

const effectPolicy = {
  startToCloseTimeout: '30s',
  // A worker that dies in a slow call is noticed within this; quick calls never beat.
  heartbeatTimeout: '10s',
  // Withdrawn means: no further attempt. One that runs may still make its effect, so it is awaited.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '1s',
    backoffCoefficient: 2,
    maximumInterval: '30s',
    maximumAttempts: EFFECT_ATTEMPTS,
  },
} as const;

export interface Effects {
  readonly money: ReturnType<typeof proxyActivities<MoneyEffects>>;
  readonly warehouse: (account: string) => ReturnType<typeof proxyActivities<WarehouseEffects>>;
}

/** Each account has a queue of its own, which holds that vendor's rate. */
export function effectsOf(input: OrderFlowInput): Effects {
  const mover = input.moneyMode === 'channel' ? 'commerce' : 'payment';
  return {
    money: proxyActivities<MoneyEffects>({
      ...effectPolicy,
      taskQueue: `${mover}.${input.moneyAccount}`,
    }),
    warehouse: (account) =>
      proxyActivities<WarehouseEffects>({ ...effectPolicy, taskQueue: `wms.${account}` }),
  };
}
