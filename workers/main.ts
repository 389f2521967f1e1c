/**
 * The worker's process: flows and moments on one queue, a queue per vendor account, and the loops
 * that carry events in and starts and signals over. WORKER_QUEUES names the queues it serves
 * (`flows,erp.netsuite-us`); without it, all. The loops run where `flows` does.
 */
import { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import pino, { type Logger } from 'pino';
import { createFlowActivities } from '../activities/moments/every-flow';
import { createOrderActivities } from '../activities/moments/order';
import { createReturnActivities } from '../activities/moments/return';
import { createPickupActivities } from '../activities/moments/pickup';
import { createSettlementActivities } from '../activities/moments/settlement';
import { createPeriodActivities } from '../activities/moments/period';
import { createBatchActivities } from '../activities/moments/batches';
import { createEscalationActivities } from '../activities/escalation/escalate';
import { createReconciliationActivities } from '../activities/reconciliation/reconcile';
import { createSettlementReportActivities } from '../activities/settlement/fetch-reports';
import { createWatchdogActivities } from '../activities/watchdog/look';
import { auditAsDue } from '../audit/run';
import { FLOWS_TASK_QUEUE } from '../canonical/flows/contract';
import { FLOWS } from '../canonical/flows/registry';
import {
  ConfigurationError,
  temporalConnection,
  type Configuration,
} from '../canonical/schema/configuration';
import { installation, useInstallation } from '../canonical/installation';
import { connectorsFrom, type Connectors } from '../connectors/registry';
import { SETTLEMENT_SOURCES } from '../connectors/settlement-sources';
import { CONNECTOR_SETUPS } from '../connectors/setups';
import { stalledOrders } from '../moments/order/stalled-orders';
import { readProcess } from '../setup/read-installation';
import { openDatabase, type Database } from '../store/database';
import { migrate } from '../store/migrate';
import { activitiesByQueue } from './activities-by-queue';
import { createPlaceAsker } from './ask-places';
import { MOMENTS, STARTERS, workBeside } from './flows';
import { serveHealth } from './health';
import { runMaintenance } from './maintenance';
import { runPeriodEnds } from './period-ends';
import { runRelay } from './relay';
import { runRouter } from './router';
import { runningFlows } from './running-flows';
import { runtimeLogger } from './runtime-log';
import { beginStart } from './start';
import { runFolders } from './watch-folders';
import { limitsOf } from './vendor-limits';
import { loadWorkflowBundle } from './workflow-bundle';

/** Moments and effects; a moment holds one for a few milliseconds. */
const ACTIVITY_CONNECTIONS = 12;
/** Router, relay and maintenance: never starved by activities. */
const LOOP_CONNECTIONS = 6;
/** Flows kept in memory between their tasks; a longer queue replays. */
const MAX_CACHED_FLOWS = 600;
const FLOW_TASKS_AT_ONCE = 16;
const FLOW_POLLS = 4;
const MOMENTS_AT_ONCE = 16;
/** Moments that Postgres did not take at once. */
const LATE_MOMENTS_AT_ONCE = 8;
/** What is missing at last. */
const NOT_YET = 'no queue is polled yet';
/** Running activities have this long after a stop was asked for; then they are cancelled. */
const GRACE_MS = 4_000;
/** Whatever still runs then is left to the next worker. */
const STOP_LIMIT_MS = 12_000;

interface Parts {
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly connection: NativeConnection;
  readonly db: Database;
  readonly connectors: Connectors;
}

function wants(queue: string): boolean {
  const chosen = process.env['WORKER_QUEUES']?.trim();
  return !chosen || chosen.split(',').some((one) => one.trim() === queue);
}

function createFlowWorker(parts: Parts, bundle: Awaited<ReturnType<typeof loadWorkflowBundle>>) {
  const { connection, configuration, db, log } = parts;
  return Worker.create({
    connection,
    namespace: configuration.TEMPORAL_NAMESPACE,
    taskQueue: FLOWS_TASK_QUEUE,
    workflowBundle: bundle,
    activities: {
      ...createFlowActivities(MOMENTS, { db, log }),
      ...createOrderActivities({ db, log }),
      ...createReturnActivities({ db, log }),
      ...createPickupActivities({ db, log }),
      ...createSettlementActivities({ db, log, sources: SETTLEMENT_SOURCES }),
      ...createSettlementReportActivities({
        ...{ db, log, sources: SETTLEMENT_SOURCES, pagesUrl: configuration.PAGES_URL },
        reports: parts.connectors.settlementReports,
      }),
      ...createPeriodActivities({ db, log }),
      ...createBatchActivities({ db }),
      ...createWatchdogActivities({
        db,
        log,
        running: runningFlows(clientOf(parts)),
        stalledFlows: stalledOrders,
      }),
      ...createEscalationActivities({ db, log, pagesUrl: configuration.PAGES_URL }),
      ...createReconciliationActivities({
        ...{ db, log },
        audit: () => auditAsDue(configuration.DATABASE_URL),
      }),
    },
    maxCachedWorkflows: MAX_CACHED_FLOWS,
    maxConcurrentWorkflowTaskExecutions: FLOW_TASKS_AT_ONCE,
    maxConcurrentWorkflowTaskPolls: FLOW_POLLS,
    maxConcurrentLocalActivityExecutions: MOMENTS_AT_ONCE,
    maxConcurrentActivityTaskExecutions: LATE_MOMENTS_AT_ONCE,
    maxConcurrentActivityTaskPolls: 1,
    shutdownGraceTime: GRACE_MS,
    shutdownForceTime: STOP_LIMIT_MS - 2_000,
  });
}

function createVendorWorkers(parts: Parts): Promise<Worker[]> {
  const { connection, configuration } = parts;
  const queues = [...activitiesByQueue(parts)].filter(([queue]) => wants(queue));
  return Promise.all(
    queues.map(([taskQueue, activities]) => {
      const limits = limitsOf(taskQueue);
      return Worker.create({
        connection,
        namespace: configuration.TEMPORAL_NAMESPACE,
        taskQueue,
        activities,
        maxConcurrentActivityTaskExecutions: limits.slots,
        maxConcurrentActivityTaskPolls: limits.polls,
        maxTaskQueueActivitiesPerSecond: limits.startsPerSecond,
        shutdownGraceTime: GRACE_MS,
        shutdownForceTime: STOP_LIMIT_MS - 2_000,
      });
    }),
  );
}

/** The same connection as the workers': a start may hand its first task straight to one of them. */
function clientOf({ connection, configuration }: Parts): Client {
  return new Client({ connection, namespace: configuration.TEMPORAL_NAMESPACE });
}

/** The loops, until the signal; they keep to connections of their own. */
function runLoops(parts: Parts, db: Database, signal: AbortSignal): Promise<unknown> {
  const { configuration, log } = parts;
  const client = clientOf(parts);
  return Promise.all([
    runRouter({
      places: createPlaceAsker(parts.connectors.salesChannels),
      db,
      log,
      signal,
      flows: FLOWS,
      starters: STARTERS,
      fulfilmentDeadlineMs: configuration.FULFILMENT_DEADLINE_MS,
      pagesUrl: configuration.PAGES_URL,
      eventWaitMs: configuration.EVENT_WAIT_MS,
    }),
    runRelay({
      db,
      client,
      log,
      signal,
      flows: FLOWS,
      startsPerSecond: configuration.RELAY_STARTS_PER_SECOND,
      beside: workBeside({
        postingWindowMs: configuration.POSTING_WINDOW_MS,
        watchdogLookMs: configuration.WATCHDOG_LOOK_MS,
        escalationLookMs: configuration.ESCALATION_LOOK_MS,
        reconciliationLookMs: configuration.RECONCILIATION_LOOK_MS,
        pagesUrl: configuration.PAGES_URL,
      }),
    }),
    runFolders({ db, log, signal, pagesUrl: configuration.PAGES_URL }),
    runMaintenance({
      db,
      log,
      signal,
      orderDays: configuration.ORDER_RETENTION_DAYS,
      keyDays: configuration.KEY_RETENTION_DAYS,
    }),
    runPeriodEnds({ db, log, signal }),
  ]);
}

async function main(): Promise<void> {
  const read = readProcess(process.env, CONNECTOR_SETUPS);
  const { configuration } = read;
  useInstallation(read.installation);
  const log = pino({ level: configuration.LOG_LEVEL, base: { service: 'worker' } });
  Runtime.install({
    logger: runtimeLogger(log),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    },
    shutdownSignals: [],
  });
  const stopping = new AbortController();
  const start = beginStart(log, stopping.signal);
  const orphaned = () => process.exit(0);
  process.once('disconnect', orphaned);
  let whatIsMissing = () => Promise.resolve([...start.missing(), NOT_YET]);
  const healthPort = Number(process.env['WORKER_HEALTH_PORT'] ?? 0);
  if (healthPort > 0) await serveHealth(healthPort, { missing: () => whatIsMissing() });
  const url = configuration.DATABASE_URL;
  const db = openDatabase(url, {
    connections: ACTIVITY_CONNECTIONS,
    applicationName: 'throughline-worker',
  });
  const loopDb = openDatabase(url, {
    connections: LOOP_CONNECTIONS,
    applicationName: 'throughline-loops',
  });
  const [connection, bundle] = await Promise.all([
    start.temporal(() => NativeConnection.connect(temporalConnection(configuration))),
    loadWorkflowBundle(process.env),
    start.postgres(() => migrate(url)),
  ]);
  const connectors = connectorsFrom(installation().accounts);
  const parts: Parts = { configuration, log, connection, db, connectors };
  const hasFlows = wants(FLOWS_TASK_QUEUE);
  const workers = [
    ...(hasFlows ? [await createFlowWorker(parts, bundle)] : []),
    ...(await createVendorWorkers(parts)),
  ];
  const running = workers.map((worker) => worker.run());
  const loops = hasFlows ? runLoops(parts, loopDb, stopping.signal) : Promise.resolve();

  const stop = async (why: string, exitCode: number) => {
    if (stopping.signal.aborted) return;
    log.info({ why }, 'the worker stops');
    stopping.abort();
    setTimeout(() => process.exit(exitCode || 1), STOP_LIMIT_MS).unref();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.allSettled([...running, loops]);
    await Promise.allSettled([connectors.close(), connection.close(), db.end(), loopDb.end()]);
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void stop(signal, 0));
  }
  process.off('disconnect', orphaned);
  process.on('disconnect', () => void stop('the parent is gone', 0));
  for (const end of running) {
    end.catch((error: unknown) => {
      log.fatal({ error: error instanceof Error ? error.name : 'unknown' }, 'a worker failed');
      void stop('a worker failed', 1);
    });
  }

  whatIsMissing = () => missingOf(workers, db);
  log.info({ queues: workers.map((worker) => worker.options.taskQueue) }, 'the worker polls');
  process.send?.({ ready: true });
}

async function missingOf(workers: readonly Worker[], db: Database): Promise<string[]> {
  const idle = workers
    .filter((worker) => worker.getState() !== 'RUNNING')
    .map((worker) => `queue ${worker.options.taskQueue} is not polled`);
  const isStoreUp = await db.query('select 1').then(
    () => true,
    () => false,
  );
  return [...idle, ...(isStoreUp ? [] : ['Postgres does not answer'])];
}

main().catch((error: unknown) => {
  const log = pino({ base: { service: 'worker' } });
  if (error instanceof ConfigurationError) {
    log.fatal({ problems: error.problems }, 'the configuration is not usable');
  } else {
    const reason = error instanceof Error ? error.message : String(error);
    log.fatal({ reason }, 'the worker could not start');
  }
  process.exit(1);
});
