// One live stack a home. The lock names its holder by pid and start time, so that a lock left by a
// kill -9 is recognised even after its pid was given to another process.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { pollUntil } from './poll';
import { processIdentity } from './process-identity';

const ATTEMPTS_MAX = 5;
const OWNER_ONLY_MODE = 0o600;

/** A janitor gives each process and the server 5 s, so it is done well before this. */
const JANITOR_TIMEOUT_MS = 60_000;

const LiveProcess = z.object({ pid: z.number().int().positive(), identity: z.string() });
const LockHolder = LiveProcess.extend({ janitor: LiveProcess.optional() });
type LockHolder = z.infer<typeof LockHolder>;

/** A lock that this process holds. */
export interface HeldLock {
  /** What is written in it, by which others tell it from a later one. */
  readonly content: string;
  readonly release: () => void;
}

/** A stack is alive on this home already. */
export class StackRunningError extends Error {
  constructor(
    readonly home: string,
    readonly pid: number,
  ) {
    super(
      `A stack already runs on ${home} (process ${pid}). ` +
        `Stop it first, or set THROUGHLINE_HOME to another folder.`,
    );
    this.name = 'StackRunningError';
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive({ pid, identity }: z.infer<typeof LiveProcess>): boolean {
  return processIdentity(pid) === identity;
}

function parseHolder(content: string): LockHolder | undefined {
  try {
    return LockHolder.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}

function liveProcess(pid: number): z.infer<typeof LiveProcess> {
  return { pid, identity: processIdentity(pid) ?? '' };
}

/**
 * Waits while the janitor of a killed holder still ends what that one had started.
 * @throws DeadlineError when it does not come to its end.
 */
export async function waitForJanitor(file: string): Promise<void> {
  const holder = parseHolder(readText(file) ?? '');
  if (!holder?.janitor || isAlive(holder)) return;
  const { janitor } = holder;
  await pollUntil('the janitor of the last stack', JANITOR_TIMEOUT_MS, () => !isAlive(janitor));
}

function linkIfAbsent(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead lock away; puts it back when it turns out to be another one's new lock. */
function clearDeadLock(file: string, dead: string): void {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  if (readText(aside) !== dead) linkIfAbsent(aside, file);
  rmSync(aside, { force: true });
}

/**
 * Takes the lock file for this process. It appears whole, by a hard link, or not at all.
 * @param janitorPid the process that ends what the holder started if the holder is killed
 * @throws StackRunningError when its holder lives.
 */
export function takeLock(file: string, home: string, janitorPid?: number): HeldLock {
  const mine = `${file}.${randomBytes(6).toString('hex')}`;
  const janitor = janitorPid === undefined ? {} : { janitor: liveProcess(janitorPid) };
  const content = JSON.stringify({ ...liveProcess(process.pid), ...janitor });
  writeFileSync(mine, content, { mode: OWNER_ONLY_MODE });
  try {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      if (linkIfAbsent(mine, file)) {
        return { content, release: () => rmSync(file, { force: true }) };
      }
      const held = readText(file);
      if (held === undefined) continue;
      const holder = parseHolder(held);
      if (holder && isAlive(holder)) throw new StackRunningError(home, holder.pid);
      clearDeadLock(file, held);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  throw new Error(`The lock ${file} could not be taken in ${ATTEMPTS_MAX} attempts`);
}
