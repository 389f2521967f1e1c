// Starts a stack and gives what its owner can do with it: commands, tests, measurements.
import { makeHome } from './home';
import { startJanitor } from './janitor';
import { waitForJanitor } from './lock';
import { type ServiceName, Stack, type StackOptions } from './stack';
import type { StackJson } from './stack-json';

/** A stack that is up. Its processes are OS processes; signals are real ones. */
export interface RunningStack {
  readonly home: string;
  /** As it is now: pids change when a process was restarted. */
  readonly stackJson: StackJson;
  /** Stops everything in reverse order; safe to call twice. */
  readonly stop: () => Promise<void>;
  /** Stops one process and starts it again. */
  readonly restart: (name: ServiceName) => Promise<void>;
  readonly stopService: (name: ServiceName) => Promise<void>;
  readonly startService: (name: ServiceName) => Promise<void>;
  /** Sends a signal; resolves when the process has ended (at once for SIGSTOP and SIGCONT). */
  readonly kill: (name: ServiceName, signal: NodeJS.Signals) => Promise<void>;
  readonly waitUntilReady: (name: ServiceName) => Promise<void>;
}

/**
 * Starts a stack and resolves when every process is ready.
 * @throws StackRunningError when one is up on this home; NoTemporalError; or the error of the
 *   process that did not become ready. Nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { lock } = makeHome(options.home);
  await waitForJanitor(lock);
  const janitor = startJanitor();
  let stack: Stack | undefined;
  try {
    stack = new Stack(options, janitor);
    await stack.up();
  } catch (error) {
    await (stack ? stack.stop() : janitor.farewell());
    throw error;
  }
  const up = stack;
  const restarted = async (name: ServiceName): Promise<void> => {
    await up.service(name).start();
    up.writeStackJson();
  };
  return {
    home: options.home,
    get stackJson() {
      return up.stackJson();
    },
    stop: () => up.stop(),
    async stopService(name) {
      await up.service(name).stop();
      up.writeStackJson();
    },
    startService: restarted,
    async restart(name) {
      await up.service(name).stop();
      await restarted(name);
    },
    kill: (name, signal) => up.service(name).kill(signal),
    waitUntilReady: (name) => up.service(name).waitUntilReady(),
  };
}
