/** Work in parallel up to a limit, and the pulse of a long activity. */
import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';

/** Runs `work` on every item, `limit` at a time, in the order of the items. Rejects with the first error, after what was begun has ended. */
export async function eachInParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    for (
      let item = queue.shift();
      item !== undefined && errors.length === 0;
      item = queue.shift()
    ) {
      try {
        await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}

/** Tells the server that the activity lives; throws where it is to end. */
export function beat(details: unknown): void {
  const context = Context.current();
  context.heartbeat(details);
  if (context.cancellationSignal.aborted) throw new CancelledFailure('the worker or the flow ends');
}

/** Well within the 10 s that a flow allows between two signs of life. */
const PULSE_MS = 3_000;

/** A sign of life while `work` runs, also during one slow call. */
export async function withPulse<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), PULSE_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Waits, or ends early with the activity. */
export async function pause(delayMs: number): Promise<void> {
  await Context.current().sleep(delayMs);
}

/** `firstMs` after the first failure, twice as long after each other one, `longestMs` at the most. */
export function backOffMs(failuresBefore: number, firstMs: number, longestMs: number): number {
  return Math.min(firstMs * 2 ** failuresBefore, longestMs);
}
