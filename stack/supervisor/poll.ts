// Waiting for a condition of another process: asked again in short steps, up to a deadline.
import { setTimeout as delay } from 'node:timers/promises';

const POLL_INTERVAL_MS = 25;

/** The condition did not come true in time. */
export class DeadlineError extends Error {
  constructor(what: string, timeoutMs: number) {
    super(`${what} did not happen within ${timeoutMs} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Asks `condition` until it is true.
 * @param what names the condition in the error
 * @param giveUp ends the wait early by throwing, for instance because the process has ended
 * @throws DeadlineError after `timeoutMs`.
 */
export async function pollUntil(
  what: string,
  timeoutMs: number,
  condition: () => Promise<boolean> | boolean,
  giveUp: () => void = () => undefined,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return;
    giveUp();
    if (Date.now() > deadline) throw new DeadlineError(what, timeoutMs);
    await delay(POLL_INTERVAL_MS);
  }
}
