/**
 * A Temporal server that skips time, workers whose activities are `OrderModel`s, and what a test
 * needs to start an order's flow, tell it things and see how it ended.
 */
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { NativeConnection } from '@temporalio/worker';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { WorkflowHandleWithStartDetails } from '@temporalio/client';
import { FLOWS_TASK_QUEUE, SEARCH_ATTRIBUTES, startOf } from '../../canonical/flows/contract';
import { ORDER_FLOW } from '../../canonical/flows/order-contract';
import type { Resolution } from '../../canonical/schema/exception';
import type {
  MoneyEffects,
  OrderFlowInput,
  OrderMoments,
  WarehouseEffects,
} from '../../canonical/flows/order';
import { testServerPath } from '../../stack/temporal/test-server';
import type { orderToCash } from '../../workflows/order/order-to-cash';
import type { OrderModel } from './order-model';

const VENDOR_QUEUES = ['payment.stripe-us', 'commerce.shopify-us', 'wms.wms-main'];
const KEYWORD_INDEXED_VALUE_TYPE = 2;
/** Real time that a condition of a test may take to come true. */
const UNTIL_LIMIT_MS = 15_000;
const UNTIL_POLL_MS = 20;

export type OrderHandle = WorkflowHandleWithStartDetails<typeof orderToCash>;

export interface FlowBench {
  readonly environment: TestWorkflowEnvironment;
  start(model: OrderModel, input?: OrderFlowInput): Promise<OrderHandle>;
  close(): Promise<void>;
}

/** Routes each call to the model of its order. */
function byOrder<T extends object>(
  models: ReadonlyMap<string, OrderModel>,
  pick: (model: OrderModel) => T,
  names: readonly (keyof T & string)[],
): Record<string, (input: { orderId: string }) => unknown> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      (input: { orderId: string }) => {
        const model = models.get(input.orderId);
        if (!model) throw new RangeError(`no model of ${input.orderId}`);
        const call: unknown = pick(model)[name];
        if (typeof call !== 'function') throw new RangeError(`no ${name}`);
        return call(input);
      },
    ]),
  );
}

const MOMENTS: readonly (keyof OrderMoments)[] = [
  'acceptOrder',
  'readAgenda',
  'recordShipment',
  'recordRejection',
  'planCancellation',
  'cancelOrder',
  'placeHold',
  'liftHold',
  'applyResolution',
  'openWait',
  'closeWait',
  'closeOrder',
];
const MONEY: readonly (keyof MoneyEffects)[] = [
  'authorizePayment',
  'captureShipment',
  'voidAuthorization',
  'refundPayment',
];
const WAREHOUSE: readonly (keyof WarehouseEffects)[] = [
  'releaseToWarehouse',
  'recallFromWarehouse',
];

async function runWorkers(
  connection: NativeConnection,
  models: ReadonlyMap<string, OrderModel>,
): Promise<() => Promise<void>> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '../../workflows/all-flows.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const flows = await Worker.create({
    connection,
    taskQueue: FLOWS_TASK_QUEUE,
    workflowBundle,
    activities: byOrder(models, (model) => model.moments, MOMENTS),
  });
  const vendors = await Promise.all(
    VENDOR_QUEUES.map((taskQueue) =>
      Worker.create({
        connection,
        taskQueue,
        activities: {
          ...byOrder(models, (model) => model.money, MONEY),
          ...byOrder(models, (model) => model.warehouse, WAREHOUSE),
        },
      }),
    ),
  );
  const workers = [flows, ...vendors];
  const ends = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(ends);
  };
}

/** A server that skips time; the flow sees days pass in milliseconds. */
export async function openFlowBench(): Promise<FlowBench> {
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
  return benchOn(environment);
}

/** The dev server itself, in real time: what histories are recorded on. */
export async function openDevServerBench(path: string): Promise<FlowBench> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      searchAttributes: Object.values(SEARCH_ATTRIBUTES).map((name) =>
        defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      ),
    },
  });
  return benchOn(environment);
}

async function benchOn(environment: TestWorkflowEnvironment): Promise<FlowBench> {
  const models = new Map<string, OrderModel>();
  const stop = await runWorkers(environment.nativeConnection, models);
  return {
    environment,
    async start(model, input = model.input) {
      models.set(model.input.orderId, model);
      const { workflowType, searchAttributes, ...options } = startOf(ORDER_FLOW, input);
      return environment.client.workflow.start<typeof orderToCash>(workflowType, {
        ...options,
        args: [input],
        typedSearchAttributes: searchAttributes.map(({ name, value }) => ({
          key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
          value,
        })),
      });
    },
    async close() {
      await stop();
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

export async function ship(
  handle: OrderHandle,
  model: OrderModel,
  lines: readonly { readonly lineNo: number; readonly quantity: number }[] | null = null,
): Promise<number> {
  const eventNo = model.store('shipment', lines);
  await handle.signal('shipmentConfirmed', { eventNo });
  return eventNo;
}

/** A person resolves the open exception of that code. */
export async function resolve(
  handle: OrderHandle,
  model: OrderModel,
  code: string,
  resolution: Resolution,
): Promise<void> {
  const found = model.order.exceptions.find((one) => one.code === code);
  if (!found) throw new Error(`no open ${code}: ${model.openCodes().join(', ')}`);
  const { exceptionId } = found;
  model.resolve(exceptionId, resolution);
  await handle.signal('exceptionResolved', { exceptionId, resolution });
}

export async function eventCount(handle: OrderHandle): Promise<number> {
  return (await handle.fetchHistory()).events?.length ?? 0;
}

/** What the Temporal UI shows as current details. */
export async function detailsOf(handle: OrderHandle): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}
