/** The watchdog's flow in skipped time, and flows that are told to look again. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FLOWS_TASK_QUEUE, startOf } from '../../canonical/flows/contract';
import { WATCHDOG_FLOW, type Looked } from '../../canonical/flows/watchdog';
import { tellToLookAgain } from '../../store/watchdog/moves';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { eventCount, openFlowBench, until } from './flow-bench';
import { openOrderBench, type OrderBench } from './order-bench';

let database: TestDatabase;
let bench: OrderBench;
const looks: string[] = [];
beforeAll(async () => {
  database = await cloneDatabase();
  const lookForStalled = ({ after }: { after: string }): Promise<Looked> => {
    looks.push(after);
    return Promise.resolve({ moved: {}, named: {}, after: `look-${looks.length}` });
  };
  bench = await openOrderBench(database.db, (settings) => {
    const ofFlows = { ...settings.activities[FLOWS_TASK_QUEUE], lookForStalled };
    return openFlowBench({
      ...settings,
      activities: { ...settings.activities, [FLOWS_TASK_QUEUE]: ofFlows },
    });
  });
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

test('an order whose flow does not know what is due does it once it is told to look again', async () => {
  const order = await bench.start({ moneyMode: 'channel', lines: [1], held: 'fraud check' });
  await order.untilDetails((details) => details.includes('hold'));
  // Behind its back: as if what told it had been lost.
  await database.db.query('update sales_order set hold_reason = null where order_id = $1', [
    order.orderId,
  ]);
  expect(order.vendors.verbs()).toEqual([]);
  await tellToLookAgain(database.db, [order.handle.workflowId]);
  await bench.flows.deliver();
  await order.untilReleased();
  expect(order.vendors.verbs()).toEqual(['release']);
});

test('an order whose flow was terminated goes on from Postgres when it is told to look again', async () => {
  const order = await bench.start({ moneyMode: 'channel', lines: [1] });
  await order.untilReleased();
  await order.handle.terminate('by hand');
  await tellToLookAgain(database.db, [order.handle.workflowId]);
  await bench.flows.deliver();
  await until('runs', async () => (await order.handle.describe()).status.name === 'RUNNING');
  await order.ship();
  await order.untilCaptured(1_000);
  expect(order.vendors.madeOnceEach()).toBe(true);
});

test('the watchdog looks again and again, goes on where it was, and its history stays small', async () => {
  const { environment } = bench.flows;
  const { client } = environment;
  // In real time: a run of looks is over before a skipped clock would have settled.
  const { workflowType, workflowId, taskQueue, args } = startOf(WATCHDOG_FLOW, {
    lookEveryMs: 200,
  });
  const first = await client.workflow.start(workflowType, { workflowId, taskQueue, args });
  const now = client.workflow.getHandle(workflowId);
  await vi.waitFor(
    async () => expect((await now.describe()).runId).not.toBe(first.firstExecutionRunId),
    { timeout: 60_000, interval: 500 },
  );
  const inFirstRun = looks.length;
  await vi.waitFor(() => expect(looks.length).toBeGreaterThan(inFirstRun), { timeout: 30_000 });
  expect(looks).toEqual(looks.map((_, index) => (index === 0 ? '' : `look-${index}`)));
  const firstRun = client.workflow.getHandle(workflowId, first.firstExecutionRunId);
  expect(await eventCount(firstRun)).toBeLessThan(260);
  await now.terminate();
}, 120_000);
