// The supervisor's end of the janitor's pipe.
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { JanitorMessage, StopSignal } from './janitor-messages';
import { processIdentity } from './process-identity';

/** Ends processes and removes files if this process is killed. */
export interface Janitor {
  readonly pid: number | undefined;
  /** Ends the process, by this signal first, if the supervisor dies. */
  readonly watch: (pid: number, signal: StopSignal) => void;
  readonly forget: (pid: number) => void;
  /** Removes the file if the supervisor dies; with a content, only while it holds that. */
  readonly watchFile: (file: string, content?: string) => void;
  /** All was ended properly: nothing is left to do. */
  readonly farewell: () => void;
}

/** Starts a janitor, in a session of its own so that no terminal signal reaches it. */
export function startJanitor(): Janitor {
  const script = path.join(__dirname, 'janitor-process.ts');
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', script], {
    cwd: path.dirname(path.dirname(__dirname)),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  const { stdin } = child;
  // A janitor that was killed must not take the stack with it.
  stdin.on('error', () => undefined);
  const tell = (message: JanitorMessage): void => {
    stdin.write(`${JSON.stringify(message)}\n`);
  };
  return {
    pid: child.pid,
    watch(pid, signal) {
      const identity = processIdentity(pid);
      if (identity !== undefined) tell({ kind: 'watch', pid, identity, signal });
    },
    forget: (pid) => tell({ kind: 'forget', pid }),
    watchFile: (file, content) => tell({ kind: 'file', file, content }),
    farewell() {
      tell({ kind: 'farewell' });
      stdin.end();
    },
  };
}
