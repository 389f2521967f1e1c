import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { cancelOrder, planCancellation } from '../../moments/order/cancel-order';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { recordRefund } from '../../moments/money/refund';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { recordVoid } from '../../moments/money/void';
import { accepted, LOCATION, orderOf, stockShop } from './fixture';
import { authorize, balances, begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000, LAST: 10 });
});
afterAll(() => test.drop());

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
    expect((await authorize(db, orderId)).releases).toMatchObject([
      { units: 4, location: LOCATION },
    ]);
    expect((await release(db, orderId)).order.status).toBe('released');
    const first = await ship(db, orderId, 'parcel-1', [{ lineNo: 1, quantity: 2 }]);
    expect(first.agenda.order.status).toBe('partly-fulfilled');
    const between = await capture(db, first.agenda);
    expect(between.order.tenders[0]?.state).toBe('captured');
    const second = await ship(db, orderId, 'parcel-2', [
      { lineNo: 1, quantity: 1 },
      { lineNo: 2, quantity: 1 },
    ]);
    // A single-capture authorization is spent: the rest is authorized anew, then captured.
    expect(step(second.agenda, 'authorize').authorizationNo).toBe(2);
    const settled = await capture(db, await authorize(db, orderId));
    expect(settled).toMatchObject({ isSettled: true, money: [] });
    expect((await closeOrder(db, { orderId })).agenda.order.status).toBe('closed');
    const total = order.totals.total.minorUnits;
    expect(settled.order.tenders[0]).toMatchObject({ capturedMinor: total, refundedMinor: 0 });
    expect(await balances(db, orderId)).toEqual({
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

  it('keys what it charges, books and files by its invoice, not by its shipment', async () => {
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1000 }];
    const orderId = await accepted(db, orderOf({ lines }));
    await authorize(db, orderId);
    await release(db, orderId);
    // Control of other units passed before, by a handover in a store.
    await db.query(
      `insert into invoice (order_id, invoice_no, source_kind, source_no, document_no,
         business_date, amount_minor, prepaid_minor, lines)
       values ($1, 1, 'handover', 1, 'INV-HANDED-OVER', '2026-11-20', 0, 0, '[]')`,
      [orderId],
    );
    const { agenda } = await ship(db, orderId, 'parcel-1', [{ lineNo: 1, quantity: 1 }]);
    const invoice = `select group_no, source_kind, source_no from invoice
      where order_id = $1 and invoice_no = 2`;
    expect((await db.query(invoice, [orderId])).rows).toEqual([
      { group_no: 1, source_kind: 'shipment', source_no: 1 },
    ]);
    expect(step(agenda, 'capture').key).toBe(`capture:${orderId}:1:2:1`);
    const keys = await db.query<{ key: string }>(
      `select moment_key as key from journal where order_id = $1 union all
       select effect_key from outbox where order_id = $1 and verb = 'recordTaxInvoice'`,
      [orderId],
    );
    expect(keys.rows.map(({ key }) => key).sort()).toEqual([
      `invoice:${orderId}:2`,
      `tax-invoice:${orderId}:2`,
    ]);
    await capture(db, agenda);
    const captured = `select state from capture where order_id = $1 and invoice_no = 2`;
    expect((await db.query(captured, [orderId])).rows).toEqual([{ state: 'captured' }]);
  });

  it('records a shipment once, by its event and by the parcel it names', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1000 }] }),
    );
    await authorize(db, orderId);
    await release(db, orderId);
    const first = await ship(db, orderId, 'p-1', [{ lineNo: 1, quantity: 1 }]);
    expect(await recordShipment(db, { orderId, eventNo: first.eventNo })).toMatchObject({
      outcome: 'duplicate',
    });
    expect((await ship(db, orderId, 'p-1', [{ lineNo: 1, quantity: 1 }])).outcome).toBe(
      'duplicate',
    );
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
    await authorize(db, orderId);
    const decision = { decisionId: 'd-1', orderId, lines: null, eventNo: null };
    expect(await planCancellation(db, decision)).toEqual({ outcome: 'planned', recalls: [] });
    const result = await cancelOrder(db, { ...decision, recalled: [] });
    expect(result).toMatchObject({ outcome: 'cancelled', cancelled: [{ lineNo: 1, quantity: 4 }] });
    const again = await cancelOrder(db, { ...decision, recalled: [] });
    expect(again.cancelled).toEqual(result.cancelled);
    const { agenda } = result;
    if (!agenda) throw new Error('no agenda');
    const due = step(agenda, 'void');
    const begun = await begin(db, due.key, 'void', orderId);
    const voided = await recordVoid(db, due, { outcome: 'voided', reference: 'pi' }, begun);
    expect(voided.agenda).toEqual(await readAgenda(db, { orderId }));
    expect(voided.agenda).toMatchObject({ isSettled: true, order: { status: 'cancelled' } });
    const { rows } = await db.query(`select reserved from stock where sku = 'LAST'`);
    expect(rows).toEqual([{ reserved: 0 }]);
  });

  it('of a part that the warehouse gives back leaves the rest to be shipped', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 3, unitMinor: 1001 }], taxMinor: 100 }),
    );
    await authorize(db, orderId);
    await release(db, orderId);
    const lines = [{ lineNo: 1, quantity: 2 }];
    const decision = { decisionId: 'd-2', orderId, lines, eventNo: null };
    const plan = await planCancellation(db, decision);
    expect(plan).toMatchObject({ outcome: 'planned', recalls: [{ lines }] });
    const recalled = [{ groupNo: 1, lines: [{ lineNo: 1, quantity: 1 }] }];
    const result = await cancelOrder(db, { ...decision, recalled });
    expect(result).toMatchObject({ outcome: 'partly-cancelled', cancelled: [{ quantity: 1 }] });
    const shipped = await ship(db, orderId, 'p', [{ lineNo: 1, quantity: 2 }]);
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
    const begun = await begin(db, due.key, 'refund', orderId);
    const answer = {
      outcome: 'refunded',
      reference: 're_1',
      amountMinor: due.amountMinor,
    } as const;
    const refunded = await recordRefund(db, due, answer, begun);
    expect(refunded.agenda).toEqual(await readAgenda(db, { orderId }));
    await release(db, orderId);
    const shipped = await ship(db, orderId, 'p', [{ lineNo: 1, quantity: 2 }]);
    expect(shipped.agenda).toMatchObject({ money: [], isSettled: true });
    expect(await balances(db, orderId)).toEqual({
      CLR: 999 * 2 + 66,
      REV: -999 * 2,
      TAX: -66,
      COGS: 1400,
      INV: -1400,
    });
  });
});

it('S41: a shipment that is told twice, under another event, is booked once', async () => {
  const orderId = await accepted(
    db,
    orderOf({ lines: [{ sku: 'MUG', quantity: 2, unitMinor: 900 }] }),
  );
  await authorize(db, orderId);
  await release(db, orderId);
  const units = [{ lineNo: 1, quantity: 2 }];
  const { agenda } = await ship(db, orderId, 'parcel-41', units);
  await capture(db, agenda);
  const booked = await balances(db, orderId);
  expect(booked).toMatchObject({ CLR: 1_800, REV: -1_800 });
  await ship(db, orderId, 'parcel-41', units);
  expect(await balances(db, orderId)).toEqual(booked);
});
