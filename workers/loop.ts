/**
 * Loops that outlive their errors: a tick that throws is logged and backed off, one that found
 * nothing waits a little, one that found work waits less. A stop ends it between two ticks.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { describe } from '../activities/failure';
import { backOffMs } from '../activities/pace';
import type { Database } from '../store/database';
import { releaseLease, takeLease } from '../store/flows/lease';

const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 5_000;

export interface LoopSettings {
  readonly name: string;
  readonly log: Logger;
  readonly idleMs: number;
  /** After a tick that found work: a little later there is more, and one statement serves it all. */
  readonly busyMs: number;
  readonly signal: AbortSignal;
  /** True where there may be more at once. */
  tick(): Promise<boolean>;
}

/** Resolves when the signal is aborted and the last tick has ended; never rejects. */
export async function runLoop(settings: LoopSettings): Promise<void> {
  const { name, log, signal } = settings;
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = settings.idleMs;
    try {
      if (await settings.tick()) waitMs = settings.busyMs;
      failures = 0;
    } catch (error) {
      waitMs = backOffMs(failures, FIRST_BACK_OFF_MS, LONGEST_BACK_OFF_MS);
      failures += 1;
      log.error({ loop: name, failures, waitMs, reason: describe(error) }, 'a loop failed');
    }
    await rest(waitMs, signal);
  }
}

export interface LeaderSettings extends LoopSettings {
  readonly db: Database;
  /** A leader that dies is followed when this has run out. */
  readonly leaseMs: number;
}

/**
 * The same by one leader among all workers, whose lease has the loop's name. It says four times in
 * a lease that it is still here, and gives the lease back when it stops.
 */
export async function runAsLeader(settings: LeaderSettings): Promise<void> {
  const { db, name, leaseMs } = settings;
  const holder = `${hostname()}/${process.pid}/${randomUUID()}`;
  const isToRenew = everySo(leaseMs / 4);
  let isLeader = false;
  await runLoop({
    ...settings,
    async tick() {
      if (isToRenew()) isLeader = await takeLease(db, name, holder, leaseMs);
      return isLeader && settings.tick();
    },
  });
  await releaseLease(db, name, holder).catch(() => undefined);
}

/** True at the first call and then once in so many milliseconds. */
export function everySo(everyMs: number): () => boolean {
  let lastMs = -Infinity;
  return () => {
    const nowMs = Date.now();
    if (nowMs - lastMs < everyMs) return false;
    lastMs = nowMs;
    return true;
  };
}

/** Waits, or until the signal. With nothing to wait for, lets other work of the process run. */
export function rest(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delayMs);
    signal.addEventListener('abort', end, { once: true });
  });
}
