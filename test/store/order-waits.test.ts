import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { acceptOrder } from '../../moments/order/accept-order';
import { applyResolution, readAgenda } from '../../moments/order/order-flow';
import { cancelOrder, planCancellation } from '../../moments/order/cancel-order';
import { recordCapture } from '../../moments/money/capture';
import { liftHold, placeHold } from '../../moments/order/hold-order';
import { receiveStock } from '../../moments/stock/move-stock';
import { submitOrder } from '../../moments/order/submit-order';
import { recordDecision } from '../../store/access/decisions';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { accepted, context, LOCATION, orderOf, stockShop } from './fixture';
import { authorize, balances, begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000, LAST: 10 });
});
afterAll(() => test.drop());

describe('what cannot go on', () => {
  it('waits for a mapping and for stock, and is accepted when both are there', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'NEW', quantity: 2, unitMinor: 1000 }],
    });
    const sold = { ...context, isSold: true, sourceEventNo: 1 };
    const waiting = await submitOrder(db, order, sold);
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    expect(waiting.exceptions.map((one) => one.code)).toEqual(['mapping.sku']);
    const { orderId } = waiting;
    expect(await submitOrder(db, order, sold)).toMatchObject({ outcome: 'exists', isSame: true });
    await db.query(`insert into item values ('NEW', null, 700, 'USD')`);
    const still = await acceptOrder(db, { orderId });
    expect(still).toMatchObject({
      outcome: 'waiting',
      exceptions: [{ code: 'inventory.insufficient' }],
    });
    const received = await receiveStock(db, {
      eventNo: null,
      source: 'test#1',
      occurredAt: '2026-11-20T10:00:00Z',
      correlationId: 'cor',
      data: { location: LOCATION as never, lines: [{ sku: 'NEW' as never, quantity: 5 }] },
    });
    expect(received).toEqual({ outcome: 'moved' });
    const signals = await db.query(
      `select name from dispatch where order_id = $1 and kind = 'signal'`,
      [orderId],
    );
    expect(signals.rows).toEqual([{ name: 'exceptionResolved' }]);
    expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'accepted' });
    expect(await readAgenda(db, { orderId })).toMatchObject({ blockedBy: [], money: [] });
  });

  it('has nothing to wait for once it is accepted, whoever removed the cause, unheard', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'LATE', quantity: 2, unitMinor: 1000 }],
    });
    await db.query(`insert into item values ('LATE', null, 700, 'USD')`);
    const waiting = await submitOrder(db, order, { ...context, isSold: true, sourceEventNo: 1 });
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    expect(waiting.exceptions.map((one) => one.code)).toEqual(['inventory.insufficient']);
    // Goods that came between the judgement and its exception wake nobody.
    await stockShop(db, { LATE: 5 });
    const { orderId } = waiting;
    expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'accepted' });
    expect(await readAgenda(db, { orderId })).toMatchObject({ blockedBy: [] });
  });

  it('waits under a code of its own for a cost in the currency that it was sold in', async () => {
    await db.query(`insert into item values ('FRANC', null, 700, 'XPF')`);
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'FRANC', quantity: 1, unitMinor: 1000 }],
    });
    const waiting = await submitOrder(db, order, { ...context, isSold: true, sourceEventNo: 1 });
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    expect(waiting.exceptions).toMatchObject([
      { code: 'mapping.currency', detail: 'FRANC has its cost in XPF, the order is in USD' },
    ]);
  });

  it('is cancelled as a whole only while it waits: a part of it is refused with the reason', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [
        { sku: 'UNKNOWN-1', quantity: 1, unitMinor: 1000 },
        { sku: 'MUG', quantity: 1, unitMinor: 1000 },
      ],
    });
    const waiting = await submitOrder(db, order, { ...context, isSold: true });
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    const { orderId } = waiting;
    const part = { decisionId: 'p', orderId, lines: [{ lineNo: 1, quantity: 1 }], eventNo: null };
    expect(await planCancellation(db, part)).toMatchObject({ outcome: 'refused' });
    expect(await cancelOrder(db, { ...part, recalled: [] })).toMatchObject({ outcome: 'refused' });
    const whole = { ...part, decisionId: 'w', lines: null };
    const result = await cancelOrder(db, { ...whole, recalled: [] });
    // The authorization that came with it is let go.
    expect(result).toMatchObject({ outcome: 'cancelled', agenda: { money: [{ step: 'void' }] } });
  });

  it('names both sums of an order that does not add up, and takes the corrected one', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [
        { sku: 'MUG', quantity: 1, unitMinor: 19900 },
        { sku: 'CAP', quantity: 1, unitMinor: 19900 },
      ],
    });
    const wrong = { ...order, lines: [...order.lines, ...order.lines.slice(0, 1)] };
    const sold = { ...context, isSold: true, sourceEventNo: 1 };
    const waiting = await submitOrder(db, wrong, sold);
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    expect(waiting.exceptions).toMatchObject([{ code: 'order.totals-mismatch' }]);
    expect(waiting.exceptions[0]?.detail).toContain('597.00 USD, the order says 398.00 USD');
    const { orderId } = waiting;
    expect(await submitOrder(db, order, sold)).toMatchObject({ outcome: 'waiting', orderId });
    expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'accepted' });
  });

  it('offers no override where that would change nothing, and says what would help', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1_000 }],
    });
    const tenders = order.tenders.map((one) => ({
      ...one,
      amount: { currency: 'USD', minorUnits: 1_999 },
    }));
    const sold = { ...context, isSold: true, sourceEventNo: 1 };
    const waiting = await submitOrder(db, { ...order, tenders }, sold);
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    const refused = {
      code: 'order.totals-mismatch',
      resolutions: ['retry', 'abandon'],
      detail: expect.stringContaining('send it corrected, or give it up'),
    };
    expect(waiting.exceptions).toMatchObject([refused]);
    // Corrected, and wrong otherwise: now a person may take it as charged.
    const odd = { ...order, lines: [...order.lines, ...order.lines] };
    await submitOrder(db, odd, sold);
    expect(await acceptOrder(db, waiting)).toMatchObject({
      exceptions: [{ resolutions: ['retry', 'override', 'abandon'] }],
    });
  });

  it('is accepted as charged when a person overrides its totals', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'MUG', quantity: 1, unitMinor: 2000 }],
    });
    const wrong = { ...order, lines: [...order.lines, ...order.lines] };
    const waiting = await submitOrder(db, wrong, { ...context, isSold: true, sourceEventNo: 1 });
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    const exceptionIds = waiting.exceptions.map((one) => one.exceptionId);
    await db.transaction((sql) =>
      resolveExceptions(
        sql,
        { exceptionIds },
        { resolution: 'override', by: 'finance', reason: 'as charged' },
      ),
    );
    const outcome = await acceptOrder(db, { orderId: waiting.orderId });
    expect(outcome).toMatchObject({ outcome: 'accepted', order: { totalMinor: 2000 } });
  });

  it('asks for the money again under a new try when a person retries a failed capture', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1500 }] }),
    );
    await authorize(db, orderId);
    await release(db, orderId);
    const shipped = await ship(db, orderId, 'p', [{ lineNo: 1, quantity: 1 }]);
    const due = step(shipped.agenda, 'capture');
    expect(due.key).toMatch(/:1$/);
    await begin(db, due.key, 'capture', orderId);
    const refused = {
      outcome: 'refused' as const,
      vendorCode: 'charge_expired_for_capture',
      detail: 'gone',
      isAuthorizationGone: true,
    };
    const failed = await recordCapture(db, due, refused);
    expect(failed).toMatchObject({
      outcome: 'refused',
      agenda: { isSettled: false, blockedBy: [{ code: 'payment.capture-failed' }] },
    });
    expect(await balances(db, orderId)).toMatchObject({ AR: 1500 });
    const exceptionId = failed.agenda.blockedBy[0]?.exceptionId ?? '';
    await db.transaction((sql) =>
      resolveExceptions(
        sql,
        { exceptionIds: [exceptionId] },
        { resolution: 'retry', by: 'payments' },
      ),
    );
    const { agenda } = await applyResolution(db, { orderId, exceptionId });
    // The authorization had lapsed: a new one first, then the capture on it.
    expect(step(agenda, 'authorize').authorizationNo).toBe(2);
    const settled = await capture(db, await authorize(db, orderId));
    expect(settled).toMatchObject({ isSettled: true });
  });

  it('stays from the warehouse while it is held', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1500 }] }),
    );
    await authorize(db, orderId);
    const held = await placeHold(db, { decisionId: 'h', orderId });
    expect(held).toMatchObject({ outcome: 'held', agenda: { releases: [] } });
    const lifted = await liftHold(db, { decisionId: 'l', orderId });
    expect(lifted).toMatchObject({ outcome: 'released', agenda: { releases: [{ units: 1 }] } });
  });

  it('says who placed its hold and since when, and no more of it once it is lifted', async () => {
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1500 }];
    const orderId = await accepted(db, orderOf({ lines }));
    const decision = { decisionId: 'by-hand', actor: 'fraud desk', role: 'support' };
    await recordDecision(db, {
      ...decision,
      action: 'hold',
      subject: orderId,
      reason: 'look at it',
    });
    const held = await placeHold(db, { decisionId: 'by-hand', orderId });
    const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(held).toMatchObject({ agenda: { order: { held: { by: 'fraud desk', since } } } });
    await liftHold(db, { decisionId: 'lift', orderId });
    expect((await readAgenda(db, { orderId })).order.held).toBeUndefined();
    const sent = { ...orderOf({ lines }), hold: { reason: 'asked by the shop' } };
    const outcome = await submitOrder(db, sent, context);
    if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
    const { order } = await readAgenda(db, { orderId: outcome.orderId });
    expect(outcome.order.held).toMatchObject({ by: sent.channelInstance });
    expect(order.held).toMatchObject({ by: sent.channelInstance, since });
  });
});
