/** The flow of the escalation on a server, over a real database. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pino } from 'pino';
import { createEscalationActivities } from '../../activities/escalation/escalate';
import { FLOWS_TASK_QUEUE, startOf } from '../../canonical/flows/contract';
import { ESCALATION_FLOW } from '../../canonical/flows/escalation';
import { readException } from '../../store/exceptions/exception-queries';
import { openException } from '../../store/exceptions/exceptions';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { eventCount, openFlowBench, type FlowBench } from './flow-bench';

let database: TestDatabase;
let bench: FlowBench;
beforeAll(async () => {
  database = await cloneDatabase();
  const { db } = database;
  const log = pino({ level: 'silent' });
  const activities = createEscalationActivities({ db, log, pagesUrl: undefined });
  bench = await openFlowBench({ db, activities: { [FLOWS_TASK_QUEUE]: { ...activities } } });
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

const MANY_MS = 60_000;

test('it escalates what becomes overdue, run after run, and its history stays small', async () => {
  const { client } = bench.environment;
  const start = startOf(ESCALATION_FLOW, { lookEveryMs: 200 });
  const { workflowId, taskQueue, args, workflowType } = start;
  const { firstExecutionRunId: first } = await client.workflow.start(workflowType, {
    ...{ workflowId, taskQueue, args },
  });
  const now = client.workflow.getHandle(workflowId);
  await vi.waitFor(async () => expect((await now.describe()).runId).not.toBe(first), {
    ...{ timeout: MANY_MS, interval: 500 },
  });
  const { exceptionId } = await openException(database.db, {
    ...{ code: 'payment.declined', detail: 'a test', subject: 'test', blocks: 'step:1' },
    cause: { kind: 'effect', ref: 'ref' },
  });
  await database.db.query(`update exception set deadline_at = now() - interval '1 minute'`);
  await vi.waitFor(
    async () => expect((await readException(database.db, exceptionId))?.state).toBe('escalated'),
    { timeout: MANY_MS },
  );
  expect(await eventCount(client.workflow.getHandle(workflowId, first))).toBeLessThan(260);
  await now.terminate();
}, 120_000);
