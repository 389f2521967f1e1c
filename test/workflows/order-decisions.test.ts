/** Decisions, and vendors that are down: the order's flow on the real moments, with skipped time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksCapture, SHIPPED_IN_TIME } from '../../canonical/flows/order-steps';
import { cancelOrder } from '../../moments/order/cancel-order';
import { openWait } from '../../moments/order/order-flow';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { authorize, release } from '../store/steps';
import { openFlowBench, until } from './flow-bench';
import { openOrderBench, type OrderBench } from './order-bench';
import type { Behaviour } from './scripted-vendors';

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

const down = (times: number): Behaviour[] => Array.from({ length: times }, () => 'down');

describe('a vendor that is down', () => {
  test('a payment side that is down for minutes: waits under a name, then captures once', async () => {
    const script = { capture: down(11) };
    const order = await bench.start({ moneyMode: 'channel', lines: [1], script });
    await order.untilReleased();
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(await order.resolvedCodes()).toEqual(['payment.unavailable by system']);
    expect(await order.capturedMinor()).toBe(1_000);
    expect(order.vendors.madeOnceEach()).toBe(true);
  });

  test('a retry by a person is tried at once', async () => {
    const script = { capture: down(8) };
    const order = await bench.start({ moneyMode: 'channel', lines: [1], script });
    await order.untilReleased();
    await order.ship();
    await bench.flows.environment.sleep('95s');
    await order.untilOpen('payment.unavailable');
    await order.resolve('payment.unavailable', 'retry');
    await order.untilCaptured(1_000);
    expect(await order.handle.result()).toEqual({ status: 'closed' });
  });

  test('a capture that waited goes before a later shipment’s, and both are made', async () => {
    const script = { capture: down(8) };
    const order = await bench.start({ moneyMode: 'psp', lines: [2], isMulticapture: true, script });
    await order.untilReleased();
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await bench.flows.environment.sleep('95s');
    await order.untilOpen('payment.unavailable');
    await order.untilApplied(await order.ship([{ lineNo: 1, quantity: 1 }]));
    await order.resolve('payment.unavailable', 'retry');
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(await order.capturedMinor()).toBe(2_000);
    const made = [...order.vendors.made.keys()].filter((key) => key.startsWith('capture:'));
    expect(made.map((key) => key.split(':').at(-2))).toEqual(['1', '2']);
  });

  test('a cancel is answered while the release is in back-off, and nothing is released', async () => {
    const script = { release: down(40) };
    const order = await bench.start({ moneyMode: 'psp', lines: [2], script });
    await until('tried', () => order.vendors.verbs().includes('release'));
    expect(await order.cancel()).toMatchObject({ outcome: 'cancelled' });
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.made.size).toBe(2);
    expect(order.vendors.verbs().at(-1)).toBe('void');
  });

  test('a shipment is recorded while a capture of the one before waits for its vendor', async () => {
    const script = { capture: down(4) };
    const order = await bench.start({ moneyMode: 'channel', lines: [1, 1], script });
    await order.untilReleased();
    await order.ship([{ lineNo: 1, quantity: 1 }]);
    await until('tried', () => order.vendors.verbs().includes('capture'));
    const eventNo = await order.ship([{ lineNo: 2, quantity: 1 }]);
    await order.untilApplied(eventNo);
    expect(await order.capturedMinor()).toBe(0);
    await order.handle.result();
    expect(await order.capturedMinor()).toBe(2_000);
    expect(order.vendors.madeOnceEach()).toBe(true);
  });
});

describe('a flow that was lost and is started again', () => {
  test('does what is due now, not what was due when the order was accepted', async () => {
    const order = await bench.submit({ moneyMode: 'psp', lines: [1] });
    await authorize(database.db, order.orderId);
    await order.start('again');
    await order.untilReleased();
    expect(order.vendors.verbs()).toEqual(['release']);
  });

  test('closes the waits that the lost one opened', async () => {
    const { db } = database;
    const order = await bench.submit({ moneyMode: 'psp', lines: [1] });
    const { orderId } = order;
    await authorize(db, orderId);
    await release(db, orderId);
    const detail = 'opened by the flow that was lost';
    const lost = { orderId, detail, cause: { kind: 'system', ref: 'stripe-us' } } as const;
    const capture = { blocks: blocksCapture(1, 1), code: 'payment.unavailable' } as const;
    await openWait(db, { ...lost, ...capture });
    await openWait(db, { ...lost, blocks: SHIPPED_IN_TIME, code: 'fulfilment.overdue' });
    await order.start('again');
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(await order.openCodes()).toEqual([]);
  });
});

describe('decisions', () => {
  test('a cancel after the release recalls, cancels and voids; the same decision twice is one', async () => {
    const order = await bench.start({ moneyMode: 'psp', lines: [2] });
    await order.untilReleased();
    const [first, second] = await Promise.all([order.cancel(), order.cancel()]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ outcome: 'cancelled' });
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.verbs()).toEqual(['authorize', 'release', 'recall', 'void']);
  });

  test('a cancel that was written before its worker fell is carried out by the next one', async () => {
    const order = await bench.start({ moneyMode: 'psp', lines: [2] });
    await order.untilReleased();
    // Written, and nobody told: what the flow knew of it went with the worker.
    const lines = [{ lineNo: 1, quantity: 2 }];
    const { orderId } = order;
    const decision = { decisionId: 'd1', orderId, lines: null, eventNo: null };
    const recalled = [{ groupNo: 1, lines }];
    await cancelOrder(database.db, { ...decision, recalled });
    expect(await order.cancel()).toMatchObject({ outcome: 'cancelled', cancelled: lines });
    // Before any deadline has it look again.
    await until('let go', () => order.vendors.verbs().includes('void'));
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.verbs()).toEqual(['authorize', 'release', 'void']);
  });

  test('a cancel while the authorization is at the processor: what it promised is voided', async () => {
    const script = { authorize: ['slow'] } as const;
    const order = await bench.start({ moneyMode: 'psp', lines: [2], script });
    await until('asked', () => order.vendors.verbs().includes('authorize'));
    expect(await order.cancel()).toMatchObject({ outcome: 'cancelled' });
    expect((await order.handle.describe()).status.name).toBe('RUNNING');
    order.vendors.endSlowCall();
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.verbs()).toEqual(['authorize', 'void']);
  });

  test('a cancel while the answer to an authorization is lost: it is asked for, then voided', async () => {
    const script = { authorize: ['lost'] } as const;
    const order = await bench.start({ moneyMode: 'psp', lines: [2], script });
    await until('asked', () => order.vendors.made.size === 1);
    await order.cancel();
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.verbs()).toEqual(['authorize', 'findAuthorization', 'void']);
    expect(order.vendors.madeOnceEach()).toBe(true);
  });

  test('a cancel while the processor is down: nothing was promised, nothing is asked for', async () => {
    const script = { authorize: down(40) };
    const order = await bench.start({ moneyMode: 'psp', lines: [2], script });
    await until('tried', () => order.vendors.verbs().includes('authorize'));
    await order.cancel();
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(order.vendors.made.size).toBe(0);
  });

  test('a cancel of one line: the other ships and only that is captured', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1, 2] });
    await order.untilReleased();
    const lines = [{ lineNo: 1, quantity: 1 }];
    expect(await order.cancel(lines)).toMatchObject({ outcome: 'cancelled', cancelled: lines });
    await order.ship([{ lineNo: 2, quantity: 2 }]);
    expect(await order.handle.result()).toEqual({ status: 'closed' });
    expect(await order.capturedMinor()).toBe(2_000);
  });

  test('a cancel that comes as an event takes the same way', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1] });
    await order.untilReleased();
    const eventNo = await order.requestCancel();
    expect(await order.handle.result()).toEqual({ status: 'cancelled' });
    expect(await order.stateOfEvent(eventNo)).toBe('applied');
  });

  test('a cancel of an order that waits ends it without a call to anybody', async () => {
    const order = await bench.start({ moneyMode: 'psp', lines: [1], unknown: ['sku'] });
    await order.untilWaiting();
    await order.cancel();
    expect(await order.handle.result()).toEqual({ status: 'rejected' });
    expect(order.vendors.calls).toEqual([]);
  });

  test('a cancel of an order that waits lets the authorization go that came with it', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1], unknown: ['sku'] });
    await order.untilWaiting();
    await order.cancel();
    expect(await order.handle.result()).toEqual({ status: 'rejected' });
    expect(order.vendors.verbs()).toEqual(['void']);
  });

  test('a cancel when everything has shipped is refused with a reason', async () => {
    const script = { capture: ['refused'] } as const;
    const order = await bench.start({ moneyMode: 'channel', lines: [1], script });
    await order.untilReleased();
    await order.ship();
    await order.untilOpen('payment.capture-failed');
    expect(await order.cancel()).toMatchObject({
      outcome: 'refused',
      reason: 'every unit is shipped or cancelled already',
    });
    await order.resolve('payment.capture-failed', 'override');
    await order.handle.result();
  });

  test('a malformed cancel is rejected before it is in history', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1] });
    await order.untilReleased();
    const malformed = { decisionId: '', lines: null };
    await expect(
      order.handle.executeUpdate('cancelOrder', { args: [malformed] }),
    ).rejects.toThrow();
    await order.ship();
    await order.handle.result();
  });

  test('an order on hold is not released before somebody lifts the hold', async () => {
    const held = 'fraud review';
    const order = await bench.start({ moneyMode: 'channel', lines: [1], held });
    await order.untilDetails((text) => text.includes('### On hold'));
    expect(order.vendors.calls).toEqual([]);
    await order.handle.executeUpdate('releaseHold', { args: [{ decisionId: 'h1' }] });
    await order.untilReleased();
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
  });

  test('cancelling the flow itself does nothing: an order is cancelled by a decision', async () => {
    const order = await bench.start({ moneyMode: 'channel', lines: [1] });
    await order.untilReleased();
    await order.handle.cancel();
    await order.ship();
    expect(await order.handle.result()).toEqual({ status: 'closed' });
  });
});
