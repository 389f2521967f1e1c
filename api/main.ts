/** The API's process: configuration, schema, port; and a stop that finishes what it began. */
import { createServer, type Server } from 'node:http';
import pino, { type Logger } from 'pino';
import { ConfigurationError, temporalConnection } from '../canonical/schema/configuration';
import { CONNECTOR_SETUPS } from '../connectors/setups';
import { useInstallation } from '../canonical/installation';
import { readProcess } from '../setup/read-installation';
import { untilThere } from '../store/at-start';
import { isStoreAway } from '../store/away';
import { openDatabase } from '../store/database';
import { migrate } from '../store/migrate';
import { createApp } from './app';
import type { Stage } from './dependencies';
import { faultFields } from './http/logging';
import { connectOrderFlows } from './order-flow';
import { watchStorage } from './storage';

/** Requests in flight have this long after a stop was asked for. */
export const DRAIN_LIMIT_MS = 8_000;
/** A client that sends its headers or its body slower than this is cut off. */
const HEADERS_LIMIT_MS = 10_000;
const REQUEST_LIMIT_MS = 30_000;
/** Longer than the usual load balancer keeps an idle connection, so that it closes first. */
const KEEP_ALIVE_MS = 65_000;
const MAX_CONNECTIONS = 5_000;
/** Two accept statements, and the questions of the orders that are next. */
const BUYER_CONNECTIONS = 6;

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** No new connection, no new request on an old one; resolves when the last one is answered. */
async function drain(server: Server, log: Logger): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cutOff = setTimeout(() => {
    log.warn({ limitMs: DRAIN_LIMIT_MS }, 'requests still ran at the limit and were cut off');
    server.closeAllConnections();
  }, DRAIN_LIMIT_MS);
  await closed;
  clearTimeout(cutOff);
}

/** Callers are told meanwhile that it starts, and what it waits for. */
async function migrateWhenThere(url: string, log: Logger, signal: AbortSignal): Promise<void> {
  try {
    const { applied } = await untilThere(() => migrate(url), {
      isAway: isStoreAway,
      onMissing: (error) => log.warn(faultFields(error), 'Postgres does not answer yet'),
      signal,
    });
    if (applied.length > 0) log.info({ applied }, 'migrations applied');
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function main(): Promise<void> {
  const read = readProcess(process.env, CONNECTOR_SETUPS);
  const { configuration } = read;
  useInstallation(read.installation);
  const log = pino({ level: configuration.LOG_LEVEL, base: { service: 'api' } });
  const db = openDatabase(configuration.DATABASE_URL, { applicationName: 'throughline-api' });
  const buyers = openDatabase(configuration.DATABASE_URL, {
    connections: BUYER_CONNECTIONS,
    applicationName: 'throughline-buyers',
  });
  const flows = connectOrderFlows({
    connection: temporalConnection(configuration),
    namespace: configuration.TEMPORAL_NAMESPACE,
  });
  let stage: Stage = 'starting';
  const starting = new AbortController();
  const storage = watchStorage(db, log);
  const parts = { db, buyers, configuration, log, flows, storage };
  const app = createApp({ ...parts, stage: () => stage });
  const server = createServer(
    { requestTimeout: REQUEST_LIMIT_MS, headersTimeout: HEADERS_LIMIT_MS },
    app,
  );
  // A kept-alive connection becomes idle only after its answer: while we stop it is closed then.
  server.on('request', (_request, response) => {
    response.once('close', () => {
      if (stage === 'stopping') setImmediate(() => server.closeIdleConnections());
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  const stop = async (why: string) => {
    if (stage === 'stopping') return;
    stage = 'stopping';
    starting.abort();
    log.info({ why }, 'stopping');
    await drain(server, log);
    await flows.close().catch(() => undefined);
    await Promise.all([db.end(), buyers.end()]);
    log.info('stopped');
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
  if (process.send !== undefined) {
    process.once('disconnect', () => void stop('the parent process has gone'));
  }
  await listen(server, configuration.API_HOST, configuration.API_PORT);
  log.info({ host: configuration.API_HOST, port: configuration.API_PORT }, 'listening');
  await migrateWhenThere(configuration.DATABASE_URL, log, starting.signal);
  if (starting.signal.aborted) return;
  stage = 'serving';
  process.send?.({ ready: true });
}

main().catch((error: unknown) => {
  const log = pino({ base: { service: 'api' } });
  if (error instanceof ConfigurationError) {
    log.fatal({ problems: error.problems }, 'the configuration cannot be used');
  } else log.fatal(faultFields(error), 'the API could not start');
  process.exit(1);
});
