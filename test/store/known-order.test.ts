/** A moment that knows what the order is by what it wrote says the same as the rows. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { joinTransaction } from '../../store/join-transaction';
import { writeTogether } from '../../store/writes';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { recordAuthorization } from '../../moments/money/authorize';
import { placeHold } from '../../moments/order/hold-order';
import { closeOrder, readAgenda } from '../../moments/order/order-flow';
import { pollUntil } from '../../stack/supervisor/poll';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { accepted, LOCATION, orderOf, routedEvent, stockShop, type OrderShape } from './fixture';
import { authorize, begin, capture, release, ship, step } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000, CAP: 1000 });
});
afterAll(() => test.drop());

const LINES = [
  { sku: 'MUG', quantity: 3, unitMinor: 1001 },
  { sku: 'CAP', quantity: 1, unitMinor: 2500 },
];

/** The order's rows in full, its status as its own row has it. */
async function expectAsRows(orderId: string, told: OrderAgenda): Promise<void> {
  expect(told).toEqual(await readAgenda(db, { orderId }));
  expect((await loadOrder(db, orderId))?.status).toBe(told.order.status);
}

it.each<[string, Partial<OrderShape>]>([
  ['of an own shop', {}],
  ['authorized at its channel', { channelInstance: 'shopify-us' }],
  ['paid at its channel', { channelInstance: 'shopify-us', received: 'captured' }],
])('the agenda that each moment gives is the one its rows amount to: %s', async (_, shape) => {
  const orderId = await accepted(db, orderOf({ lines: LINES, shippingMinor: 500, ...shape }));
  const settle = async (agenda: OrderAgenda): Promise<OrderAgenda> => {
    await expectAsRows(orderId, agenda);
    const [due] = agenda.money;
    if (due?.step === 'authorize') return settle(await authorize(db, orderId));
    return due?.step === 'capture' ? settle(await capture(db, agenda)) : agenda;
  };
  await settle(await readAgenda(db, { orderId }));
  await expectAsRows(orderId, await release(db, orderId));
  await settle((await ship(db, orderId, `${orderId}-1`, [{ lineNo: 1, quantity: 2 }])).agenda);
  const rest = [
    { lineNo: 1, quantity: 1 },
    { lineNo: 2, quantity: 1 },
  ];
  await settle((await ship(db, orderId, `${orderId}-2`, rest)).agenda);
  const closed = await closeOrder(db, { orderId });
  expect(closed.outcome).toBe('closed');
  await expectAsRows(orderId, closed.agenda);
  const { rows } = await db.query<{ released_at: string; closed_at: string }>(
    'select released_at, closed_at from sales_order where order_id = $1',
    [orderId],
  );
  expect(rows[0]).toEqual({ released_at: expect.any(String), closed_at: expect.any(String) });
});

/** Begun, and answered with a yes that is not recorded yet. */
async function answered(orderId: string) {
  const due = step(await readAgenda(db, { orderId }), 'authorize');
  const begun = await begin(db, due.key, 'authorize', orderId);
  const made = { outcome: 'authorized', isMulticapture: false, expiresAt: null } as const;
  const answer = { ...made, reference: `pi_${orderId}`, amountMinor: due.amountMinor };
  return { due, begun, answer };
}
const kindsOf = async (orderId: string) => {
  const { rows } = await db.query<{ kind: string }>(
    'select kind from order_fact where order_id = $1 order by fact_no',
    [orderId],
  );
  return rows.map((row) => row.kind);
};

it('an answer is recorded in one statement while the order is as it was when it was begun', async () => {
  const orderId = await accepted(db, orderOf({ lines: LINES }));
  const { due, begun, answer } = await answered(orderId);
  const only: Database = { ...db, transaction: () => Promise.reject(new Error('a second one')) };
  const told = await recordAuthorization(only, due, answer, begun);
  await expectAsRows(orderId, told.agenda);
  expect(await kindsOf(orderId)).toEqual(['accepted', 'authorized']);
});

it('an answer is recorded on the order as it is where another moment came before it', async () => {
  const orderId = await accepted(db, orderOf({ lines: LINES }));
  const { due, begun, answer } = await answered(orderId);
  await placeHold(db, { orderId, decisionId: 'hold-1' });
  const told = await recordAuthorization(db, due, answer, begun);
  expect(told.agenda.order.status).toBe('on-hold');
  await expectAsRows(orderId, told.agenda);
  expect(await kindsOf(orderId)).toEqual(['accepted', 'held', 'authorized']);
});

it('an answer that waits for another moment is recorded on what that one leaves, and once', async () => {
  const orderId = await accepted(db, orderOf({ lines: LINES }));
  const { due, begun, answer } = await answered(orderId);
  const record = () => recordAuthorization(db, due, answer, begun);
  const waiting = await db.transaction(async (sql) => {
    await placeHold(joinTransaction(db, sql), { orderId, decisionId: 'hold-2' });
    const records = [record(), record()];
    await pollUntil('two statements wait for the order', 5_000, async () => {
      const { rows } = await db.query<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0]?.waiting === 2;
    });
    return { records };
  });
  const [first, second] = await Promise.all(waiting.records);
  expect(first).toEqual(second);
  expect(first?.agenda.order.status).toBe('on-hold');
  if (first) await expectAsRows(orderId, first.agenda);
  expect(await kindsOf(orderId)).toEqual(['accepted', 'held', 'authorized']);
});

it('an answer and a fact that two moments record at the same time are recorded once', async () => {
  const orderId = await accepted(db, orderOf({ lines: LINES }));
  const { due, answer } = await answered(orderId);
  const told = await Promise.all([1, 2].map(() => recordAuthorization(db, due, answer)));
  expect(told[0]).toEqual(told[1]);
  await release(db, orderId);
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, {
    ...{ orderId, shipmentId: `${orderId}-1`, location: LOCATION },
    ...{ shippedAt: '2026-11-21T02:30:00Z', lines: [{ lineNo: 1, quantity: 1 }] },
  });
  const shipped = await Promise.all([1, 2].map(() => recordShipment(db, { orderId, eventNo })));
  expect(shipped.map((one) => one.outcome).sort()).toEqual(['applied', 'duplicate']);
  expect(await kindsOf(orderId)).toEqual(['accepted', 'authorized', 'released', 'shipped']);
});

it('writes that leave together keep their own parameters, and all of them or none are kept', async () => {
  const stock = (sku: string, onHand: number) => ({
    name: 'test-stock',
    with: `known_${sku} as (select sku from item where sku = $1)`,
    text: `update stock set on_hand = $2 where sku = (select sku from known_${sku})`,
    values: [sku, onHand],
  });
  const read = () => db.query(`select sku, on_hand from stock order by sku`);
  await writeTogether(db, [
    { ...stock('CAP', 11), name: 'test-cap' },
    { ...stock('MUG', 12), name: 'test-mug' },
  ]);
  const kept = [
    { sku: 'CAP', on_hand: 11 },
    { sku: 'MUG', on_hand: 12 },
  ];
  expect((await read()).rows).toEqual(kept);
  const broken = { ...stock('MUG', 13), name: 'test-broken', text: 'select 1 / ($2 - $2)' };
  await expect(
    writeTogether(db, [{ ...stock('CAP', 14), name: 'test-cap-2' }, broken]),
  ).rejects.toThrow();
  expect((await read()).rows).toEqual(kept);
});
