/**
 * One effect on another system, for a flow: its row with key and frozen body first, then the call,
 * then the moment that records the answer.
 */
import { Context } from '@temporalio/activity';
import { VendorFault } from '../canonical/ports/fault';
import type { Database } from '../store/database';
import {
  beginEffect,
  forgetEffects,
  type Draft,
  type EffectRow,
  type NewEffect,
} from '../store/effects/effects';
import type { KnownOrder } from '../store/orders/orders';
import { callOnce, type OutsideCall } from './call-once';
import { ownFailure, vendorFailure } from './failure';
import { backOffMs, pause, withPulse } from './pace';

/** Between the attempts of a call that failed: 1 + 2 + 4 + 8 + 16 + 30 + 30 s. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

export interface Effect<Request, Answer, Result>
  extends Omit<NewEffect, 'body'>, Omit<OutsideCall<Request, Answer>, 'isLookOnly'> {
  /** What to ask, frozen at the first call; as a draft it is read while the row is written. */
  prepare(): Promise<Request> | Request | Draft<Request>;
  /** Found nothing, and no key of ours would stop a second one: look twice, some time apart. */
  readonly looksTwice?: boolean;
  /**
   * Is there already what a first call would ask for, made by somebody else? Then nothing is asked,
   * and what it gives is done instead, once the effect's row is gone. A look that fails leaves
   * nothing behind.
   */
  readonly before?: (request: Request) => Promise<(() => Promise<Result>) | null>;
  /** What to tell instead where nobody wants it any more, as the order was when it was begun. */
  readonly unwanted?: (order: KnownOrder) => Result | null;
  /** Idempotent; finishes the row in its own transaction. `begun`: with the order as it was then. */
  record(answer: Answer, begun: EffectRow<Request>): Promise<Result>;
}

/**
 * Gives `record`'s answer. Throws an ApplicationFailure: `unavailable` and `ambiguous` are retried
 * after what the vendor asked for, `misconfigured` is not.
 */
export async function performEffect<Request extends object, Answer extends object, Result>(
  db: Database,
  effect: Effect<Request, Answer, Result>,
): Promise<Result> {
  const what = `${effect.verb} at ${effect.system}`;
  try {
    return await withPulse(() => perform(db, effect));
  } catch (error) {
    const againAfterMs = backOffMs(
      Context.current().info.attempt - 1,
      FIRST_DELAY_MS,
      LONGEST_DELAY_MS,
    );
    throw error instanceof VendorFault
      ? vendorFailure(error, { what, againAfterMs })
      : ownFailure(error, what, 'retry-what-may-pass', againAfterMs);
  }
}

async function perform<Request extends object, Answer extends object, Result>(
  db: Database,
  effect: Effect<Request, Answer, Result>,
): Promise<Result> {
  const { system, find, looksTwice } = effect;
  const workflowId = Context.current().info.workflowExecution?.workflowId;
  const begin = async () =>
    beginEffect<Request>(db, { ...effect, workflowId, body: await effect.prepare() });
  let row = await begin();
  if (row.state === 'leased') {
    // Another attempt was at it, and may have died: its lease is waited out once, with a pulse.
    await pause(row.leasedForMs);
    row = await begin();
  }
  const told = row.state === 'fresh' && row.order ? effect.unwanted?.(row.order) : null;
  if (told) {
    // An attempt that came late: what it was sent for is no longer due.
    await forgetEffects(db, [row.key]);
    return told;
  }
  const there = row.state === 'fresh' ? await lookBefore(db, effect, row) : null;
  if (there) return there;
  // Every second attempt only looks: the one before it may still be on its way over there.
  const isLookOnly = looksTwice === true && Context.current().info.attempt % 2 === 0;
  const call = (request: Request) => effect.call(request);
  const answer = await callOnce<Request, Answer>(db, row, { system, find, isLookOnly, call });
  return effect.record(answer, row);
}

async function lookBefore<Request extends object, Answer extends object, Result>(
  db: Database,
  { before }: Effect<Request, Answer, Result>,
  { key, body }: EffectRow<Request>,
): Promise<Result | null> {
  if (!before || body === null) return null;
  const instead = await before(body).catch(async (error: unknown) => {
    await forgetEffects(db, [key]);
    throw error;
  });
  if (!instead) return null;
  await forgetEffects(db, [key]);
  return instead();
}
