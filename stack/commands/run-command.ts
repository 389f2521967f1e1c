// What every command that holds a stack shares: its signals, its errors, its end.
import { ConfigurationError } from '../../canonical/schema/configuration';
import { NoTemporalError } from '../temporal/ladder';
import { StackRunningError } from '../supervisor/lock';
import { NotUsableError } from '../supervisor/at-start';
import { ServiceNotReadyError } from '../supervisor/service';
import { NoStackError } from '../supervisor/stack-json';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Errors whose message says all; others show where they come from. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof ConfigurationError ||
    error instanceof NoTemporalError ||
    error instanceof NotUsableError ||
    error instanceof StackRunningError ||
    error instanceof ServiceNotReadyError ||
    error instanceof NoStackError
  );
}

const PARENT_CHECK_MS = 500;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. A terminal and npm both pass Ctrl-C on, so later
 * signals are the same wish again and are ignored. npm passes a signal to the shell between it and
 * us, which ends without a word: started by npm, the end of that parent is the signal.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => controller.abort());
  const parent = process.ppid;
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const check = () => process.ppid !== parent && controller.abort();
    setInterval(check, PARENT_CHECK_MS).unref();
  }
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Runs a command's body, whose result is the exit code. */
export function runCommand(body: () => Promise<number>): void {
  body().then(
    (exitCode) => {
      process.exit(exitCode);
    },
    (error: unknown) => {
      console.error(isExpected(error) ? error.message : error);
      process.exit(1);
    },
  );
}
