/**
 * Keys that are not known, counted by the address they come from and by how they begin: after a few,
 * the next one is looked at only after a pause that doubles. Per process, as every rate limit.
 */
import { Problem } from './problem';

/** Free: a typing error, a rotation that a client missed for a second. */
export const FAILURES_FREE = 20;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Without a failure for this long the count begins anew. */
const FORGOTTEN_AFTER_MS = 15 * 60_000;
/** Addresses and prefixes that are remembered; the oldest goes first. */
const REMEMBERED = 10_000;
const PREFIX_CHARS = 12;
const MS_PER_SECOND = 1_000;

export function prefixOf(key: string): string {
  return key.slice(0, PREFIX_CHARS);
}

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

export interface FailedKeys {
  /** @throws Problem rate_limited, while one of these has to pause */
  requireSlow(from: readonly string[]): void;
  count(from: readonly string[]): void;
}

export function createFailedKeys(now: () => number, what = 'keys that are not known'): FailedKeys {
  const known = new Map<string, Failures>();
  const failuresOf = (one: string): Failures => {
    const found = known.get(one);
    return found && now() - found.lastMs < FORGOTTEN_AFTER_MS ? found : { count: 0, lastMs: 0 };
  };
  return {
    requireSlow(from) {
      const waitMs = Math.max(...from.map((one) => pauseEndsMs(failuresOf(one)))) - now();
      if (waitMs <= 0) return;
      const seconds = Math.ceil(waitMs / MS_PER_SECOND);
      throw new Problem('rate_limited', `too many ${what}; wait a little`, {
        headers: { 'Retry-After': String(seconds) },
      });
    },
    count(from) {
      for (const one of from) {
        const { count } = failuresOf(one);
        known.delete(one);
        known.set(one, { count: count + 1, lastMs: now() });
      }
      for (const oldest of known.keys()) {
        if (known.size <= REMEMBERED) break;
        known.delete(oldest);
      }
    },
  };
}

function pauseEndsMs({ count, lastMs }: Failures): number {
  if (count < FAILURES_FREE) return 0;
  const pauseMs = FIRST_PAUSE_MS * 2 ** Math.min(count - FAILURES_FREE, 10);
  return lastMs + Math.min(pauseMs, LONGEST_PAUSE_MS);
}
