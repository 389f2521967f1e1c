// The user's cache of downloaded binaries. A file gets its name only after its checksum was
// verified, by a rename, so that what has the name is whole and is the pinned version.
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { BinaryPin } from './pins';

const EXECUTABLE_MODE = 0o755;

/** `${XDG_CACHE_HOME or ~/.cache}/throughline`. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] || path.join(env['HOME'] || os.homedir(), '.cache');
  return path.join(base, 'throughline');
}

/** The platform's key in the pins. */
const platformKey = () => `${process.platform}-${process.arch}`;

/** Where the pinned binary lies once it is cached. */
export function cachedBinaryPath(pin: BinaryPin, env: NodeJS.ProcessEnv): string {
  return path.join(cacheFolder(env), `${pin.binary}-${pin.version}-${platformKey()}`);
}

/** The path of the cached binary, or undefined when it is not there. */
export async function findCachedBinary(
  pin: BinaryPin,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const file = cachedBinaryPath(pin, env);
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? file : undefined;
}

/**
 * Verifies a binary against its pin and puts it into the cache.
 * @returns its path
 * @throws Error when the platform has no pin or the checksum differs.
 */
export async function storeBinary(
  pin: BinaryPin,
  bytes: Buffer,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const expected = pin.sha256[platformKey()];
  if (!expected) throw new Error(`no checksum is pinned for ${platformKey()}`);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== expected) {
    throw new Error(`checksum of ${pin.binary}: ${actual}, expected ${expected}`);
  }
  const file = cachedBinaryPath(pin, env);
  const partial = `${file}.${randomBytes(6).toString('hex')}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(partial, bytes);
    await chmod(partial, EXECUTABLE_MODE);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  return file;
}

/**
 * Lets `download` fill a folder of its own, and caches the binary whose path it gives.
 * @returns the path of the cached binary
 * @throws what `download` throws, and Error as `storeBinary` does.
 */
export async function storeDownload(
  pin: BinaryPin,
  env: NodeJS.ProcessEnv,
  download: (folder: string) => Promise<string>,
): Promise<string> {
  await mkdir(cacheFolder(env), { recursive: true });
  const folder = await mkdtemp(path.join(cacheFolder(env), 'download-'));
  try {
    return await storeBinary(pin, await readFile(await download(folder)), env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
