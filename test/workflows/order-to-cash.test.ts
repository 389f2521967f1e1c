/** The order's flow against a model of its moments and vendors, with skipped time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  detailsOf,
  eventCount,
  openFlowBench,
  resolve,
  ship,
  until,
  type FlowBench,
  type OrderHandle,
} from './flow-bench';
import { OrderModel } from './order-model';

let bench: FlowBench;
beforeAll(async () => {
  bench = await openFlowBench();
});
afterAll(async () => {
  await bench.close();
});

const calledOnce = (model: OrderModel) => [...model.made.values()].every((times) => times === 1);
const verbs = (model: OrderModel) => model.calls.map((call) => call.verb);
const waitsForShipment = (handle: OrderHandle) =>
  until('waits', async () => {
    // Not by a query: the test server makes a workflow task of it, and events are counted here.
    const { events } = await handle.fetchHistory();
    return events?.some((event) => event.timerStartedEventAttributes) === true;
  });
const released = (model: OrderModel) =>
  until('released', () => model.order.lines.some((line) => line.released > 0));

describe('an order that goes well', () => {
  test('where we authorize: authorizes, releases, captures what shipped, closes, in 32 events', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2, 1] });
    const handle = await bench.start(model);
    await waitsForShipment(handle);
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
    expect(verbs(model)).toEqual(['authorizePayment', 'releaseToWarehouse', 'captureShipment']);
    expect(model.tenderCaptured).toBe(3_000);
    expect(calledOnce(model)).toBe(true);
    expect(await eventCount(handle)).toBe(32);
  });

  test('where the channel authorized: makes no authorization again, in 26 events', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    const handle = await bench.start(model);
    await waitsForShipment(handle);
    await ship(handle, model);
    await handle.result();
    expect(verbs(model)).toEqual(['releaseToWarehouse', 'captureShipment']);
    expect(await eventCount(handle)).toBe(26);
  });

  test('shipped in parts: captures each shipment for itself', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [2, 1] });
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await until('first capture', () => model.tenderCaptured === 1_000);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await ship(handle, model, [{ lineNo: 2, quantity: 1 }]);
    await handle.result();
    expect(model.tenderCaptured).toBe(3_000);
    expect(verbs(model).filter((verb) => verb === 'captureShipment')).toHaveLength(3);
    expect(calledOnce(model)).toBe(true);
  });

  test('a single-capture authorization: authorizes the remainder anew', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2], isMulticapture: false });
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await until('first capture', () => model.tenderCaptured === 1_000);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await handle.result();
    expect(verbs(model)).toEqual([
      'authorizePayment',
      'releaseToWarehouse',
      'captureShipment',
      'authorizePayment',
      'captureShipment',
    ]);
  });

  test('a shipment signalled three times is recorded once', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1, 1] });
    const handle = await bench.start(model);
    await released(model);
    const eventNo = await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await handle.signal('shipmentConfirmed', { eventNo });
    await until('applied', () => model.isApplied(eventNo));
    await handle.signal('shipmentConfirmed', { eventNo });
    await ship(handle, model, [{ lineNo: 2, quantity: 1 }]);
    await handle.result();
    expect(model.tenderCaptured).toBe(2_000);
    expect(model.order.captures).toHaveLength(2);
  });

  test('an unknown signal fails nothing', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    const handle = await bench.start(model);
    await released(model);
    await handle.signal('giftWrapped', { ribbon: 'red' });
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
  });
});

describe('work that waits for a person', () => {
  test('a declined card, retried: authorizes under a new key, then goes on', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [1] });
    model.script('authorizePayment', 'refused');
    const handle = await bench.start(model);
    await until('declined', () => model.openCodes().includes('payment.declined'));
    await resolve(handle, model, 'payment.declined', 'retry');
    await released(model);
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
    const keys = model.calls.filter((call) => call.verb === 'authorizePayment');
    expect(new Set(keys.map((call) => call.key)).size).toBe(2);
  });

  test('a declined card, abandoned: everything is cancelled and nothing released', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [1] });
    model.script('authorizePayment', 'refused');
    const handle = await bench.start(model);
    await until('declined', () => model.openCodes().includes('payment.declined'));
    await resolve(handle, model, 'payment.declined', 'abandon');
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(verbs(model)).toEqual(['authorizePayment']);
  });

  test('an order that waits for two mappings is accepted once both are there', async () => {
    const model = new OrderModel({
      moneyMode: 'channel',
      lines: [1],
      waitsFor: ['mapping.sku', 'mapping.tax-code'],
    });
    const handle = await bench.start(model);
    await until('tried', () => model.momentCalls.includes('acceptOrder'));
    const details = await detailsOf(handle);
    expect(details).toContain(`PUT /v1/mappings/sku/shopify-us/SKU-1`);
    expect(details).toContain('master-data');
    await resolve(handle, model, 'mapping.sku', 'retry');
    await until('tried again', () => model.openCodes().length === 1);
    await resolve(handle, model, 'mapping.tax-code', 'retry');
    await released(model);
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
  });

  test('a waiting order that is abandoned ends as rejected, its authorization let go', async () => {
    const model = new OrderModel({
      moneyMode: 'channel',
      lines: [1],
      waitsFor: ['mapping.sku'],
    });
    const handle = await bench.start(model);
    await until('tried', () => model.momentCalls.includes('acceptOrder'));
    await resolve(handle, model, 'mapping.sku', 'abandon');
    expect(await handle.result()).toEqual({ status: 'rejected' });
    expect(model.calls.map((call) => call.verb)).toEqual(['voidAuthorization']);
  });

  test('a warehouse rejects after it had accepted: released again after a retry', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [2] });
    const handle = await bench.start(model);
    await released(model);
    const eventNo = model.store('rejection');
    await handle.signal('fulfilmentRejected', { eventNo });
    await until('rejected', () => model.openCodes().includes('fulfilment.rejected'));
    await resolve(handle, model, 'fulfilment.rejected', 'retry');
    await released(model);
    await ship(handle, model);
    await handle.result();
    const keys = model.calls.filter((call) => call.verb === 'releaseToWarehouse');
    expect(new Set(keys.map((call) => call.key)).size).toBe(2);
  });

  test('a capture that fails after the shipment waits, and is captured under a new key', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    model.script('captureShipment', 'refused');
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model);
    await until('failed', () => model.openCodes().includes('payment.capture-failed'));
    await resolve(handle, model, 'payment.capture-failed', 'retry');
    expect(await handle.result()).toEqual({ status: 'closed' });
    expect(model.tenderCaptured).toBe(1_000);
  });

  test('goods that do not ship in time open a wait, and the shipment ends it', async () => {
    const model = new OrderModel({
      moneyMode: 'channel',
      lines: [1],
      fulfilmentDeadlineMs: 60_000,
    });
    const handle = await bench.start(model);
    await waitsForShipment(handle);
    await bench.environment.sleep('2m');
    await until('overdue', () => model.openCodes().includes('fulfilment.overdue'));
    expect(await detailsOf(handle)).toContain('fulfilment-operations');
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
    expect(model.openCodes()).toEqual([]);
  });
});
