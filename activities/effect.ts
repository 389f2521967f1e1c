/**
 * One effect on another system: its row with key and frozen body first, then the call, then the
 * moment that records the answer. One that was called before is asked for before it is made again.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { VendorFault } from '../canonical/ports/fault';
import type { Database } from '../store/database';
import { beginEffect, forgetEffect, type EffectRow } from '../store/effects/effects';
import { FAILURES, ownFailure, SETTLE_MS, vendorFailure } from './failure';
import { withPulse } from './pace';

export interface Effect<Request, Answer, Result> {
  readonly key: string;
  /** The account that is called: `stripe-us`, `wms-main` … */
  readonly system: string;
  readonly verb: string;
  readonly orderId?: string;
  readonly batchId?: string;
  readonly amountMinor?: number;
  readonly currency?: string;
  /** What to ask, frozen at the first call. */
  prepare(): Promise<Request> | Request;
  /**
   * Was it made already? Asked with what is known now, not with the frozen body: what another call
   * has made since is not this one's. Left out where the other system answers the same key the same way. */
  readonly find?: (request: Request) => Promise<Answer | null>;
  /** Found nothing, and no key of ours would stop a second one: look twice, some time apart. */
  readonly looksTwice?: boolean;
  call(request: Request): Promise<Answer>;
  /** Idempotent; finishes the row in its own transaction. */
  record(answer: Answer): Promise<Result>;
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
    return await withPulse(() => perform(db, effect, what));
  } catch (error) {
    throw error instanceof VendorFault
      ? vendorFailure(error, { what })
      : ownFailure(error, what, 'retry-what-may-pass');
  }
}

async function perform<Request extends object, Answer extends object, Result>(
  db: Database,
  effect: Effect<Request, Answer, Result>,
  what: string,
): Promise<Result> {
  const { row, asked } = await begin(db, effect);
  if (row.state === 'done' || row.state === 'refused') {
    return effect.record(frozen<Answer>(row.answer));
  }
  const request = frozen<Request>(row.body);
  const made = row.state === 'called-before' ? await lookUp(effect, asked, what) : null;
  return effect.record(made ?? (await callOnce(db, effect, request, row)));
}

async function begin<Request extends object, Answer, Result>(
  db: Database,
  effect: Effect<Request, Answer, Result>,
): Promise<{ row: EffectRow; asked: Request }> {
  const { key, system, verb, orderId, batchId, amountMinor, currency } = effect;
  const asked = await effect.prepare();
  const call = { key, system, verb, orderId, batchId, amountMinor, currency, body: asked };
  return { row: await beginEffect(db, call), asked };
}

async function lookUp<Request, Answer, Result>(
  effect: Effect<Request, Answer, Result>,
  request: Request,
  what: string,
): Promise<Answer | null> {
  if (!effect.find) return null;
  const found = await effect.find(request);
  if (found !== null || effect.looksTwice !== true) return found;
  // Every second attempt only looks: the one before it may still be on its way over there.
  if (Context.current().info.attempt % 2 === 0) {
    throw ApplicationFailure.create({
      message: `${what}: not there yet, looking once more before it is made again`,
      type: FAILURES.ambiguous,
      nextRetryDelay: SETTLE_MS,
    });
  }
  return null;
}

async function callOnce<Request, Answer, Result>(
  db: Database,
  effect: Effect<Request, Answer, Result>,
  request: Request,
  row: EffectRow,
): Promise<Answer> {
  try {
    return await effect.call(request);
  } catch (error) {
    const isUnmade = error instanceof VendorFault && error.kind !== 'ambiguous';
    if (isUnmade && row.state === 'fresh') await forgetEffect(db, effect.key);
    throw error;
  }
}

/** The row's own JSON, as it was written under this key: parsed when it was made. */
function frozen<T>(json: unknown): T {
  return json as T;
}
