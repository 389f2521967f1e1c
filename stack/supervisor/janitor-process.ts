// The janitor: a process that outlives the supervisor for a moment. The supervisor tells it, over
// a pipe, what it has started and which files only a live stack may leave. When the pipe closes
// without a farewell, the supervisor was killed: the janitor ends what is left, last started first,
// and removes the files.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import readline from 'node:readline';
import { janitorMessage } from './janitor-messages';
import { pollUntil } from './poll';
import { processIdentity } from './process-identity';

/** How long a process may take to end by itself or by its signal before it is killed. */
const GRACE_MS = 5_000;
const KILLED_GRACE_MS = 2_000;

interface Watched {
  readonly pid: number;
  readonly identity: string;
  readonly signal: NodeJS.Signals;
}

const watched = new Map<number, Watched>();
const files = new Map<string, string | undefined>();
let isFarewell = false;

function isAlive(target: Watched): boolean {
  return processIdentity(target.pid) === target.identity;
}

function signalTo(target: Watched, signal: NodeJS.Signals): void {
  try {
    if (isAlive(target)) process.kill(target.pid, signal);
  } catch {
    // It ended between the two lines above.
  }
}

async function endProcess(target: Watched): Promise<void> {
  signalTo(target, target.signal);
  const isGone = (): boolean => !isAlive(target);
  await pollUntil('the end of a process', GRACE_MS, isGone).catch(async () => {
    signalTo(target, 'SIGKILL');
    await pollUntil('the end of a killed process', KILLED_GRACE_MS, isGone).catch(() => undefined);
  });
}

function removeFile(file: string, content: string | undefined): void {
  if (!existsSync(file)) return;
  if (content === undefined || readFileSync(file, 'utf8') === content)
    rmSync(file, { force: true });
}

async function cleanUp(): Promise<void> {
  for (const target of [...watched.values()].reverse()) await endProcess(target);
  for (const [file, content] of files) removeFile(file, content);
}

function take(line: string): void {
  const message = janitorMessage.parse(JSON.parse(line));
  if (message.kind === 'watch') watched.set(message.pid, message);
  if (message.kind === 'forget') watched.delete(message.pid);
  if (message.kind === 'file') files.set(message.file, message.content);
  if (message.kind === 'farewell') isFarewell = true;
}

// Ctrl-C reaches a whole terminal; the supervisor decides what it means.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', take);
lines.on('close', () => {
  if (isFarewell) return;
  void cleanUp();
});
