/** Orders that are collected in a store: what is refused, what wakes them, what is shown of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submitOrder } from '../../moments/order/submit-order';
import { Order } from '../../canonical/schema/order';
import { authorize } from '../store/steps';
import { handOver, SOHO, startPickups, stockStore } from '../store/pickup-steps';
import { context } from '../store/fixture';
import { startApi, type RunningApi } from './fixture';
import { addStock, orderOf, putMasterData, SKU, usd } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 1_000, 'stock-1');
  await stockStore(api.db, SOHO, { [SKU]: 50 });
});
afterAll(() => api.stop());

const collectedAt = (orderNo: string, storeId: string, quantity = 1) => {
  const order = orderOf(orderNo, quantity);
  return { ...order, lines: order.lines.map((line) => ({ ...line, pickup: { storeId } })) };
};
const submit = (json: unknown, key: string) =>
  api.send('POST', '/v1/orders', { json, key, role: 'channel' });

test.each([
  ['a store that nobody knows', 'store-nowhere', 'unknown_location'],
  ['a place that is no store', 'dc-east', 'no_pickup_there'],
])('at %s is refused by its line, and nothing is kept', async (_, storeId, code) => {
  const answer = await submit(collectedAt(`P-${storeId}`, storeId), `p-${storeId}`);
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({
    code,
    errors: [{ pointer: '/lines/0/pickup/storeId', code }],
  });
  const { rows } = await api.db.query('select 1 from sales_order where order_no = $1', [
    `P-${storeId}`,
  ]);
  expect(rows).toEqual([]);
});

test('each other store that is agreed to beforehand has to be one, by its own name', async () => {
  const order = collectedAt('P-agreed', SOHO);
  const alternatives = { stores: [SOHO, 'store-nowhere', 'dc-east'], home: true };
  const lines = order.lines.map((line) => ({ ...line, pickup: { storeId: SOHO, alternatives } }));
  const answer = await submit({ ...order, lines }, 'p-agreed');
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toMatchObject([
    { pointer: '/lines/0/pickup/alternatives/stores/1', code: 'unknown_location' },
    { pointer: '/lines/0/pickup/alternatives/stores/2', code: 'no_pickup_there' },
  ]);
});

test('a pickup that says more than its store is refused as a whole', async () => {
  const order = collectedAt('P-strict', SOHO);
  const lines = order.lines.map((line) => ({ ...line, pickup: { storeId: SOHO, bay: '4' } }));
  expect((await submit({ ...order, lines }, 'p-strict')).status).toBe(422);
});

test('a store that is opened wakes the sold order that waits for it', async () => {
  const order = Order.parse(collectedAt('P-sold', 'store-new'));
  const waiting = await submitOrder(api.db, order, { ...context, isSold: true });
  expect(waiting).toMatchObject({ outcome: 'waiting', exceptions: [{ code: 'mapping.store' }] });
  const hours = Object.fromEntries(
    ['monday', 'friday'].map((day) => [day, [{ from: '09:00', to: '18:00' }]]),
  );
  const store = { name: 'New', kind: 'store', timeZone: 'America/New_York', ships: false };
  const put = (json: unknown) => api.send('PUT', '/v1/locations/store-new', { json });
  const isOpen = async () => {
    const { rows } = await api.db.query<{ state: string }>(
      `select state from exception where code = 'mapping.store' order by opened_at`,
    );
    return rows.some((row) => row.state !== 'resolved');
  };
  expect(await isOpen()).toBe(true);
  expect((await put({ ...store, openingHours: hours })).status).toBe(200);
  expect(await isOpen()).toBe(false);
});

test('shows what was handed over, with its invoice, and the pickup that held it', async () => {
  const { body: accepted, status } = await submit(collectedAt('P-1', SOHO, 3), 'p-1');
  expect([status, accepted]).toEqual([201, expect.objectContaining({ location: SOHO })]);
  const { orderId } = accepted;
  await authorize(api.db, orderId);
  await startPickups(api.db, orderId);
  await handOver(api.db, orderId, { groupNo: 1, lines: [{ lineNo: 1, quantity: 2 }] });
  const { body } = await api.send('GET', `/v1/orders/${orderId}`, { role: 'support' });
  expect(body).toMatchObject({
    status: 'partly-fulfilled',
    lines: [{ ordered: 3, released: 1, pickedUp: 2 }],
    shipments: [],
    pickups: [{ groupNo: 1, storeId: SOHO, deadlineAt: null }],
    handovers: [
      {
        handoverNo: 1,
        groupNo: 1,
        location: SOHO,
        invoiceNo: 1,
        documentNo: 'INV-web-us-P-1-1',
        invoice: usd(2_760),
        prepaid: usd(0),
        lines: [{ lineNo: 1, quantity: 2, gross: usd(2_598), cost: usd(900) }],
        captures: [{ tenderNo: 1, state: 'due', amount: usd(2_760) }],
      },
    ],
  });
});
