import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptOrder } from '../../store/moments/accept-order';
import { readAgenda } from '../../store/moments/agenda';
import { applyResolution } from '../../store/moments/apply-resolution';
import { recordAuthorization } from '../../store/moments/authorize';
import { cancelOrder, planCancellation } from '../../store/moments/cancel-order';
import { prepareCapture, recordCapture } from '../../store/moments/capture';
import { closeOrder } from '../../store/moments/close-order';
import { liftHold, placeHold } from '../../store/moments/hold-order';
import { receiveStock } from '../../store/moments/move-stock';
import { recordRefund } from '../../store/moments/refund';
import { prepareRelease, recordRelease } from '../../store/moments/release';
import { recordShipment } from '../../store/moments/record-shipment';
import { submitOrder } from '../../store/moments/submit-order';
import { recordVoid } from '../../store/moments/void';
import { beginEffect } from '../../store/effects';
import { resolveExceptions } from '../../store/exceptions';
import type { Database } from '../../store/database';
import type { MoneyStep, OrderAgenda } from '../../canonical/schema/order-flow';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, context, LOCATION, orderOf, routedEvent, stockShop } from './fixture';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000, LAST: 10 });
});
afterAll(() => test.drop());

function step<S extends MoneyStep['step']>(agenda: OrderAgenda, name: S) {
  const found = agenda.money.find(
    (one): one is Extract<MoneyStep, { step: S }> => one.step === name,
  );
  if (!found) throw new Error(`no ${name} is due: ${JSON.stringify(agenda)}`);
  return found;
}

async function begin(key: string, verb: string, orderId: string, body: unknown = {}) {
  await beginEffect(db, { key, system: 'test', verb, orderId, body });
}

async function authorize(orderId: string): Promise<OrderAgenda> {
  const due = step(await readAgenda(db, { orderId }), 'authorize');
  await begin(due.key, 'authorize', orderId);
  const answer = await recordAuthorization(db, due, {
    outcome: 'authorized',
    reference: `pi_${orderId}`,
    amountMinor: due.amountMinor,
    isMulticapture: false,
    expiresAt: null,
  });
  return answer.agenda;
}

async function release(orderId: string): Promise<OrderAgenda> {
  const { release: due } = await readAgenda(db, { orderId });
  if (!due) throw new Error('no release is due');
  await begin(due.key, 'release', orderId, await prepareRelease(db, due));
  const answer = await recordRelease(db, due, { outcome: 'taken', reference: due.key });
  return answer.agenda;
}

async function ship(
  orderId: string,
  shipmentId: string,
  lines: readonly { lineNo: number; quantity: number }[],
) {
  const body = {
    orderId,
    shipmentId,
    location: LOCATION,
    shippedAt: '2026-11-21T02:30:00Z',
    lines,
  };
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
  return { eventNo, ...(await recordShipment(db, { orderId, eventNo })) };
}

async function capture(agenda: OrderAgenda): Promise<OrderAgenda> {
  const due = step(agenda, 'capture');
  await begin(due.key, 'capture', due.orderId, await prepareCapture(db, due));
  const reference = `ch_${due.key}`;
  const { amountMinor } = due;
  const answer = await recordCapture(db, due, { outcome: 'captured', reference, amountMinor });
  return answer.agenda;
}

async function balances(orderId: string): Promise<Record<string, number>> {
  const { rows } = await db.query<{ account: string; minor: number }>(
    `select account, sum(case side when 'debit' then amount_minor else -amount_minor end) as minor
       from journal_line join journal using (journal_id) where order_id = $1 group by account`,
    [orderId],
  );
  return Object.fromEntries(rows.filter((row) => row.minor !== 0).map((r) => [r.account, r.minor]));
}

describe('an order of two shipments', () => {
  it('ends with every cent captured, billed and balanced', async () => {
    const order = orderOf({
      lines: [
        { sku: 'MUG', quantity: 3, unitMinor: 1000 },
        { sku: 'CAP', quantity: 1, unitMinor: 2500 },
      ],
      discountMinor: 100,
      shippingMinor: 501,
      taxMinor: 333,
    });
    const orderId = await accepted(db, order);
    expect((await authorize(orderId)).release).toMatchObject({ units: 4, location: LOCATION });
    expect((await release(orderId)).order.status).toBe('released');
    const first = await ship(orderId, 'parcel-1', [{ lineNo: 1, quantity: 2 }]);
    expect(first.agenda.order.status).toBe('partly-fulfilled');
    const between = await capture(first.agenda);
    expect(between.order.tenders[0]?.state).toBe('captured');
    const second = await ship(orderId, 'parcel-2', [
      { lineNo: 1, quantity: 1 },
      { lineNo: 2, quantity: 1 },
    ]);
    // A single-capture authorization is spent: the rest is authorized anew, then captured.
    expect(step(second.agenda, 'authorize').authorizationNo).toBe(2);
    const settled = await capture(await authorize(orderId));
    expect(settled).toMatchObject({ isSettled: true, money: [] });
    expect((await closeOrder(db, { orderId })).agenda.order.status).toBe('closed');
    const total = order.totals.total.minorUnits;
    expect(settled.order.tenders[0]).toMatchObject({ capturedMinor: total, refundedMinor: 0 });
    expect(await balances(orderId)).toEqual({
      CLR: total,
      REV: -5500,
      DISC: 100,
      SHIPREV: -501,
      TAX: -333,
      COGS: 2800,
      INV: -2800,
    });
    const stock = await db.query(`select sku, on_hand, reserved from stock order by sku`);
    expect(stock.rows).toContainEqual({ sku: 'MUG', on_hand: 997, reserved: 0 });
  });

  it('records a shipment once, by its event and by the parcel it names', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1000 }] }),
    );
    await authorize(orderId);
    await release(orderId);
    const first = await ship(orderId, 'p-1', [{ lineNo: 1, quantity: 1 }]);
    expect(await recordShipment(db, { orderId, eventNo: first.eventNo })).toMatchObject({
      outcome: 'duplicate',
    });
    expect((await ship(orderId, 'p-1', [{ lineNo: 1, quantity: 1 }])).outcome).toBe('duplicate');
    const { rows } = await db.query(`select 1 from shipment where order_id = $1`, [orderId]);
    expect(rows).toHaveLength(1);
  });
});

describe('cancel', () => {
  it('releases the stock and voids the authorization before anything is sent', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'LAST', quantity: 4, unitMinor: 1000 }] }),
    );
    await authorize(orderId);
    const decision = { decisionId: 'd-1', orderId, lines: null, eventNo: null };
    expect(await planCancellation(db, decision)).toEqual({ outcome: 'planned', recalls: [] });
    const result = await cancelOrder(db, { ...decision, recalled: [] });
    expect(result).toMatchObject({ outcome: 'cancelled', cancelled: [{ lineNo: 1, quantity: 4 }] });
    const again = await cancelOrder(db, { ...decision, recalled: [] });
    expect(again.cancelled).toEqual(result.cancelled);
    const { agenda } = result;
    if (!agenda) throw new Error('no agenda');
    const due = step(agenda, 'void');
    await begin(due.key, 'void', orderId);
    const voided = await recordVoid(db, due, { outcome: 'voided', reference: 'pi' });
    expect(voided.agenda).toMatchObject({ isSettled: true, order: { status: 'cancelled' } });
    const { rows } = await db.query(`select reserved from stock where sku = 'LAST'`);
    expect(rows).toEqual([{ reserved: 0 }]);
  });

  it('of a part that the warehouse gives back leaves the rest to be shipped', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 3, unitMinor: 1001 }], taxMinor: 100 }),
    );
    await authorize(orderId);
    await release(orderId);
    const lines = [{ lineNo: 1, quantity: 2 }];
    const decision = { decisionId: 'd-2', orderId, lines, eventNo: null };
    const plan = await planCancellation(db, decision);
    expect(plan).toMatchObject({ outcome: 'planned', recalls: [{ lines }] });
    const recalled = [{ lines: [{ lineNo: 1, quantity: 1 }] }];
    const result = await cancelOrder(db, { ...decision, recalled });
    expect(result).toMatchObject({ outcome: 'partly-cancelled', cancelled: [{ quantity: 1 }] });
    const shipped = await ship(orderId, 'p', [{ lineNo: 1, quantity: 2 }]);
    // 1001 for each unit; tax of 100 falls as 34, 33, 33: the cancelled unit took the 34.
    expect(step(shipped.agenda, 'capture').amountMinor).toBe(2002 + 66);
  });

  it('gives prepaid money back to the cent (rules 2, 7, 8)', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      received: 'captured',
      lines: [{ sku: 'MUG', quantity: 3, unitMinor: 999 }],
      taxMinor: 100,
    });
    const orderId = await accepted(db, order);
    const lines = [{ lineNo: 1, quantity: 1 }];
    const decision = { decisionId: 'd-3', orderId, lines, eventNo: null };
    const { agenda } = await cancelOrder(db, { ...decision, recalled: [] });
    if (!agenda) throw new Error('no agenda');
    const due = step(agenda, 'refund');
    expect(due.amountMinor).toBe(999 + 34);
    await begin(due.key, 'refund', orderId);
    const { amountMinor } = due;
    await recordRefund(db, due, { outcome: 'refunded', reference: 're_1', amountMinor });
    await release(orderId);
    const shipped = await ship(orderId, 'p', [{ lineNo: 1, quantity: 2 }]);
    expect(shipped.agenda).toMatchObject({ money: [], isSettled: true });
    expect(await balances(orderId)).toEqual({
      CLR: 999 * 2 + 66,
      REV: -999 * 2,
      TAX: -66,
      COGS: 1400,
      INV: -1400,
    });
  });
});

describe('what cannot go on', () => {
  it('waits for a mapping and for stock, and is accepted when both are there', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'NEW', quantity: 2, unitMinor: 1000 }],
    });
    const sold = { ...context, isSold: true };
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

  it('names both sums of an order that does not add up, and takes the corrected one', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [
        { sku: 'MUG', quantity: 1, unitMinor: 19900 },
        { sku: 'CAP', quantity: 1, unitMinor: 19900 },
      ],
    });
    const wrong = { ...order, lines: [...order.lines, ...order.lines.slice(0, 1)] };
    const sold = { ...context, isSold: true };
    const waiting = await submitOrder(db, wrong, sold);
    if (waiting.outcome !== 'waiting') throw new Error(waiting.outcome);
    expect(waiting.exceptions).toMatchObject([{ code: 'order.totals-mismatch' }]);
    expect(waiting.exceptions[0]?.detail).toContain('597.00 USD, the order says 398.00 USD');
    const { orderId } = waiting;
    expect(await submitOrder(db, order, sold)).toMatchObject({ outcome: 'waiting', orderId });
    expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'accepted' });
  });

  it('is accepted as charged when a person overrides its totals', async () => {
    const order = orderOf({
      channelInstance: 'shopify-us',
      lines: [{ sku: 'MUG', quantity: 1, unitMinor: 2000 }],
    });
    const wrong = { ...order, lines: [...order.lines, ...order.lines] };
    const waiting = await submitOrder(db, wrong, { ...context, isSold: true });
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
    await authorize(orderId);
    await release(orderId);
    const shipped = await ship(orderId, 'p', [{ lineNo: 1, quantity: 1 }]);
    const due = step(shipped.agenda, 'capture');
    expect(due.key).toMatch(/:1$/);
    await begin(due.key, 'capture', orderId);
    const refused = { outcome: 'refused' as const, vendorCode: 'card_expired', detail: 'gone' };
    const failed = await recordCapture(db, due, refused);
    expect(failed).toMatchObject({
      outcome: 'refused',
      agenda: { isSettled: false, blockedBy: [{ code: 'payment.capture-failed' }] },
    });
    expect(await balances(orderId)).toMatchObject({ AR: 1500 });
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
    const settled = await capture(await authorize(orderId));
    expect(settled).toMatchObject({ isSettled: true });
  });

  it('stays from the warehouse while it is held', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1500 }] }),
    );
    await authorize(orderId);
    const held = await placeHold(db, { decisionId: 'h', orderId });
    expect(held).toMatchObject({ outcome: 'held', agenda: { release: null } });
    const lifted = await liftHold(db, { decisionId: 'l', orderId });
    expect(lifted).toMatchObject({ outcome: 'released', agenda: { release: { units: 1 } } });
  });
});
