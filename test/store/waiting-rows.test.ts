/** An order that waits is an order with a stage: its rows, and what becomes of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Order } from '../../canonical/schema/order';
import type { SubmitOutcome } from '../../moments/order/submission';
import { recordShipment } from '../../moments/fulfilment/record-shipment';
import { acceptOrder } from '../../moments/order/accept-order';
import { cancelOrder } from '../../moments/order/cancel-order';
import { submitOrder } from '../../moments/order/submit-order';
import type { Database } from '../../store/database';
import { readOrderView } from '../../store/orders/order-view';
import { auditOf } from '../../audit/run';
import { foldBalances } from '../../store/ledger/balances';
import { booksOf } from '../audit/fixture';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { context, LOCATION, orderOf, routedEvent, stockShop, type OrderShape } from './fixture';
import { balances } from './steps';

let test: TestDatabase;
let db: Database;
beforeAll(async () => {
  test = await cloneDatabase();
  db = test.db;
  await stockShop(db, { MUG: 1000 });
});
afterAll(() => test.drop());

const sold = (shape: Omit<OrderShape, 'channelInstance'>) =>
  orderOf({ ...shape, channelInstance: 'shopify-us' });
const submit = (order: Order): Promise<SubmitOutcome> =>
  submitOrder(db, order, { ...context, isSold: true, sourceEventNo: 1 });
async function waitingId(order: Order): Promise<string> {
  const outcome = await submit(order);
  if (outcome.outcome !== 'waiting') throw new Error(outcome.outcome);
  return outcome.orderId;
}
async function view(orderId: string) {
  const rows = await readOrderView(db, orderId);
  if (!rows) throw new Error(`${orderId} is not here`);
  return rows;
}
const cancel = (orderId: string) =>
  cancelOrder(db, {
    decisionId: `d-${orderId}`,
    orderId,
    lines: null,
    eventNo: null,
    recalled: [],
  });
/** How many rows of each kind it has. */
async function countsOf(orderId: string) {
  const { rows } = await db.query(
    `select (select count(*)::int from order_line where order_id = $1) as lines,
            (select count(*)::int from tender where order_id = $1) as tenders,
            (select count(*)::int from payment_authorization where order_id = $1) as authorizations,
            (select count(*)::int from allocation where order_id = $1) as allocations,
            (select count(*)::int from order_fact where order_id = $1) as facts`,
    [orderId],
  );
  return rows[0];
}
async function differences() {
  await foldBalances(db);
  return (await auditOf(db, booksOf({}), 0)).differences.map((one) => one.code);
}
let itemCount = 0;
/** An item that nobody here knows yet. */
const unknownSku = () => `UNKNOWN-${(itemCount += 1)}`;

it('has its lines and tenders from its receipt on; its acceptance completes them', async () => {
  const sku = unknownSku();
  const lines = [
    { sku, quantity: 2, unitMinor: 1000 },
    { sku: 'MUG', quantity: 1, unitMinor: 500 },
  ];
  const orderId = await waitingId(sold({ lines, received: 'captured', taxMinor: 100 }));
  const came = { lines: 2, tenders: 1, authorizations: 1 };
  expect(await countsOf(orderId)).toEqual({ ...came, allocations: 0, facts: 0 });
  const before = await view(orderId);
  expect(before.order).toMatchObject({ stage: 'received', location: null, acceptedAt: null });
  expect(before.lines).toMatchObject([
    { sku: null, channelSku: sku, unallocated: 2, reserved: 0, taxMinor: 80, location: null },
    { sku: null, channelSku: 'MUG', unallocated: 1, reserved: 0, taxMinor: 20 },
  ]);
  expect(before.tenders).toMatchObject([
    { tenderType: null, amountMinor: 2600, capturedMinor: 2600, authorizationRefs: ['auth-1'] },
  ]);
  expect(await differences()).toEqual([]);
  await stockShop(db, { [sku]: 5 });
  expect(await acceptOrder(db, { orderId })).toMatchObject({ outcome: 'accepted' });
  expect(await countsOf(orderId)).toEqual({ ...came, allocations: 2, facts: 1 });
  const after = await view(orderId);
  expect(after.order).toMatchObject({ stage: 'accepted', location: LOCATION });
  expect(after.lines).toMatchObject([
    { sku, unallocated: 0, reserved: 2, location: LOCATION },
    { sku: 'MUG', unallocated: 0, reserved: 1 },
  ]);
  expect(after.tenders).toMatchObject([{ tenderType: 'card', capturedMinor: 2600 }]);
  expect(await differences()).toEqual([]);
});

it('has the lines, tenders and amounts of its corrected version, and no others', async () => {
  const order = sold({ lines: [{ sku: 'MUG', quantity: 3, unitMinor: 1000 }] });
  const [line] = order.lines;
  if (!line) throw new Error('no line');
  const wrong = { ...order, lines: [line, line], tenders: [...order.tenders, ...order.tenders] };
  const orderId = await waitingId(wrong);
  expect((await view(orderId)).lines).toHaveLength(2);
  const placedAt = '2026-11-20T16:00:00Z';
  const corrected = { ...order, placedAt, channelOrderRef: '77' };
  expect(await submit(corrected)).toMatchObject({ outcome: 'waiting', orderId });
  const now = await view(orderId);
  expect(now.order).toMatchObject({ stage: 'received', totalMinor: 3000, acceptedAt: null });
  expect(Date.parse(now.order.placedAt)).toBe(Date.parse(placedAt));
  expect(now.lines).toMatchObject([{ lineNo: 1, ordered: 3, unallocated: 3 }]);
  expect(now.tenders).toMatchObject([{ tenderNo: 1, amountMinor: 3000 }]);
  expect(await differences()).toEqual([]);
});

it('shows what each line says itself while it does not tie, though a discount exceeds its line', async () => {
  const order = sold({ lines: [{ sku: 'MUG', quantity: 2, unitMinor: 1000 }] });
  const amount = { currency: 'USD', minorUnits: 2500 };
  const lines = order.lines.map((line) => ({ ...line, discounts: [{ code: 'X', amount }] }));
  const orderId = await waitingId({ ...order, lines, tenders: [] });
  expect((await view(orderId)).lines).toMatchObject([
    { grossMinor: 2000, discountMinor: 2500, shippingMinor: 0, taxMinor: 0 },
  ]);
  await cancel(orderId);
  expect((await view(orderId)).lines).toMatchObject([{ unallocated: 0, cancelled: 2 }]);
  expect(await differences()).toEqual([]);
});

it('owes back what the channel has captured when it is given up, and books it as it came', async () => {
  const lines = [{ sku: unknownSku(), quantity: 1, unitMinor: 1700 }];
  const orderId = await waitingId(sold({ lines, received: 'captured' }));
  const { agenda } = await cancel(orderId);
  expect(agenda).toMatchObject({
    order: { status: 'rejected', units: { ordered: 1, cancelled: 1 } },
    money: [{ step: 'refund', amountMinor: 1700 }],
  });
  expect(await balances(db, orderId)).toMatchObject({ CLR: 1700, REFP: -1700 });
  // Its flow has not refunded it yet.
  expect(await differences()).toEqual(['unrefunded']);
});

it('does not ship: goods that left for one that was turned away are somebody’s work', async () => {
  const lines = [{ sku: 'MUG', quantity: 1, unitMinor: 1700 }];
  const order = sold({ lines });
  const orderId = await waitingId({ ...order, tenders: [] });
  await cancel(orderId);
  const body = {
    orderId,
    shipmentId: 'stray',
    shippedAt: '2026-11-21T02:30:00Z',
    location: LOCATION,
    lines: [{ lineNo: 1, quantity: 1 }],
  };
  const eventNo = await routedEvent(db, 'shipment.confirmed.v1', orderId, body);
  await recordShipment(db, { orderId, eventNo });
  const now = await view(orderId);
  expect(now.lines).toMatchObject([{ shipped: 0, cancelled: 1 }]);
  expect(now.exceptions).toMatchObject([{ code: 'fulfilment.over-shipped' }]);
});

it('is one order where it is sent twice, and one answer where its key is', async () => {
  const order = sold({ lines: [{ sku: unknownSku(), quantity: 1, unitMinor: 900 }] });
  const answer = () => ({ status: 202, body: { first: true } });
  const idempotency = { scope: 's', key: 'k', bodyHash: 'h', answer };
  const keyed = { ...context, isSold: true, idempotency };
  const outcomes = await Promise.all([1, 2, 3].map(() => submitOrder(db, order, keyed)));
  expect(outcomes.map((one) => one.outcome).sort()).toEqual(['replayed', 'replayed', 'waiting']);
  expect(await submit(order)).toMatchObject({ outcome: 'exists', isSame: true });
});
