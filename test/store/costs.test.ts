/** What goods cost is taken when their stock moves, and everything that names it says the same. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../store/database';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, orderOf, stockShop } from './fixture';
import { authorize, balances, release, ship } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000 });
});
afterAll(() => test.drop());

async function releasedOrder(): Promise<string> {
  const lines = ['MUG', 'CAP'].map((sku) => ({ sku, quantity: 2, unitMinor: 1000 }));
  const orderId = await accepted(db, orderOf({ lines }));
  await authorize(db, orderId);
  await release(db, orderId);
  return orderId;
}

async function waitingForLocks(): Promise<number> {
  const { rows } = await db.query<{ waiting: number }>(
    `select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
}

it('a cost that changes while a shipment is recorded is the one its stock moves at', async () => {
  const orderId = await releasedOrder();
  const shipped: Promise<unknown>[] = [];
  await db.transaction(async (sql) => {
    // The moment has read its order and stands before its own writes.
    await sql.query('select 1 from order_line where order_id = $1 for update', [orderId]);
    const quantities = [1, 2].map((lineNo) => ({ lineNo, quantity: 2 }));
    shipped.push(ship(db, orderId, 'parcel', quantities));
    while ((await waitingForLocks()) === 0);
    await db.query(`update item set standard_cost_minor = 900 where sku = 'MUG'`);
  });
  await Promise.all(shipped);
  expect(await balances(db, orderId)).toMatchObject({ COGS: 3200, INV: -3200 });
  const { rows } = await db.query(
    `select e.sku, e.unit_cost_minor as unit, (l ->> 'costMinor')::int as line
       from inventory_event e join invoice s using (order_id),
            jsonb_array_elements(s.lines) l
      where e.order_id = $1 and e.kind = 'shipment' and l ->> 'sku' = e.sku order by e.sku`,
    [orderId],
  );
  expect(rows).toEqual([
    { sku: 'CAP', unit: 700, line: 1400 },
    { sku: 'MUG', unit: 900, line: 1800 },
  ]);
});

it('a hot stock row is locked for one round trip more, then the commit', async () => {
  const orderId = await releasedOrder();
  const told: string[] = [];
  const watched: Database = {
    ...db,
    transaction: (work) =>
      db.transaction((sql) =>
        work({
          query: async (statement, values) => {
            const name = typeof statement === 'string' ? statement : (statement.name ?? '');
            told.push(name);
            return sql.query(statement, values);
          },
        }),
      ),
  };
  await ship(watched, orderId, 'parcel', [{ lineNo: 1, quantity: 1 }]);
  const fromLock = told.slice(told.indexOf('move-stock'));
  expect(fromLock).toEqual(['move-stock', 'keep-shipment', expect.stringMatching(/^writes-/)]);
});
