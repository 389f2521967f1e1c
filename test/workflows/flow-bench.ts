/**
 * A Temporal server for flow tests and workers on it, with the activities that a test brings: the
 * real ones, over a database of its own. The server skips time while a test awaits a flow's end.
 */
import { Client, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { pino } from 'pino';
import { FLOWS_TASK_QUEUE, SEARCH_ATTRIBUTES } from '../../canonical/flows/contract';
import { contractOf, FLOWS, type FlowRegistry } from '../../canonical/flows/registry';
import { testServerPath } from './test-server';
import { only, type Database } from '../../store/database';
import { dueDispatch, markDelivered } from '../../store/flows/dispatch-delivery';
import { deliverDispatch } from '../../workers/deliver-dispatch';
import type { StartRate } from '../../workers/start-rate';
import { startOpened } from '../../workers/starts';
import { buildWorkflowBundle } from '../../workers/workflow-bundle';

const log = pino({ level: 'silent' });
const STARTS_AT_ONCE = 100;
const KEYWORD_INDEXED_VALUE_TYPE = 2;
/** Real time that a condition of a test may take to come true. */
const UNTIL_LIMIT_MS = 15_000;
const UNTIL_POLL_MS = 20;

export interface FlowBenchSettings {
  readonly db: Database;
  /** Task queue → activities; flows are on `flows` with those of that queue. */
  readonly activities: Readonly<Record<string, object>>;
  /** The file that exports the workflows; left out: all of ours. */
  readonly workflowsPath?: string;
  /** Their contracts. */
  readonly flows?: FlowRegistry;
}

export interface FlowBench {
  readonly environment: TestWorkflowEnvironment;
  /** Awaits without skipping time. */
  readonly client: Client;
  /**
   * Starts the flow whose start is due, as the relay does; `again`: as one that was lost, which asks
   * what is due now.
   */
  start(workflowId: string, mode: 'first' | 'again'): Promise<void>;
  /** Brings the signals that are due to their flows, as the relay does. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A server that skips time; the flow sees days pass in milliseconds. It skips while a test awaits a
 * result or sleeps, and never past a workflow task or an activity that is at work (measured: 3 s of
 * real work under a deadline of one minute), so that a real database is as good as none.
 */
export async function openFlowBench(settings: FlowBenchSettings): Promise<FlowBench> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const path = await testServerPath();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(
      Object.values(SEARCH_ATTRIBUTES).map((name) => [name, KEYWORD_INDEXED_VALUE_TYPE]),
    ),
  });
  return benchOn(environment, settings);
}

/** The dev server itself, in real time: what histories are recorded on. */
export async function openDevServerBench(
  path: string,
  settings: FlowBenchSettings,
): Promise<FlowBench> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      searchAttributes: Object.values(SEARCH_ATTRIBUTES).map((name) =>
        defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      ),
    },
  });
  return benchOn(environment, settings);
}

/** A flow starts when its test says so. */
const NO_STARTS: StartRate = {
  allowance: () => 0,
  saw: () => undefined,
  spend: () => undefined,
};

async function benchOn(
  environment: TestWorkflowEnvironment,
  { db, activities, workflowsPath, flows = FLOWS }: FlowBenchSettings,
): Promise<FlowBench> {
  const connection = environment.nativeConnection;
  const workflowBundle = await buildWorkflowBundle(workflowsPath);
  const workers = await Promise.all(
    Object.entries({ [FLOWS_TASK_QUEUE]: {}, ...activities }).map(([taskQueue, ofQueue]) =>
      Worker.create({
        connection,
        taskQueue,
        activities: ofQueue,
        ...(taskQueue === FLOWS_TASK_QUEUE && { workflowBundle }),
      }),
    ),
  );
  const ends = workers.map((worker) => worker.run());
  // The workers' own connection, as the relay's.
  const client = new Client({ connection });
  return {
    environment,
    client,
    async start(workflowId, mode) {
      const { starts } = await dueDispatch(db, { starts: STARTS_AT_ONCE, signals: 0 });
      const due = starts.filter((one) => one.workflowId === workflowId);
      const { type, input, dispatchNo } = only(due, `the start of ${workflowId}`);
      await startOpened(client, contractOf(flows, type), input, mode);
      await markDelivered(db, [dispatchNo]);
    },
    async deliver() {
      await deliverDispatch({ db, client, log, flows }, NO_STARTS);
    },
    async close() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(ends);
      await environment.teardown();
    },
  };
}

/** Waits in real time, without skipping any of the flow's: for what is under way already. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const limitMs = Date.now() + UNTIL_LIMIT_MS;
  while (!(await isTrue())) {
    if (Date.now() > limitMs) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, UNTIL_POLL_MS));
  }
}

export async function eventCount(handle: WorkflowHandle): Promise<number> {
  return (await handle.fetchHistory()).events?.length ?? 0;
}

/**
 * Until no task of the flow is at work: the server that skips time may lose a task that a signal comes
 * in on ("invalid history builder state for action"), and the flow then never goes on.
 */
export const untilAtRest = (handle: WorkflowHandle): Promise<void> =>
  until(`${handle.workflowId} is at rest`, async () => {
    const { events = [] } = await handle.fetchHistory();
    const last = events?.findLast(
      (event) =>
        event.workflowTaskScheduledEventAttributes ?? event.workflowTaskCompletedEventAttributes,
    );
    return !last?.workflowTaskScheduledEventAttributes;
  });

/** What the Temporal UI shows as current details. */
export async function detailsOf(handle: WorkflowHandle): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
