// Tells a process from a later one that got the same pid: by the time it was started.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Field 22 of /proc/{pid}/stat is the start time; field 2 may hold blanks, so count after it. */
const START_TIME_FIELD_AFTER_NAME = 19;
const PS_TIMEOUT_MS = 2_000;

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed yet.
    return fields[0] === 'Z' ? undefined : fields[START_TIME_FIELD_AFTER_NAME];
  } catch {
    return undefined;
  }
}

function psOutput(pid: number, column: string): string | undefined {
  try {
    const output = execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      timeout: PS_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** When the process was started, as an opaque text; undefined when no such process lives. */
export function processIdentity(pid: number): string | undefined {
  return process.platform === 'linux' ? linuxStartTime(pid) : psOutput(pid, 'lstart');
}

/** The command line of a process, or undefined when it does not live. */
export function processCommandLine(pid: number): string | undefined {
  if (process.platform !== 'linux') return psOutput(pid, 'command');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}
