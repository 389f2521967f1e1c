/** Decisions on a real Temporal server: a flow is started with its update, exactly as the relay does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  connectOrderFlows,
  FlowNotRunningError,
  type FlowUpdate,
  type OrderFlows,
} from '../../api/order-flow';
import { FLOWS_TASK_QUEUE, SEARCH_ATTRIBUTES, startOf } from '../../canonical/flows/contract';
import { ORDER_FLOW } from '../../canonical/flows/order-contract';
import type { OrderFlowInput } from '../../canonical/flows/order';
import { NoTemporalError } from '../../stack/temporal/ladder';
import { startTemporal, type RunningTemporal } from '../stack/start-parts';

let home: string;
let temporal: RunningTemporal | undefined;
let worker: Worker;
let running: Promise<void>;
let native: NativeConnection;
let flows: OrderFlows;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'throughline-flows-'));
  temporal = await startTemporal({ home }).catch((error: unknown) => {
    if (error instanceof NoTemporalError) return undefined;
    throw error;
  });
  if (temporal === undefined) return;
  Runtime.install({
    logger: {
      log: () => undefined,
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    },
  });
  native = await NativeConnection.connect({ address: temporal.address });
  worker = await Worker.create({
    connection: native,
    taskQueue: FLOWS_TASK_QUEUE,
    workflowsPath: require.resolve('./deciding-flow.ts'),
  });
  running = worker.run();
  flows = connectOrderFlows({
    connection: { address: temporal.address },
    namespace: temporal.namespace,
  });
});
beforeEach((context) => {
  if (temporal === undefined) context.skip('no Temporal server can be had on this machine');
});
afterAll(async () => {
  if (temporal === undefined) return;
  await flows.close();
  worker.shutdown();
  await running;
  await native.close();
  await temporal.stop();
  rmSync(home, { recursive: true, force: true });
});

const input = (orderNo: string) =>
  startOf<OrderFlowInput>(ORDER_FLOW, {
    orderId: `ord_${orderNo}`,
    channelInstance: 'web-us',
    orderNo,
    correlationId: 'cor_1',
    moneyMode: 'psp',
    accepted: null,
    fulfilmentDeadlineMs: 1_000,
  });
const ask = (orderNo: string, more: Partial<FlowUpdate> = {}): FlowUpdate => ({
  workflowId: `order/web-us/${orderNo}`,
  name: 'cancelOrder',
  updateId: 'dec_1',
  request: { decisionId: 'dec_1', lines: null },
  start: { mode: 'first', options: input(orderNo) },
  ...more,
});

test('starts the flow with its update, as the relay would, and hears its answer', async () => {
  const answer = await flows.update(ask('F-1'));
  expect(answer).toMatchObject({ outcome: 'cancelled', reason: 'ord_F-1 dec_1 flows' });
  const connection = await Connection.connect({ address: temporal?.address ?? '' });
  const handle = new Client({ connection }).workflow.getHandle('order/web-us/F-1');
  const seen = await handle.describe();
  expect(await seen.staticSummary()).toBe('Order F-1 of web-us');
  expect(seen.priority).toMatchObject({ priorityKey: 2, fairnessKey: 'web-us' });
  const attributes = seen.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
  expect(attributes).toEqual(
    expect.arrayContaining([
      [SEARCH_ATTRIBUTES.channel, 'web-us'],
      [SEARCH_ATTRIBUTES.orderNo, 'F-1'],
      [SEARCH_ATTRIBUTES.status, 'received'],
    ]),
  );
  await connection.close();
});

test('a flow that has ended takes no decision, started or not, unless it is to go on', async () => {
  await flows.update(ask('F-2'));
  const first = { mode: 'first', options: input('F-2') } as const;
  for (const start of [null, first]) {
    const late = flows.update(ask('F-2', { updateId: 'dec_2', start }));
    await expect(late).rejects.toThrow(FlowNotRunningError);
  }
  const again = await flows.update(
    ask('F-2', { updateId: 'dec_2', start: { ...first, mode: 'again' } }),
  );
  expect(again).toMatchObject({ outcome: 'cancelled' });
});

test('a refusal of the flow keeps its code and its words', async () => {
  const held = flows.update(ask('F-3', { name: 'holdOrder' }));
  await expect(held).rejects.toMatchObject({
    code: 'decision_refused',
    detail: 'it is fulfilled',
  });
});

test('no server: 503, within a bounded time', async () => {
  const nowhere = connectOrderFlows({
    connection: { address: '127.0.0.1:9' },
    namespace: 'default',
  });
  await expect(nowhere.update(ask('F-4'))).rejects.toMatchObject({ code: 'unavailable' });
  await expect(nowhere.probe()).rejects.toThrow();
  await nowhere.close();
});
