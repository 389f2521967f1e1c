// Parts of a stack for tests that need no more: only Postgres, or only a Temporal server.
import path from 'node:path';
import { createDatabases, databaseUrl, postgresPlan } from '../../stack/postgres/server';
import { findTemporal } from '../../stack/temporal/ladder';
import { temporalPlan } from '../../stack/temporal/server';
import { loadSecrets, makeHome } from '../../stack/supervisor/home';
import { type Janitor, startJanitor } from '../../stack/supervisor/janitor';
import { type ClaimedPort, claimPort } from '../../stack/supervisor/ports';
import { Service, type ServicePlan } from '../../stack/supervisor/service';
import { PREFERRED_PORTS, localUrl } from '../../stack/supervisor/wiring';

/** Away from the ports that a person's stack likes. */
const PORT_OFFSET = 20_000;

export interface PartOptions {
  /** An absolute folder; made when missing, data in it is kept. */
  readonly home: string;
  readonly env?: NodeJS.ProcessEnv;
}

interface RunningPart {
  readonly pid: number | undefined;
  readonly port: number;
  /** Sends a signal; after one that ends it, it is started again by itself. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  readonly waitUntilReady: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** An embedded Postgres that is up. */
export interface RunningPostgres extends RunningPart {
  /** The connection string of a database; `postgres` is there, others when made. */
  readonly databaseUrl: (database: string) => string;
  readonly createDatabase: (database: string) => Promise<void>;
}

/** A Temporal dev server that is up. */
export interface RunningTemporal extends RunningPart {
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
}

async function startPart(
  claims: readonly ClaimedPort[],
  janitor: Janitor,
  plan: ServicePlan,
): Promise<Service> {
  const service = new Service(plan, janitor, {
    onRestarted: () => undefined,
    onEnded: () => undefined,
  });
  for (const claim of claims) janitor.watchFile(claim.claimFile, claim.content);
  try {
    await service.start();
  } catch (error) {
    await stopPart(service, claims, janitor);
    throw error;
  }
  return service;
}

async function stopPart(
  service: Service,
  claims: readonly ClaimedPort[],
  janitor: Janitor,
): Promise<void> {
  await service.stop();
  for (const claim of claims) claim.release();
  janitor.farewell();
}

/** Starts a Postgres on a home; several homes run side by side. */
export async function startPostgres(options: PartOptions): Promise<RunningPostgres> {
  const paths = makeHome(options.home);
  const claim = await claimPort(PREFERRED_PORTS.postgres + PORT_OFFSET);
  const postgres = {
    home: options.home,
    port: claim.port,
    password: loadSecrets(paths).postgresPassword,
    logFile: paths.logOf('postgres'),
  };
  const janitor = startJanitor();
  const service = await startPart([claim], janitor, await postgresPlan(postgres));
  return {
    get pid() {
      return service.pid;
    },
    port: claim.port,
    databaseUrl: (database) => databaseUrl(postgres, database),
    createDatabase: (database) => createDatabases(postgres, [database]),
    kill: (signal) => service.kill(signal),
    waitUntilReady: () => service.waitUntilReady(),
    stop: () => stopPart(service, [claim], janitor),
  };
}

/**
 * Starts a Temporal dev server on a home, by the ladder.
 * @throws NoTemporalError when there is none, Error when the ladder gives a server that is not ours.
 */
export async function startTemporal(options: PartOptions): Promise<RunningTemporal> {
  const paths = makeHome(options.home);
  const env = { ...(options.env ?? process.env), TEMPORAL_ADDRESS: undefined };
  const source = await findTemporal(env, () => undefined);
  if (source.kind !== 'binary') throw new Error('a Temporal profile names a server: unset it');
  const port = await claimPort(PREFERRED_PORTS.temporal + PORT_OFFSET);
  const uiPort = await claimPort(PREFERRED_PORTS.temporalUi + PORT_OFFSET);
  const httpPort = await claimPort(PREFERRED_PORTS.temporalHttp + PORT_OFFSET);
  const claims = [port, uiPort, httpPort];
  const namespace = 'default';
  const janitor = startJanitor();
  const plan = temporalPlan({
    program: source.path,
    folder: path.resolve(paths.temporal),
    logFile: paths.logOf('temporal'),
    namespace,
    port: port.port,
    uiPort: uiPort.port,
    httpPort: httpPort.port,
  });
  const service = await startPart(claims, janitor, plan);
  return {
    get pid() {
      return service.pid;
    },
    port: port.port,
    address: `127.0.0.1:${port.port}`,
    namespace,
    uiUrl: localUrl(uiPort.port),
    kill: (signal) => service.kill(signal),
    waitUntilReady: () => service.waitUntilReady(),
    stop: () => stopPart(service, claims, janitor),
  };
}
