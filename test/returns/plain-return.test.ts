/** The plain way of a return: asked for, received, inspected, refunded, booked, closed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOOK_AGAIN, startOf } from '../../canonical/flows/contract';
import { RETURN_FLOW } from '../../canonical/flows/return';
import { openFlowOf } from '../../store/flows/flows';
import { eventCount } from '../workflows/flow-bench';
import { OTHER_STORE, ReturnBench, STORE } from './bench';

let bench: ReturnBench;
beforeAll(async () => {
  bench = await ReturnBench.open({ MUG: 1_000, CAP: 1_000 });
});
afterAll(() => bench.close());

const mug = { sku: 'MUG', quantity: 2, unitMinor: 1_000 };
const DAY_MS = 86_400_000;
const MOST_EVENTS = 40;
const MOST_STATEMENTS = 60;

test('what was bought online comes back at a store: money, goods and books end where they belong', async () => {
  const orderId = await bench.sold({ lines: [mug], shippingMinor: 500, taxMinor: 150 });
  const { rma, status } = await bench.request(orderId, [{ lineNo: 1, quantity: 2 }]);
  expect(status).toBe('approved');
  const received = await bench.receive(rma, [{ sku: 'MUG', quantity: 2 }]);
  expect(received.body.status).toBe('received');
  expect(await bench.stockOf('MUG', STORE)).toEqual({ onHand: 2, unsellable: 2 });
  const inspected = await bench.inspect(rma, [{ lineNo: 1, quantity: 2, condition: 'new' }]);
  expect(inspected.body.owed).toEqual({ currency: 'USD', minorUnits: 2_650 });
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 2_650 });
  expect(await bench.stockOf('MUG', STORE)).toEqual({ onHand: 2, unsellable: 0 });
  const { calls } = bench.vendors(orderId);
  expect(calls).toEqual([{ verb: 'refund', key: `refund:${orderId}:1:1:1` }]);
  expect(await bench.booked(rma)).toEqual({
    RET: 2_000,
    SHIPREV: 500,
    TAX: 150,
    REFP: -2_650,
    COGS: -1_400,
    'INV-QC': 0,
    INV: 1_400,
  });
  const order = await bench.send<{
    status: string;
    lines: { returned: number }[];
    tenders: { refunded: { minorUnits: number } }[];
  }>('support', 'GET', `/v1/orders/${orderId}`);
  expect(order.body).toMatchObject({
    status: 'closed',
    lines: [{ shipped: 2, returned: 2 }],
    tenders: [{ refunded: { minorUnits: 2_650 } }],
  });
  expect(await eventCount(bench.handle(rma))).toBeLessThanOrEqual(MOST_EVENTS);
});

test('costs no more than it may: events of all histories, statements of everybody', async () => {
  const orderId = await bench.sold({ lines: [mug], taxMinor: 150 });
  const before = bench.said.statements;
  const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 2 }]);
  await bench.receive(rma, [{ lineNo: 1, quantity: 2 }]);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 2, condition: 'new' }]);
  await bench.handle(rma).result();
  const statements = bench.said.statements - before;
  const events = await eventCount(bench.handle(rma));
  expect(statements).toBeLessThanOrEqual(MOST_STATEMENTS);
  expect(events).toBeLessThanOrEqual(MOST_EVENTS);
});

test('in parts, at two places: each part is paid back when it was looked at', async () => {
  const orderId = await bench.sold({ lines: [{ ...mug, quantity: 3 }], taxMinor: 100 });
  const { rma } = await bench.request(orderId, [{ lineNo: 1, quantity: 3 }]);
  await bench.receive(rma, [{ lineNo: 1, quantity: 1 }]);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 1, condition: 'new' }]);
  await bench.receive(rma, [{ lineNo: 1, quantity: 2 }], OTHER_STORE);
  const first = await bench.read(rma);
  expect(first.owed.minorUnits).toBe(1_034);
  await bench.inspect(rma, [{ lineNo: 1, quantity: 2, condition: 'damaged' }], OTHER_STORE);
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 3_100 });
  expect(await bench.stockOf('MUG', OTHER_STORE)).toEqual({ onHand: 0, unsellable: 0 });
});

test('told to look before its first task, it does: what it was begun with is out of date by then', async () => {
  const orderId = await bench.sold({ lines: [mug], taxMinor: 150 });
  const lines = [{ lineNo: 1, quantity: 2 }];
  const body = { orderId, lines, reason: 'changed-mind' };
  const { rma } = (await bench.send('support', 'POST', '/v1/returns', body)).body;
  const counter = `/v1/returns/${rma}`;
  await bench.send('support', 'POST', `${counter}/receive`, { location: STORE, lines });
  await bench.send('support', 'POST', `${counter}/inspect`, {
    location: STORE,
    lines: [{ lineNo: 1, quantity: 2, condition: 'new' }],
  });
  await startSignalled(rma);
  expect(await bench.handle(rma).result()).toEqual({ status: 'closed', refundedMinor: 2_150 });
  // And not with its deadline for what has not come.
  const { startTime, closeTime } = await bench.handle(rma).describe();
  expect((closeTime?.getTime() ?? Infinity) - startTime.getTime()).toBeLessThan(DAY_MS);
});

/** As after a while in which no worker was there: what it was told since comes with its first task. */
async function startSignalled(rma: string): Promise<void> {
  const flow = await openFlowOf(bench.db, `return/${rma}`);
  if (!flow) throw new Error('no flow was opened');
  const { workflowType, workflowId, taskQueue } = startOf(RETURN_FLOW, flow.input);
  await bench.clock.client.workflow.signalWithStart(workflowType, {
    workflowId,
    taskQueue,
    args: [flow.input],
    signal: LOOK_AGAIN,
    signalArgs: [{}],
  });
}
