// A process that is kept alive: started, waited for, started again with growing pauses when it
// ends by itself, stopped when asked to.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Child, type Launch, spawnChild } from './child';
import type { Janitor } from './janitor';
import { DeadlineError, pollUntil } from './poll';

const RESTART_PAUSE_MS_MIN = 100;
/** Well within the time that whoever waits for a service gives it. */
const RESTART_PAUSE_MS_MAX = 15_000;
/** A process that lived this long was healthy: its next end counts as the first. */
const HEALTHY_AFTER_MS = 60_000;

const LOG_LINES_SHOWN = 15;

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
  } catch {
    return '';
  }
}

/** A process ended, or its time was up, before it was ready. Shows the end of its log. */
export class ServiceNotReadyError extends Error {
  constructor(
    readonly service: string,
    why: string,
    logFile: string,
  ) {
    super(`${service} ${why}. The end of its log, ${logFile}:\n${lastLines(logFile)}`);
    this.name = 'ServiceNotReadyError';
  }
}

/** How one service is run. */
export interface ServicePlan {
  readonly name: string;
  /** Puts in order what an earlier process may have left. Called before every start. */
  readonly prepare?: () => Promise<void>;
  readonly launch: Launch;
  /** One question, without waiting. */
  readonly isReady: (child: Child) => Promise<boolean> | boolean;
  readonly readyTimeoutMs: number;
  readonly stopGraceMs: number;
  /** The first pause before it is started again; each is twice the one before, up to a limit. */
  readonly restartPauseMs?: number;
}

/** What a service tells its owner. */
export interface ServiceEvents {
  readonly onRestarted: (how: string, afterMs: number) => void;
  /** It ended, or did not come up, for the n-th time in a row: it is started again after a pause. */
  readonly onEnded: (
    how: string,
    end: { readonly times: number; readonly pauseMs: number },
  ) => void;
}

/** A service under supervision. */
export class Service {
  #child: Child | undefined;
  #isWanted = false;
  #isReady = false;
  #restarts = 0;
  #readySinceMs = 0;
  /** Wakes a pause between restarts when the service is stopped meanwhile. */
  #pause = new AbortController();

  constructor(
    readonly plan: ServicePlan,
    private readonly janitor: Janitor,
    private readonly events: ServiceEvents,
  ) {}

  /** The process's id while it runs. */
  get pid(): number | undefined {
    return this.#child?.end() === undefined ? this.#child?.pid : undefined;
  }

  /** Starts the process and resolves when it is ready. @throws ServiceNotReadyError */
  async start(): Promise<void> {
    if (this.#isWanted) return this.waitUntilReady();
    this.#isWanted = true;
    this.#pause = new AbortController();
    await this.#launch();
  }

  /** Resolves when the process is ready. @throws DeadlineError after the plan's limit. */
  async waitUntilReady(): Promise<void> {
    const { name, readyTimeoutMs } = this.plan;
    await pollUntil(`${name} ready`, readyTimeoutMs, () => this.#isReady);
  }

  /**
   * Sends a signal from outside, as a test does. After one that ends the process, resolves when it
   * has ended; its restart is on the way then.
   */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.signal(signal);
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return;
    const { name, stopGraceMs } = this.plan;
    await pollUntil(`the end of ${name}`, stopGraceMs, () => child.end() !== undefined);
  }

  /** Ends the process and keeps it down. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#isReady = false;
    this.#pause.abort();
    await this.#child?.stop(this.plan.stopGraceMs);
  }

  async #launch(): Promise<void> {
    const { name } = this.plan;
    await this.plan.prepare?.();
    if (!this.#isWanted) return;
    const child = spawnChild(name, this.plan.launch, this.janitor);
    this.#child = child;
    this.#isReady = false;
    child.onEnd((how) => this.#ended(how));
    await this.#untilReady(child);
    this.#isReady = this.#isWanted;
    this.#readySinceMs = Date.now();
  }

  async #untilReady(child: Child): Promise<void> {
    const { name, readyTimeoutMs, launch } = this.plan;
    const requireAlive = (): void => {
      if (child.end() === undefined) return;
      throw new ServiceNotReadyError(name, `ended ${child.end()}`, launch.logFile);
    };
    const isReady = (): Promise<boolean> | boolean => this.plan.isReady(child);
    try {
      await pollUntil(`${name} ready`, readyTimeoutMs, isReady, requireAlive);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new ServiceNotReadyError(name, `not ready after ${readyTimeoutMs} ms`, launch.logFile);
    }
    requireAlive();
  }

  #ended(how: string): void {
    const wasReady = this.#isReady;
    this.#isReady = false;
    // A process that never became ready is the business of whoever waits in #launch.
    if (!this.#isWanted || !wasReady) return;
    if (Date.now() - this.#readySinceMs > HEALTHY_AFTER_MS) this.#restarts = 0;
    void this.#restart(how);
  }

  async #restart(how: string): Promise<void> {
    const startedAtMs = Date.now();
    const { restartPauseMs = RESTART_PAUSE_MS_MIN } = this.plan;
    let why = how;
    // However often: a stack of which one process is away answers its callers all the same.
    while (this.#isWanted) {
      const pauseMs = Math.min(restartPauseMs * 2 ** this.#restarts, RESTART_PAUSE_MS_MAX);
      this.#restarts += 1;
      this.events.onEnded(why, { times: this.#restarts, pauseMs });
      await delay(pauseMs, undefined, { signal: this.#pause.signal }).catch(() => undefined);
      try {
        await this.#launch();
        if (this.#isReady) this.events.onRestarted(how, Date.now() - startedAtMs);
        return;
      } catch (error) {
        why = error instanceof Error ? error.message : String(error);
        await this.#child?.stop(this.plan.stopGraceMs);
      }
    }
  }
}
