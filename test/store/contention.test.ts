import { afterAll, beforeAll, expect, it } from 'vitest';
import { submitOrder } from '../../moments/order/submit-order';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, orderOf, stockShop } from './fixture';

const BUYERS = 120;
const UNITS = 10;
let test: TestDatabase;
beforeAll(async () => {
  test = await cloneDatabase();
  await stockShop(test.db, { HOT: UNITS, A: 1000, B: 1000 });
});
afterAll(() => test.drop());

it(`sells exactly ${UNITS} units to ${BUYERS} buyers at once`, async () => {
  const outcomes = await Promise.all(
    Array.from({ length: BUYERS }, () =>
      submitOrder(
        test.db,
        orderOf({ lines: [{ sku: 'HOT', quantity: 1, unitMinor: 100 }] }),
        context,
      ),
    ),
  );
  const count = (outcome: string) => outcomes.filter((one) => one.outcome === outcome).length;
  expect(count('accepted')).toBe(UNITS);
  expect(count('refused')).toBe(BUYERS - UNITS);
  const { rows } = await test.db.query(`select on_hand, reserved from stock where sku = 'HOT'`);
  expect(rows).toEqual([{ on_hand: UNITS, reserved: UNITS }]);
  const orders = await test.db.query('select 1 from sales_order');
  expect(orders.rows).toHaveLength(UNITS);
});

it('lets orders of several lines in opposite order go through without a deadlock', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) => {
      const lines = [
        { sku: 'A', quantity: 1, unitMinor: 100 },
        { sku: 'B', quantity: 2, unitMinor: 100 },
      ];
      return submitOrder(test.db, orderOf({ lines: n % 2 ? lines : lines.reverse() }), context);
    }),
  );
  expect(outcomes.every((one) => one.outcome === 'accepted')).toBe(true);
  const { rows } = await test.db.query(
    `select sku, reserved from stock where sku in ('A', 'B') order by sku`,
  );
  expect(rows).toEqual([
    { sku: 'A', reserved: 100 },
    { sku: 'B', reserved: 200 },
  ]);
});

it('takes the same order sent five times at once as one', async () => {
  const order = orderOf({ lines: [{ sku: 'A', quantity: 1, unitMinor: 100 }] });
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () => submitOrder(test.db, order, context)),
  );
  expect(outcomes.filter((one) => one.outcome === 'accepted')).toHaveLength(1);
  expect(outcomes.filter((one) => one.outcome === 'exists' && one.isSame)).toHaveLength(4);
});
