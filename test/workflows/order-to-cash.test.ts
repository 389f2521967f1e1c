/** The order's flow on the real moments, a real database and scripted vendors, with skipped time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { detailsOf, eventCount, openFlowBench, until } from './flow-bench';
import { openOrderBench, type OrderBench, type OrderOnBench } from './order-bench';

let database: TestDatabase;
let bench: OrderBench;
beforeAll(async () => {
  database = await cloneDatabase();
  bench = await openOrderBench(database.db, openFlowBench);
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

const waitsForShipment = ({ handle }: OrderOnBench) =>
  until('waits', async () => {
    // Not by a query: the test server makes a workflow task of it, and events are counted here.
    const { events } = await handle.fetchHistory();
    return events?.some((event) => event.timerStartedEventAttributes) === true;
  });

describe('an order that goes well', () => {
  test('where we authorize: authorizes, releases, captures what shipped, closes, in 32 events', async () => {
    const order = await bench.start({ moneyMode: 'psp', lines: [2, 1] });
    await waitsForShipment(order);
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(order.vendors.verbs()).toEqual(['authorize', 'release', 'capture']);
    expect(await order.capturedMinor()).toBe(3_000);
    expect(order.vendors.madeOnceEach()).toBe(true);
    expect(await eventCount(order.handle)).toBe(32);
  });

  test('where the channel authorized: makes no authorization again, in 26 events', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1] });
    await waitsForShipment(order);
    await order.ship();
    await order.handle.result();
    expect(order.vendors.verbs()).toEqual(['release', 'capture']);
    expect(await eventCount(order.handle)).toBe(26);
  });

  test('of which nothing is sent: its buyer has access once it is authorized, and no warehouse is asked', async () => {
    const order = await bench.start({ moneyMode: 'psp', lines: [1], isDigital: true });
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(order.vendors.verbs()).toEqual(['authorize', 'capture']);
    expect(await order.capturedMinor()).toBe(1_000);
  });

  test('shipped in parts: captures each shipment for itself', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [2, 1] });
    await order.untilReleased();
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await order.untilCaptured(1_000);
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await order.ship([{ lineNo: 2, quantity: 1 }]);
    await order.handle.result();
    expect(await order.capturedMinor()).toBe(3_000);
    expect(order.vendors.verbs().filter((verb) => verb === 'capture')).toHaveLength(3);
    expect(order.vendors.madeOnceEach()).toBe(true);
  });

  test('a single-capture authorization: authorizes the remainder anew', async () => {
    const order = await bench.start({ moneyMode: 'psp', lines: [2], isMulticapture: false });
    await order.untilReleased();
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await order.untilCaptured(1_000);
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await order.handle.result();
    expect(order.vendors.verbs()).toEqual([
      'authorize',
      'release',
      'capture',
      'authorize',
      'capture',
    ]);
  });

  test('a shipment signalled three times is recorded once', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1, 1] });
    await order.untilReleased();
    const eventNo = await order.ship([{ lineNo: 1, quantity: 1 }]);
    await order.handle.signal('shipmentConfirmed', { eventNo });
    await order.untilApplied(eventNo);
    await order.handle.signal('shipmentConfirmed', { eventNo });
    await order.ship([{ lineNo: 2, quantity: 1 }]);
    await order.handle.result();
    expect(await order.capturedMinor()).toBe(2_000);
    expect(order.vendors.verbs().filter((verb) => verb === 'capture')).toHaveLength(2);
  });

  test('an unknown signal fails nothing', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1] });
    await order.untilReleased();
    await order.handle.signal('giftWrapped', { ribbon: 'red' });
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
  });
});

describe('work that waits for a person', () => {
  test('a declined card, retried: authorizes under a new key, then goes on', async () => {
    const script = { authorize: ['refused'] } as const;
    const order = await bench.start({ moneyMode: 'psp', lines: [1], script });
    await order.untilOpen('payment.declined');
    await order.resolve('payment.declined', 'retry');
    await order.untilReleased();
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    const calls = order.vendors.calls.filter((call) => call.verb === 'authorize');
    expect(new Set(calls.map((call) => call.key)).size).toBe(2);
  });

  test('a declined card, abandoned: everything is cancelled and nothing released', async () => {
    const script = { authorize: ['refused'] } as const;
    const order = await bench.start({ moneyMode: 'psp', lines: [1], script });
    await order.untilOpen('payment.declined');
    await order.resolve('payment.declined', 'abandon');
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.verbs()).toEqual(['authorize']);
  });

  test('an order that waits for two mappings is accepted once both are there', async () => {
    const unknown = ['sku', 'tax-code'] as const;
    const order = await bench.start({ moneyMode: 'channel', lines: [1], unknown });
    await order.untilWaiting();
    const details = await detailsOf(order.handle);
    expect(details).toContain(
      `once the sku \`${order.unknown('sku')}\` of \`shopify-us\` is mapped`,
    );
    expect(details).toContain('master-data');
    await order.map('sku');
    await order.untilDetails((text) => !text.includes('the sku'));
    expect(await order.openCodes()).toEqual(['mapping.tax-code']);
    await order.map('tax-code');
    await order.untilReleased();
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
  });

  test('a waiting order that is abandoned ends as rejected, its authorization let go', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1], unknown: ['sku'] });
    await order.untilWaiting();
    await order.resolve('mapping.sku', 'abandon');
    expect(await order.handle.result()).toEqual({ status: 'rejected' });
    expect(order.vendors.verbs()).toEqual(['void']);
  });

  test('a warehouse rejects after it had accepted: released again after a retry', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [2] });
    await order.untilReleased();
    await order.rejectRelease();
    await order.untilOpen('fulfilment.rejected');
    await order.resolve('fulfilment.rejected', 'retry');
    await order.untilReleased();
    await order.ship();
    await order.handle.result();
    const calls = order.vendors.calls.filter((call) => call.verb === 'release');
    expect(new Set(calls.map((call) => call.key)).size).toBe(2);
  });

  test('a capture that fails after the shipment waits, and is captured under a new key', async () => {
    const script = { capture: ['refused'] } as const;
    const order = await bench.start({ moneyMode: 'channel', lines: [1], script });
    await order.untilReleased();
    await order.ship();
    await order.untilOpen('payment.capture-failed');
    await order.resolve('payment.capture-failed', 'retry');
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(await order.capturedMinor()).toBe(1_000);
    const calls = order.vendors.calls.filter((call) => call.verb === 'capture');
    expect(new Set(calls.map((call) => call.key)).size).toBe(2);
  });

  test('goods that do not ship in time open a wait, and the shipment ends it', async () => {
    const fulfilmentDeadlineMs = 60_000;
    const order = await bench.start({ moneyMode: 'channel', lines: [1], fulfilmentDeadlineMs });
    await waitsForShipment(order);
    await bench.flows.environment.sleep('2m');
    await order.untilOpen('fulfilment.overdue');
    await order.untilDetails((text) => text.includes('fulfilment-operations'));
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(await order.openCodes()).toEqual([]);
  });
});
