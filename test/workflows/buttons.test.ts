/**
 * What support presses in the Temporal UI, at every stage of an order: Request Cancellation, Signal,
 * Terminate and Reset leave it right. On the dev server, in real time, over the real moments.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectOrderFlows, FlowNotRunningError, type OrderFlows } from '../../api/order-flow';
import { startOf } from '../../canonical/flows/contract';
import { ORDER_FLOW } from '../../canonical/flows/order-contract';
import { findTemporal, NoTemporalError } from '../../stack/temporal/ladder';
import { readOrderFlow } from '../../store/orders/order-view';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { routedEvent } from '../store/fixture';
import { openDevServerBench, until } from './flow-bench';
import { openOrderBench, type OrderBench, type OrderOnBench, type OrderShape } from './order-bench';
import type { Behaviour } from './scripted-vendors';

const TEST_LIMIT_MS = 120_000;
/** Of no event: a number that somebody typed. */
const NO_EVENT = 999_999_999;

let database: TestDatabase;
let bench: OrderBench | undefined;
let flows: OrderFlows;
beforeAll(async () => {
  const found = await findTemporal(
    { ...process.env, TEMPORAL_ADDRESS: undefined },
    () => undefined,
  ).catch((error: unknown) => {
    if (error instanceof NoTemporalError) return null;
    throw error;
  });
  if (found?.kind !== 'binary') return;
  database = await cloneDatabase();
  bench = await openOrderBench(database.db, (settings) => openDevServerBench(found.path, settings));
  const { address } = bench.flows.environment;
  flows = connectOrderFlows({ connection: { address }, namespace: 'default' });
}, TEST_LIMIT_MS);
beforeEach((context) => {
  if (bench === undefined) context.skip('no Temporal server can be had on this machine');
});
afterAll(async () => {
  if (bench === undefined) return;
  await flows.close();
  await bench.close();
  await database.drop();
});

function onBench(): OrderBench {
  if (bench === undefined) throw new Error('there is no bench');
  return bench;
}

const down = (times: number): Behaviour[] => Array.from({ length: times }, () => 'down');

interface Stage {
  readonly shape: OrderShape;
  reach(order: OrderOnBench): Promise<void>;
  /** What happens next in the world; from here on the flow ends by itself. */
  goOn(order: OrderOnBench): Promise<void>;
}

async function releaseAndShip(order: OrderOnBench): Promise<void> {
  await order.untilReleased();
  await order.ship();
}

const STAGES: Readonly<Record<string, Stage>> = {
  'waiting to be accepted': {
    shape: { moneyMode: 'psp', lines: [1], unknown: ['sku'] },
    reach: (order) => order.untilWaiting(),
    async goOn(order) {
      await order.map('sku');
      await releaseAndShip(order);
    },
  },
  'waiting for its authorization': {
    shape: { moneyMode: 'psp', lines: [1], script: { authorize: down(3) } },
    reach: (order) => until('asked', () => order.vendors.verbs().includes('authorize')),
    goOn: releaseAndShip,
  },
  released: {
    shape: { moneyMode: 'psp', lines: [1] },
    reach: (order) => order.untilReleased(),
    goOn: releaseAndShip,
  },
  'shipped, its capture in doubt': {
    shape: { moneyMode: 'psp', lines: [1], script: { capture: ['lost'] } },
    async reach(order) {
      await releaseAndShip(order);
      await until('asked', () => order.vendors.verbs().includes('capture'));
    },
    goOn: () => Promise.resolve(),
  },
  'waiting for a person': {
    shape: { moneyMode: 'psp', lines: [1], script: { capture: ['refused'] } },
    async reach(order) {
      await releaseAndShip(order);
      await order.untilOpen('payment.capture-failed');
    },
    goOn: (order) => order.resolve('payment.capture-failed', 'retry'),
  },
};
const stages = Object.entries(STAGES);

async function at({ shape, reach }: Stage): Promise<OrderOnBench> {
  const order = await onBench().start(shape);
  await reach(order);
  return order;
}

/** It goes its way to the end, and everything was made once. */
async function expectWhole(order: OrderOnBench): Promise<void> {
  expect(await order.handle.result()).toEqual({ status: 'closed' });
  expect(await order.capturedMinor()).toBe(1_000);
  expect(order.vendors.madeOnceEach()).toBe(true);
  expect(await order.openCodes()).toEqual([]);
}

/** A decision that changes nothing here, asked as the API asks. */
async function decide(order: OrderOnBench): Promise<unknown> {
  const flow = await readOrderFlow(database.db, order.orderId);
  if (flow === null) throw new Error('the order is not here');
  const { workflowId, input } = flow;
  const decisionId = randomUUID();
  const request = { decisionId };
  const ask = { workflowId, name: 'releaseHold', updateId: decisionId, request } as const;
  try {
    return await flows.update({ ...ask, start: null });
  } catch (error) {
    if (!(error instanceof FlowNotRunningError)) throw error;
  }
  const options = startOf(ORDER_FLOW, ORDER_FLOW.again?.(input) ?? input);
  return flows.update({ ...ask, start: { mode: 'again', options } });
}

describe.each(stages)('an order that is %s', (_, stage) => {
  test('goes on after Request Cancellation, answers decisions, and its page says what to do', async () => {
    const order = await at(stage);
    await order.handle.cancel();
    await order.untilDetails((text) => text.includes('**Request Cancellation** changed nothing'));
    await order.untilDetails((text) => text.includes(`/v1/orders/${order.orderId}/cancel`));
    expect(await decide(order)).toHaveProperty('outcome');
    await stage.goOn(order);
    await expectWhole(order);
  });

  test('ignores a Signal that it cannot take, and names it', async () => {
    const other = await at(STAGES['released'] ?? stage);
    const order = await at(stage);
    const { handle } = order;
    await handle.signal('make it so ](x)', {});
    for (const name of ['shipmentConfirmed', 'cancelRequested', 'exceptionResolved']) {
      await handle.signal(name);
      await handle.signal(name, { eventNo: 'all', exceptionId: 7, resolution: 'retry' });
      await handle.signal(name, { eventNo: NO_EVENT, exceptionId: 'no', resolution: 'retry' });
    }
    const body = { orderId: other.orderId, reason: 'changed their mind' };
    const type = 'order.cancel-requested.v1';
    const theirs = await routedEvent(database.db, type, other.orderId, body);
    await handle.signal('cancelRequested', { eventNo: theirs });
    await handle.signal('shipmentConfirmed', { eventNo: theirs });
    await order.untilDetails((text) => text.includes('**Signal** `exceptionResolved` was ignored'));
    await handle.signal('make it so ](x)', {});
    await order.untilDetails((text) => text.includes('**Signal** `make?it?so???x?` was ignored'));
    await stage.goOn(order);
    await expectWhole(order);
    await other.handle.signal('cancelRequested', { eventNo: theirs });
    expect(await other.handle.result()).toEqual({ status: 'cancelled' });
  });

  test('is started again after Terminate by the next decision', async () => {
    const order = await at(stage);
    await order.handle.terminate('pressed');
    expect(await decide(order)).toHaveProperty('outcome');
    await stage.goOn(order);
    await expectWhole(order);
  });

  test('is started again after Terminate by the next event', async () => {
    const order = await at(stage);
    await order.handle.terminate('pressed');
    await order.tellByRow('exceptionResolved', { exceptionId: 'none', resolution: 'retry' });
    await stage.goOn(order);
    await expectWhole(order);
  });

  test('loses nothing by a Reset to any of its events', { timeout: TEST_LIMIT_MS }, async () => {
    const order = await at(stage);
    const first = await runOf(order);
    for (const eventId of await tasksOf(order, first)) await reset(order, first, eventId);
    await stage.goOn(order);
    await expectWhole(order);
    // And when it has ended.
    const last = await runOf(order);
    const verbs = order.vendors.verbs().length;
    for (const eventId of await tasksOf(order, last)) {
      await reset(order, last, eventId);
      await expectWhole(order);
    }
    expect(order.vendors.verbs().slice(verbs)).toEqual([]);
  });
});

async function runOf(order: OrderOnBench): Promise<string> {
  return (await order.handle.describe()).runId;
}

/** Events that the UI offers to reset to. */
async function tasksOf(order: OrderOnBench, runId: string) {
  const { client } = onBench().flows.environment;
  const { workflowId } = order.handle;
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? [])
    .filter((event) => event.workflowTaskCompletedEventAttributes)
    .map((event) => event.eventId);
}

type EventId = Awaited<ReturnType<typeof tasksOf>>[number];

async function reset(order: OrderOnBench, runId: string, eventId: EventId): Promise<void> {
  const { client } = onBench().flows.environment;
  const { workflowId } = order.handle;
  await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId },
    workflowTaskFinishEventId: eventId,
    requestId: randomUUID(),
    reason: 'pressed',
  });
}
