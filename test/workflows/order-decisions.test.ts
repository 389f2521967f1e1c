/** Decisions, and vendors that are down: the order's flow against a model, with skipped time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detailsOf, openFlowBench, resolve, ship, until, type FlowBench } from './flow-bench';
import { OrderModel } from './order-model';

let bench: FlowBench;
beforeAll(async () => {
  bench = await openFlowBench();
});
afterAll(async () => {
  await bench.close();
});

const calledOnce = (model: OrderModel) => [...model.made.values()].every((times) => times === 1);
const authorizationOf = (model: OrderModel) => {
  const due = model.agenda().money.find((step) => step.step === 'authorize');
  if (due?.step !== 'authorize') throw new Error('no authorization is due');
  return due;
};
const verbs = (model: OrderModel) => model.calls.map((call) => call.verb);
const released = (model: OrderModel) =>
  until('released', () => model.order.lines.some((line) => line.released > 0));

describe('a vendor that is down', () => {
  test('a payment side that is down for minutes: waits under a name, then captures once', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    model.script('captureShipment', ...Array.from({ length: 11 }, () => 'down' as const));
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
    expect(model.momentCalls).toContain('openWait');
    expect(model.momentCalls).toContain('closeWait');
    expect(model.tenderCaptured).toBe(1_000);
    expect(calledOnce(model)).toBe(true);
  });

  test('a retry by a person is tried at once', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    model.script('captureShipment', ...Array.from({ length: 8 }, () => 'down' as const));
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model);
    await bench.environment.sleep('95s');
    await until('wait', () => model.openCodes().includes('payment.unavailable'));
    await resolve(handle, model, 'payment.unavailable', 'retry');
    await until('captured', () => model.tenderCaptured === 1_000);
    expect(await handle.result()).toEqual({ status: 'closed' });
  });

  test('a cancel is answered while the release is in back-off, and nothing is released', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    model.script('releaseToWarehouse', ...Array.from({ length: 40 }, () => 'down' as const));
    const handle = await bench.start(model);
    await until('tried', () => verbs(model).includes('releaseToWarehouse'));
    const result = await handle.executeUpdate('cancelOrder', {
      args: [{ decisionId: 'd1', lines: null }],
    });
    expect(result).toMatchObject({ outcome: 'cancelled' });
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(model.made.size).toBe(2);
    expect(verbs(model).at(-1)).toBe('voidAuthorization');
  });

  test('a shipment is recorded while a capture of the one before waits for its vendor', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1, 1] });
    model.script('captureShipment', ...Array.from({ length: 4 }, () => 'down' as const));
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model, [{ lineNo: 1, quantity: 1 }]);
    await until('tried', () => verbs(model).includes('captureShipment'));
    const eventNo = await ship(handle, model, [{ lineNo: 2, quantity: 1 }]);
    await until('recorded', () => model.isApplied(eventNo));
    expect(model.tenderCaptured).toBe(0);
    await handle.result();
    expect(model.tenderCaptured).toBe(2_000);
    expect(calledOnce(model)).toBe(true);
  });
});

describe('a flow that was lost and is started again', () => {
  test('does what is due now, not what was due when the order was accepted', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [1] });
    await model.money.authorizePayment(authorizationOf(model));
    await bench.start(model, { ...model.input, accepted: null });
    await released(model);
    expect(verbs(model)).toEqual(['authorizePayment', 'releaseToWarehouse']);
    expect(calledOnce(model)).toBe(true);
  });

  test('closes the waits that the lost one opened', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [1] });
    await model.money.authorizePayment(authorizationOf(model));
    const { release } = model.agenda();
    if (release) await model.warehouse.releaseToWarehouse(release);
    model.openedBefore('payment.unavailable', 'capture:1:1');
    model.openedBefore('fulfilment.overdue', 'ship:1');
    const handle = await bench.start(model, { ...model.input, accepted: null });
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
    expect(model.openCodes()).toEqual([]);
  });
});

describe('decisions', () => {
  test('a cancel after the release recalls, cancels and voids; the same decision twice is one', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    const handle = await bench.start(model);
    await released(model);
    const cancel = () =>
      handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines: null }] });
    const [first, second] = await Promise.all([cancel(), cancel()]);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ outcome: 'cancelled' });
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(verbs(model)).toEqual([
      'authorizePayment',
      'releaseToWarehouse',
      'recallFromWarehouse',
      'voidAuthorization',
    ]);
  });

  test('a cancel while the authorization is at the processor: what it promised is voided', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    model.script('authorizePayment', 'slow');
    const handle = await bench.start(model);
    await until('asked', () => verbs(model).includes('authorizePayment'));
    const result = await handle.executeUpdate('cancelOrder', {
      args: [{ decisionId: 'd1', lines: null }],
    });
    expect(result).toMatchObject({ outcome: 'cancelled' });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    model.endSlowCall();
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(verbs(model)).toEqual(['authorizePayment', 'voidAuthorization']);
  });

  test('a cancel while the answer to an authorization is lost: it is asked for, then voided', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    model.script('authorizePayment', 'lost');
    const handle = await bench.start(model);
    await until('asked', () => model.made.size === 1);
    await handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines: null }] });
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(verbs(model)).toEqual(['authorizePayment', 'authorizePayment', 'voidAuthorization']);
    expect(calledOnce(model)).toBe(true);
  });

  test('a cancel while the processor is down: nothing was promised, nothing is asked for', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [2] });
    model.script('authorizePayment', ...Array.from({ length: 40 }, () => 'down' as const));
    const handle = await bench.start(model);
    await until('tried', () => verbs(model).includes('authorizePayment'));
    await handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines: null }] });
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(model.made.size).toBe(0);
  });

  test('a cancel of one line: the other ships and only that is captured', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1, 2] });
    const handle = await bench.start(model);
    await released(model);
    const result = await handle.executeUpdate('cancelOrder', {
      args: [{ decisionId: 'd1', lines: [{ lineNo: 1, quantity: 1 }] }],
    });
    expect(result).toMatchObject({ outcome: 'partly-cancelled' });
    await ship(handle, model, [{ lineNo: 2, quantity: 2 }]);
    expect(await handle.result()).toEqual({ status: 'closed' });
    expect(model.tenderCaptured).toBe(2_000);
  });

  test('a cancel that comes as an event takes the same way', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    const handle = await bench.start(model);
    await released(model);
    const eventNo = model.store('cancel');
    await handle.signal('cancelRequested', { eventNo });
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    expect(model.isApplied(eventNo)).toBe(true);
  });

  test('a cancel of an order that waits ends it without a call to anybody', async () => {
    const model = new OrderModel({ moneyMode: 'psp', lines: [1], waitsFor: ['mapping.sku'] });
    const handle = await bench.start(model);
    await until('tried', () => model.momentCalls.includes('acceptOrder'));
    await handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines: null }] });
    expect(await handle.result()).toEqual({ status: 'rejected' });
    expect(model.calls).toEqual([]);
  });

  test('a cancel of an order that waits lets the authorization go that came with it', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1], waitsFor: ['mapping.sku'] });
    const handle = await bench.start(model);
    await until('tried', () => model.momentCalls.includes('acceptOrder'));
    await handle.executeUpdate('cancelOrder', { args: [{ decisionId: 'd1', lines: null }] });
    expect(await handle.result()).toEqual({ status: 'rejected' });
    expect(model.calls.map((call) => call.verb)).toEqual(['voidAuthorization']);
  });

  test('a cancel when everything has shipped is refused with a reason', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    model.script('captureShipment', 'refused');
    const handle = await bench.start(model);
    await released(model);
    await ship(handle, model);
    await until('failed', () => model.openCodes().includes('payment.capture-failed'));
    const result = await handle.executeUpdate('cancelOrder', {
      args: [{ decisionId: 'd1', lines: null }],
    });
    expect(result).toMatchObject({ outcome: 'refused', reason: 'everything has moved' });
    await resolve(handle, model, 'payment.capture-failed', 'override');
    await handle.result();
  });

  test('a malformed cancel is rejected before it is in history', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    const handle = await bench.start(model);
    await released(model);
    await expect(
      handle.executeUpdate('cancelOrder', { args: [{ decisionId: '', lines: null }] }),
    ).rejects.toThrow();
    await ship(handle, model);
    await handle.result();
  });

  test('an order on hold is not released before somebody lifts the hold', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1], held: 'fraud review' });
    const handle = await bench.start(model);
    await until('shown', async () => (await detailsOf(handle)).includes('release-hold'));
    expect(model.calls).toEqual([]);
    await handle.executeUpdate('releaseHold', { args: [{ decisionId: 'h1' }] });
    await released(model);
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
  });

  test('cancelling the flow itself does nothing: an order is cancelled by a decision', async () => {
    const model = new OrderModel({ moneyMode: 'channel', lines: [1] });
    const handle = await bench.start(model);
    await released(model);
    await handle.cancel();
    await ship(handle, model);
    expect(await handle.result()).toEqual({ status: 'closed' });
  });
});
