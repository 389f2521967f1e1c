/** An order that is collected: where it is reserved, when its store is asked, when it is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { liftHold, placeHold } from '../../moments/order/hold-order';
import { readAgenda } from '../../moments/order/order-flow';
import { submitOrder } from '../../moments/order/submit-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, context, orderOf, stockShop } from './fixture';
import { chargeAt, SOHO, startPickups, stockStore, VENICE } from './pickup-steps';
import { authorize } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000 });
  await stockStore(db, SOHO, { MUG: 500, CAP: 500 });
  await stockStore(db, VENICE, { MUG: 500 });
});
afterAll(() => test.drop());
beforeEach(() => chargeAt('handover'));

describe('an order for pickup', () => {
  it('is reserved in its store alone, and no warehouse is asked', async () => {
    const lines = [
      { sku: 'CAP', quantity: 1, unitMinor: 1000 },
      { sku: 'MUG', quantity: 2, unitMinor: 1000, storeId: VENICE },
      { sku: 'CAP', quantity: 1, unitMinor: 1000, storeId: SOHO },
    ];
    const orderId = await accepted(db, orderOf({ lines }));
    const agenda = await authorize(db, orderId);
    expect(agenda.releases).toMatchObject([{ groupNo: 1, units: 1 }]);
    expect(agenda.pickups).toEqual([
      { orderId, groupNo: 2, storeId: VENICE, units: 2 },
      { orderId, groupNo: 3, storeId: SOHO, units: 1 },
    ]);
    const { rows } = await db.query(
      `select group_no, kind, location_id, warehouse_account from fulfilment_group
        where order_id = $1 order by group_no`,
      [orderId],
    );
    expect(rows).toMatchObject([
      { kind: 'ship', warehouse_account: 'wms-main' },
      { kind: 'pickup', location_id: VENICE, warehouse_account: null },
      { kind: 'pickup', location_id: SOHO, warehouse_account: null },
    ]);
    const started = await startPickups(db, orderId);
    expect(started.pickups).toBeUndefined();
    expect(started.order.units).toMatchObject({ released: 3 });
    const { rows: flows } = await db.query(
      `select workflow_id from flow where order_id = $1 and subject_kind = 'pickup' order by 1`,
      [orderId],
    );
    expect(flows).toHaveLength(2);
  });

  it('is not started while a hold keeps it, and is when that is lifted', async () => {
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1000, storeId: SOHO }];
    const orderId = await accepted(db, orderOf({ lines }));
    await authorize(db, orderId);
    await placeHold(db, { decisionId: `hold-${orderId}`, orderId });
    expect((await readAgenda(db, { orderId })).pickups).toBeUndefined();
    await liftHold(db, { decisionId: `lift-${orderId}`, orderId });
    expect((await readAgenda(db, { orderId })).pickups).toHaveLength(1);
  });

  it('bears no shipping that its sent lines can bear', async () => {
    const lines = [
      { sku: 'CAP', quantity: 1, unitMinor: 1000 },
      { sku: 'MUG', quantity: 1, unitMinor: 9000, storeId: SOHO },
    ];
    const orderId = await accepted(db, orderOf({ lines, shippingMinor: 500 }));
    expect((await loadOrder(db, orderId))?.lines).toMatchObject([
      { shippingMinor: 500 },
      { shippingMinor: 0 },
    ]);
  });

  it.each([
    ['a store that nobody knows', 'store-nowhere', 'unknown_location'],
    ['a place that is no store', 'dc-east', 'no_pickup_there'],
  ])('at %s is refused, and waits where it is sold', async (_, storeId, code) => {
    const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1000, storeId }];
    const refused = await submitOrder(db, orderOf({ lines }), context);
    expect(refused).toMatchObject({
      outcome: 'refused',
      code,
      problems: [{ pointer: '/lines/0/pickup/storeId', code }],
    });
    const sold = await submitOrder(db, orderOf({ lines }), { ...context, isSold: true });
    expect(sold).toMatchObject({ outcome: 'waiting', exceptions: [{ code: 'mapping.store' }] });
  });

  it('of more than its store has is refused, whatever others have', async () => {
    const lines = [{ sku: 'MUG', quantity: 700, unitMinor: 1000, storeId: VENICE }];
    expect(await submitOrder(db, orderOf({ lines }), context)).toMatchObject({
      outcome: 'refused',
      code: 'insufficient_stock',
      available: [{ lineNo: 1, wanted: 700, available: 498 }],
    });
  });
});
