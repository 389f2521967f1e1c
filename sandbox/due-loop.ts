/**
 * Runs work that is kept in a table with a due time: outgoing webhooks, planned shipments. It
 * sleeps until the next due time or until it is woken, never polls, and goes on after a restart
 * because the table is the queue.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** How much is in work at once. */
const CONCURRENCY_MAX = 16;
/** After the database failed, and as the longest sleep. */
const ERROR_PAUSE_MS = 1_000;
const SLEEP_MAX_MS = 60_000;

export interface DueWork<T> {
  /** Up to `limit` items that are due, without those whose keys are given. */
  takeDue(exceptKeys: readonly string[], limit: number): Promise<readonly T[]>;
  /** Milliseconds until the next one is due; undefined when there is none. */
  nextDueInMs(exceptKeys: readonly string[]): Promise<number | undefined>;
  keyOf(item: T): string;
  run(item: T): Promise<void>;
  onError(error: unknown): void;
}

export interface DueLoop {
  /** Call it after the transaction that added work. */
  wake(): void;
  /** Stops taking work and waits for what is under way. */
  stop(): Promise<void>;
}

/** Starts the loop. */
export function startDueLoop<T>(work: DueWork<T>): DueLoop {
  const running = new Map<string, Promise<void>>();
  let stopped = false;
  let passing = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let passed: Promise<void> = Promise.resolve();

  const sleep = (ms: number): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(wake, Math.max(0, Math.min(ms, SLEEP_MAX_MS)));
  };
  const start = (item: T): void => {
    const key = work.keyOf(item);
    const done = work
      .run(item)
      .catch(async (error: unknown) => {
        work.onError(error);
        // The item stays in `running` meanwhile, so that a broken one is not taken in a tight loop.
        await pause(ERROR_PAUSE_MS);
      })
      .finally(() => {
        running.delete(key);
        wake();
      });
    running.set(key, done);
  };
  const pass = async (): Promise<void> => {
    const room = CONCURRENCY_MAX - running.size;
    if (room > 0) {
      const due = await work.takeDue([...running.keys()], room);
      if (!stopped) due.forEach(start);
    }
    // With every slot taken, the end of a run wakes the loop.
    if (running.size < CONCURRENCY_MAX) {
      const nextMs = await work.nextDueInMs([...running.keys()]);
      if (nextMs !== undefined) sleep(nextMs);
    }
  };
  function wake(): void {
    if (stopped) return;
    if (passing) {
      again = true;
      return;
    }
    passing = true;
    clearTimeout(timer);
    passed = pass()
      .catch((error: unknown) => {
        work.onError(error);
        sleep(ERROR_PAUSE_MS);
      })
      .finally(() => {
        passing = false;
        if (again) {
          again = false;
          wake();
        }
      });
  }

  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await passed;
      await Promise.all(running.values());
    },
  };
}
