/** A start that waits for what it stands on, and says what it waits for. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 1_000;
/** Then the process ends, and whoever keeps it alive starts it anew. */
export const START_LIMIT_MS = 600_000;

export interface StartWait {
  /** Whether it may come by itself; anything else ends the start. */
  isAway(error: unknown): boolean;
  /** Once, when it is missing for the first time. */
  onMissing(error: unknown): void;
  readonly signal: AbortSignal;
}

/** What `look` gives as soon as it is there. @throws what is no absence, and the last one at the limit */
export async function untilThere<T>(look: () => Promise<T>, wait: StartWait): Promise<T> {
  const limitMs = performance.now() + START_LIMIT_MS;
  for (let looks = 1; ; looks += 1) {
    try {
      return await look();
    } catch (error) {
      if (!wait.isAway(error) || performance.now() > limitMs) throw error;
      if (looks === 1) wait.onMissing(error);
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal: wait.signal });
  }
}
