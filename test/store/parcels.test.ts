/** What a warehouse says of a parcel: once, anew, wrongly, too much, too late; each has its outcome. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { resolveExceptions } from '../../store/exceptions/exceptions';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, LOCATION, orderOf, routedEvent, stockShop } from './fixture';
import { authorize, balances, release } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000 });
});
afterAll(() => test.drop());

interface Said {
  readonly shipmentId?: string;
  readonly lines: readonly { lineNo: number; quantity: number; sku?: string }[];
  readonly trackingNumber?: string;
  readonly carrier?: string;
  readonly shippedAt?: string;
  readonly location?: string;
  readonly requestId?: string;
}

/** Two mugs and two caps at 10.00, asked of the warehouse. */
async function releasedOrder(channelInstance?: 'shopify-us'): Promise<string> {
  const lines = ['MUG', 'CAP'].map((sku) => ({ sku, quantity: 2, unitMinor: 1_000 }));
  const orderId = await accepted(
    db,
    orderOf({ lines, ...(channelInstance && { channelInstance }) }),
  );
  if (!channelInstance) await authorize(db, orderId);
  await release(db, orderId);
  return orderId;
}

/** `at`: which of what the warehouse said it was, by its own clock. */
async function say(orderId: string, said: Said, at = 1): Promise<number> {
  const shippedAt = '2026-11-21T02:30:00Z';
  const body = { orderId, shipmentId: `p-${orderId}`, location: LOCATION, shippedAt, ...said };
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
  await db.query(
    `update inbox set occurred_at = '2026-11-21T03:00:00Z'::timestamptz + $2 * interval '1 minute'
      where event_no = $1`,
    [eventNo, at],
  );
  await recordShipment(db, { orderId, eventNo });
  return eventNo;
}

async function known(orderId: string) {
  const read = async <T extends Record<string, unknown>>(text: string) =>
    (await db.query<T>(text, [orderId])).rows;
  return {
    shipped: (
      await read<{ shipped: number }>(
        'select shipped from order_line where order_id = $1 order by line_no',
      )
    ).map((row) => row.shipped),
    open: await read<{ code: string; detail: string; exception_id: string }>(
      `select code, detail, exception_id from exception
        where order_id = $1 and state <> 'resolved' order by code`,
    ),
    invoices: (
      await read<{ amount_minor: number }>(
        'select amount_minor from invoice where order_id = $1 order by invoice_no',
      )
    ).map((row) => row.amount_minor),
  };
}

async function onHand(sku: string): Promise<number> {
  const { rows } = await db.query<{ on_hand: number }>(
    'select on_hand from stock where sku = $1 and location_id = $2',
    [sku, LOCATION],
  );
  return rows[0]?.on_hand ?? -1;
}
async function bookedBy(eventNo: number): Promise<string[]> {
  const { rows } = await db.query<{ rule: string }>(
    `select rule from journal where event_no = $1 order by 1`,
    [eventNo],
  );
  return rows.map(({ rule }) => rule);
}
async function stateOf(eventNo: number): Promise<string> {
  const { rows } = await db.query<{ state: string }>(
    'select state from inbox where event_no = $1',
    [eventNo],
  );
  return rows[0]?.state ?? '';
}

/** A person's word; the event is on its way again, as the router would send it. */
async function answer(orderId: string, eventNo: number, resolution: 'override' | 'abandon') {
  const { open } = await known(orderId);
  const exceptionIds = open.map(({ exception_id: id }) => id);
  await db.transaction((sql) =>
    resolveExceptions(sql, { exceptionIds }, { resolution, by: 'support' }),
  );
  await db.query(`update inbox set state = 'routed' where event_no = $1 and state = 'received'`, [
    eventNo,
  ]);
  await recordShipment(db, { orderId, eventNo });
}

describe('a parcel of another item', () => {
  const mug = { lineNo: 1, quantity: 1, sku: 'CAP' };

  it('moves no stock, no revenue and no cost before a person has said what left', async () => {
    const orderId = await releasedOrder();
    const before = [await onHand('MUG'), await onHand('CAP')];
    const eventNo = await say(orderId, { lines: [mug] });
    const { shipped, open, invoices } = await known(orderId);
    expect({ shipped, invoices }).toEqual({ shipped: [0, 0], invoices: [] });
    expect(open).toMatchObject([{ code: 'fulfilment.wrong-item' }]);
    expect(open[0]?.detail).toContain('1 CAP, where line 1 is MUG');
    expect([await onHand('MUG'), await onHand('CAP')]).toEqual(before);
    expect(await stateOf(eventNo)).toBe('dead');
  });

  it('that did leave is off the stock, and the line is still to be sent', async () => {
    const orderId = await releasedOrder();
    const before = [await onHand('MUG'), await onHand('CAP')];
    const other = { lineNo: 2, quantity: 1, sku: 'CAP' };
    const eventNo = await say(orderId, { lines: [mug, other] });
    await answer(orderId, eventNo, 'override');
    expect(await known(orderId)).toMatchObject({
      shipped: [0, 1],
      invoices: [1_000],
      open: [{ code: 'fulfilment.over-shipped' }],
    });
    expect([await onHand('MUG'), await onHand('CAP')]).toEqual([before[0], (before[1] ?? 0) - 2]);
    expect(await bookedBy(eventNo)).toEqual(expect.arrayContaining(['25a']));
    expect(await stateOf(eventNo)).toBe('applied');
  });

  it('that the warehouse corrects under the same id is the shipment, and nobody need answer', async () => {
    const orderId = await releasedOrder();
    const wrong = await say(orderId, { lines: [mug] });
    await say(orderId, { lines: [{ ...mug, sku: 'MUG' }] }, 2);
    expect(await known(orderId)).toMatchObject({ shipped: [1, 0], invoices: [1_000], open: [] });
    expect(await stateOf(wrong)).toBe('superseded');
  });

  it('that a person gives up is nothing', async () => {
    const orderId = await releasedOrder();
    const eventNo = await say(orderId, { lines: [mug] });
    await answer(orderId, eventNo, 'abandon');
    expect(await known(orderId)).toMatchObject({ shipped: [0, 0], open: [] });
    expect(await stateOf(eventNo)).toBe('ignored');
  });
});

describe('a parcel that is told again', () => {
  const one = [{ lineNo: 1, quantity: 1 }];

  it('with more units is a correction: those units, their invoice, journal and capture', async () => {
    const orderId = await releasedOrder();
    await say(orderId, { lines: one });
    const more = await say(orderId, { lines: [{ lineNo: 1, quantity: 2 }] }, 2);
    expect(await known(orderId)).toMatchObject({
      shipped: [2, 0],
      invoices: [1_000, 1_000],
      open: [],
    });
    expect(await bookedBy(more)).not.toEqual([]);
    expect(await balances(db, orderId)).toMatchObject({ AR: 2_000, REV: -2_000, COGS: 1_400 });
    // A copy of either is nothing.
    expect(await stateOf(await say(orderId, { lines: [{ lineNo: 1, quantity: 2 }] }, 3))).toBe(
      'superseded',
    );
    expect(await stateOf(await say(orderId, { lines: one }, 1))).toBe('superseded');
    expect((await known(orderId)).invoices).toEqual([1_000, 1_000]);
  });

  it('with other lines books what left and finds again what did not', async () => {
    const orderId = await releasedOrder();
    const before = [await onHand('MUG'), await onHand('CAP')];
    await say(orderId, { lines: [{ lineNo: 1, quantity: 2 }] });
    const corrected = [...one, { lineNo: 2, quantity: 1 }];
    const eventNo = await say(orderId, { lines: corrected }, 2);
    expect(await known(orderId)).toMatchObject({
      shipped: [2, 1],
      invoices: [2_000, 1_000],
      open: [{ code: 'fulfilment.short-shipped' }],
    });
    const left = before.map((units) => units - 1);
    expect([await onHand('MUG'), await onHand('CAP')]).toEqual(left);
    expect(await bookedBy(eventNo)).toContain('25a');
    expect(await stateOf(await say(orderId, { lines: corrected }, 3))).toBe('superseded');
    // The unit that was owed leaves after all: nothing is invoiced twice, nobody is asked.
    await answer(orderId, eventNo, 'override');
    await say(orderId, { shipmentId: `late-${orderId}`, lines: one }, 4);
    expect(await known(orderId)).toMatchObject({ invoices: [2_000, 1_000], open: [] });
    expect(await onHand('MUG')).toBe((left[0] ?? 0) - 1);
  });

  it('with another tracking number tells the buyer, and a person where the channel shows it', async () => {
    const orderId = await releasedOrder('shopify-us');
    await say(orderId, { lines: one, carrier: 'UPS', trackingNumber: '1Z1' });
    await say(orderId, { lines: one, carrier: 'UPS', trackingNumber: '1Z2' }, 2);
    const { invoices, open } = await known(orderId);
    expect(invoices).toEqual([1_000]);
    expect(open).toMatchObject([{ code: 'fulfilment.tracking-changed' }]);
    const { rows } = await db.query<{ tracking: string }>(
      `select body -> 'variables' ->> 'trackingNumber' as tracking from outbox
        where order_id = $1 and verb = 'sendMessage' order by outbox_no`,
      [orderId],
    );
    expect(rows.map(({ tracking }) => tracking)).toEqual(['1Z1', '1Z2']);
    const shipment = await db.query(`select tracking_number from shipment where order_id = $1`, [
      orderId,
    ]);
    expect(shipment.rows).toEqual([{ tracking_number: '1Z2' }]);
  });

  it('under a new id is asked about where number and lines are known', async () => {
    const orderId = await releasedOrder();
    await say(orderId, { lines: one, trackingNumber: '1Z1' });
    const again = { shipmentId: `again-${orderId}`, lines: one, trackingNumber: '1Z1' };
    const eventNo = await say(orderId, again, 2);
    expect(await known(orderId)).toMatchObject({
      shipped: [1, 0],
      open: [{ code: 'fulfilment.same-parcel' }],
    });
    await answer(orderId, eventNo, 'override');
    expect(await known(orderId)).toMatchObject({ shipped: [2, 0], open: [] });
  });

  it('under a new id is nothing where a person says it is the same', async () => {
    const orderId = await releasedOrder();
    await say(orderId, { lines: one, trackingNumber: '1Z1' });
    const again = { shipmentId: `again-${orderId}`, lines: one, trackingNumber: '1Z1' };
    const eventNo = await say(orderId, again, 2);
    await answer(orderId, eventNo, 'abandon');
    expect(await known(orderId)).toMatchObject({ shipped: [1, 0], open: [] });
    // Other lines under one number are another part of the same consignment.
    const part = { shipmentId: `part-${orderId}`, trackingNumber: '1Z1' };
    await say(orderId, { ...part, lines: [{ lineNo: 2, quantity: 1 }] }, 3);
    expect(await known(orderId)).toMatchObject({ shipped: [1, 1], open: [] });
  });
});

describe('units that were not asked for', () => {
  it('more than ordered: what is ordered is invoiced, all that left is off the stock', async () => {
    const orderId = await releasedOrder();
    const before = await onHand('MUG');
    const eventNo = await say(orderId, { lines: [{ lineNo: 1, quantity: 5 }] });
    expect(await known(orderId)).toMatchObject({
      shipped: [2, 0],
      invoices: [2_000],
      open: [{ code: 'fulfilment.over-shipped' }],
    });
    expect(await onHand('MUG')).toBe(before - 5);
    expect(await bookedBy(eventNo)).toContain('25a');
  });

  it('a line of another order: off the stock where its item is named', async () => {
    const orderId = await releasedOrder();
    const before = await onHand('CAP');
    const strange = { lineNo: 9, quantity: 3, sku: 'CAP' };
    await say(orderId, { lines: [strange, { lineNo: 8, quantity: 1 }] });
    const { shipped, open, invoices } = await known(orderId);
    expect({ shipped, invoices }).toEqual({ shipped: [0, 0], invoices: [] });
    expect(open).toMatchObject([{ code: 'fulfilment.over-shipped' }]);
    expect(open[0]?.detail).toContain('1 of an item of line 8 left, which the order does not have');
    expect(await onHand('CAP')).toBe(before - 3);
  });

  it('units that another was asked for, or nobody yet: invoiced, and a person told', async () => {
    const orderId = await accepted(
      db,
      orderOf({ lines: [{ sku: 'MUG', quantity: 1, unitMinor: 1_000 }] }),
    );
    await authorize(db, orderId);
    await say(orderId, { lines: [{ lineNo: 1, quantity: 1 }] });
    expect(await known(orderId)).toMatchObject({
      shipped: [1],
      invoices: [1_000],
      open: [{ code: 'fulfilment.over-shipped' }],
    });
  });
});

it('a shipment dated before its order is booked as of when it was told, and a person told', async () => {
  const orderId = await releasedOrder();
  await say(orderId, { lines: [{ lineNo: 1, quantity: 1 }], shippedAt: '2026-10-02T10:00:00Z' });
  expect(await known(orderId)).toMatchObject({
    shipped: [1, 0],
    open: [{ code: 'fulfilment.misdated' }],
  });
  const { rows } = await db.query(
    `select 1 from invoice where order_id = $1 and business_date >= '2026-11-20'`,
    [orderId],
  );
  expect(rows).toHaveLength(1);
});
