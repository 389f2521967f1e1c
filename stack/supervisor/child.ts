// One OS process of the stack: spawned in a session of its own, its output in a log file.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { copyFile, truncate } from 'node:fs/promises';
import path from 'node:path';
import type { Janitor } from './janitor';
import type { StopSignal } from './janitor-messages';
import { pollUntil } from './poll';

const LOG_BYTES_MAX = 50 * 1024 ** 2;
const LOG_LOOK_MS = 10_000;
const LOG_MODE = 0o600;
const KILLED_GRACE_MS = 5_000;

/** What to run, and as whom. */
export interface Launch {
  readonly program: string;
  readonly programArguments: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** True gives it an IPC channel, over which it says `{ready: true}` and learns of our end. */
  readonly hasChannel: boolean;
  readonly stopSignal: StopSignal;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Added to the process's niceness: higher gives way to others. */
  readonly niceness?: number;
}

/** A spawned process. */
export interface Child {
  readonly pid: number;
  /** How it ended, in words; undefined while it runs. */
  readonly end: () => string | undefined;
  /** True once it said `{ready: true}` over its channel. */
  readonly saidReady: () => boolean;
  readonly onEnd: (listener: (how: string) => void) => void;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Asks it to end, kills it after `graceMs`, and resolves when it has ended. */
  readonly stop: (graceMs: number) => Promise<void>;
}

function openLog(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true });
  return openSync(file, 'a', LOG_MODE);
}

/**
 * Keeps what a log holds as `.1` and empties it, once it is longer than that. The process goes on
 * writing to the same file, at its new end, for it appends; what it writes between the copy and the
 * cut, a few milliseconds of a file of 50 MiB, is lost.
 */
export async function rotateLog(file: string, bytesMax = LOG_BYTES_MAX): Promise<void> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= bytesMax) return;
  await copyFile(file, `${file}.1`);
  await truncate(file);
}

function isReadyMessage(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'ready' in message && message.ready === true
  );
}

/**
 * Spawns the process. Its pid is the program's own, also with a niceness: `nice` replaces itself.
 * @throws Error when the program cannot be started at all.
 */
export function spawnChild(name: string, launch: Launch, janitor: Janitor): Child {
  const log = openLog(launch.logFile);
  const { niceness, program, programArguments } = launch;
  const [file, args] =
    niceness === undefined
      ? [program, programArguments]
      : ['nice', ['-n', String(niceness), program, ...programArguments]];
  const process = spawn(file, [...args], {
    cwd: launch.cwd,
    env: launch.env,
    uid: launch.uid,
    gid: launch.gid,
    detached: true,
    stdio: launch.hasChannel ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
  });
  closeSync(log);
  // A disk that is full takes no copy: the log is looked at again.
  const look = (): void => void rotateLog(launch.logFile).catch(() => undefined);
  const looking = setInterval(look, LOG_LOOK_MS).unref();
  look();
  const { pid } = process;
  let end: string | undefined;
  let isReady = false;
  const listeners: ((how: string) => void)[] = [];
  const onceEnded = (how: string): void => {
    if (end !== undefined) return;
    end = how;
    clearInterval(looking);
    if (pid !== undefined) janitor.forget(pid);
    for (const listener of listeners) listener(how);
  };
  process.on('error', (error) => {
    if (pid === undefined) onceEnded(`could not be started: ${error.message}`);
  });
  process.on('exit', (code, signal) => onceEnded(signal ? `by ${signal}` : `with code ${code}`));
  process.on('message', (message) => {
    isReady ||= isReadyMessage(message);
  });
  if (pid === undefined) throw new Error(`${name}: ${file} could not be started`);
  janitor.watch(pid, launch.stopSignal);
  return {
    pid,
    end: () => end,
    saidReady: () => isReady,
    onEnd: (listener) => listeners.push(listener),
    signal: (signal) => {
      if (end === undefined) process.kill(signal);
    },
    async stop(graceMs) {
      if (end === undefined) process.kill(launch.stopSignal);
      await pollUntil(`the end of ${name}`, graceMs, () => end !== undefined).catch(async () => {
        process.kill('SIGKILL');
        await pollUntil(`the end of ${name}`, KILLED_GRACE_MS, () => end !== undefined);
      });
    },
  };
}
