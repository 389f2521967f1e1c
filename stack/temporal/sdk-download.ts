// The rung of the ladder that uses the Temporal SDK's own download of the CLI. Without internet it
// must fail within seconds, so the download's host is asked first.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { storeDownload } from './binary-cache';
import type { BinaryPin } from './pins';

const run = promisify(execFile);
const DOWNLOAD_HOST_URL = 'https://temporal.download/';
const PROBE_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;

async function requireDownloadHost(): Promise<void> {
  try {
    await fetch(DOWNLOAD_HOST_URL, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${DOWNLOAD_HOST_URL} does not answer (${String(cause).split('\n')[0]})`);
  }
}

/**
 * Lets the SDK download the pinned CLI, verifies it against its pin and caches it.
 * @returns the path of the cached binary
 * @throws Error that says in one line why it did not work.
 */
export async function fetchBinaryWithSdk(pin: BinaryPin, env: NodeJS.ProcessEnv): Promise<string> {
  await requireDownloadHost();
  return storeDownload(pin, env, async (folder) => {
    const script = path.join(__dirname, 'sdk-download-process.ts');
    const nodeArguments = ['--require', 'tsx/cjs', script, folder, `v${pin.version}`];
    try {
      await run(process.execPath, nodeArguments, { env, timeout: DOWNLOAD_TIMEOUT_MS });
    } catch (error) {
      const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
      throw new Error(stderr.split('\n')[0] || String(error));
    }
    const [file] = await readdir(folder);
    if (!file) throw new Error('the SDK left no file');
    return path.join(folder, file);
  });
}
