/** What `GET /v1/orders/{orderId}` shows of an order that lives: money, what waits, who decided. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../api/http/problem';
import type { CancelRequest } from '../../canonical/flows/order';
import { cancelOrder } from '../../moments/order/cancel-order';
import { openException } from '../../store/exceptions/exceptions';
import { startApi, type RunningApi } from './fixture';
import { addStock, DC, orderOf, putMasterData, SKU, usd } from './world';

let api: RunningApi;
beforeAll(async () => {
  api = await startApi();
  await putMasterData(api);
  await addStock(api, 1_000, 'stock-1');
});
afterAll(() => api.stop());

const submit = async (json: unknown, key: string): Promise<string> => {
  const { body } = await api.send('POST', '/v1/orders', { json, key, role: 'channel' });
  return body.orderId;
};
const read = (orderId: string) => api.send('GET', `/v1/orders/${orderId}`, { role: 'support' });

test("a shipment's lines are money like everything else", async () => {
  const orderId = await submit(orderOf('V-1'), 'v-1');
  const line = {
    lineNo: 1,
    sku: SKU,
    quantity: 1,
    grossMinor: 1_299,
    discountMinor: 0,
    shippingMinor: 0,
    taxes: [{ taxCode: 'US-STATE', amountMinor: 81 }],
    costMinor: 450,
  };
  await api.db.query(
    `with i as (
       insert into invoice (order_id, invoice_no, source_kind, source_no, document_no,
         business_date, amount_minor, prepaid_minor, lines)
       values ($1, 1, 'shipment', 1, 'INV-web-us-V-1-1', '2026-03-02', 1380, 0, $3))
     insert into shipment (order_id, shipment_no, shipment_ref, location_id, shipped_at, event_no)
     values ($1, 1, 'parcel-1', $2, now(), 1)`,
    [orderId, DC, JSON.stringify([line])],
  );
  const { body } = await read(orderId);
  expect(body.shipments[0].lines).toEqual([
    {
      lineNo: 1,
      sku: SKU,
      quantity: 1,
      gross: usd(1_299),
      discount: usd(0),
      shipping: usd(0),
      taxes: [{ taxCode: 'US-STATE', amount: usd(81) }],
      cost: usd(450),
    },
  ]);
});

test('an order that waits shows its lines and tenders as they were sent', async () => {
  const order = orderOf('V-2', 3);
  const orderId = await submit({ ...order, lines: [{ ...order.lines[0], sku: 'NOVEL' }] }, 'v-2');
  const { body } = await read(orderId);
  expect(body.status).toBe('received');
  expect(body.lines).toMatchObject([
    { sku: null, channelSku: 'NOVEL', ordered: 3, unallocated: 3, gross: usd(3_897) },
  ]);
  expect(body.tenders).toMatchObject([
    { gateway: 'stripe', tenderType: null, state: 'pending', authorized: usd(0) },
  ]);
  const cancel = { decisionId: 'd', orderId, lines: null, eventNo: null, recalled: [] };
  await cancelOrder(api.db, cancel);
  const rejected = await read(orderId);
  expect(rejected.body.status).toBe('rejected');
  expect(rejected.body.lines).toMatchObject([{ ordered: 3, unallocated: 0, cancelled: 3 }]);
});

test('money that a caller says is authorized is not shown as that before it was found', async () => {
  const order = orderOf('V-3');
  const received = { state: 'authorized', reference: 'gid-77' };
  const tenders = [{ gateway: 'shop', amount: usd(1_380), received }];
  const orderId = await submit({ ...order, channelInstance: 'shopify-us', tenders }, 'v-3');
  const { body } = await read(orderId);
  expect(body.tenders).toMatchObject([{ state: 'pending', authorized: usd(0) }]);
});

test('what was captured was authorized', async () => {
  const orderId = await submit(orderOf('V-4'), 'v-4');
  await api.db.query(
    `update payment_authorization set state = 'consumed', captured_minor = 1380
      where order_id = $1`,
    [orderId],
  );
  await api.db.query('update tender set captured_minor = 1380 where order_id = $1', [orderId]);
  const { body } = await read(orderId);
  expect(body.tenders).toMatchObject([
    { state: 'captured', authorized: usd(1_380), captured: usd(1_380) },
  ]);
});

test("the exception of an order's event is the order's", async () => {
  const orderId = await submit(orderOf('V-5'), 'v-5');
  const { rows } = await api.db.query<{ event_no: number }>(
    `insert into inbox (source, event_id, topic, raw, state, order_id, correlation_id)
     values ('/wms/x', 'parcel-5', 'shipment.confirmed.v1', '{}', 'dead', $1, 'cor_5')
     returning event_no`,
    [orderId],
  );
  const eventNo = rows[0]?.event_no ?? 0;
  const { exceptionId } = await openException(api.db, {
    code: 'event.no-rule',
    detail: 'line 2 is not in the order',
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `event:${eventNo}`,
    subject: orderId,
    eventNo,
  });
  const { body } = await read(orderId);
  expect(body.exceptions).toMatchObject([{ exceptionId, code: 'event.no-rule' }]);
  const list = await api.send('GET', `/v1/exceptions?orderId=${orderId}`);
  expect(list.body.items).toMatchObject([{ exceptionId, orderId }]);
  const one = await api.send('GET', `/v1/exceptions/${exceptionId}`);
  expect(one.body.orderId).toBe(orderId);
});

test('decisions say what came of them', async () => {
  const orderId = await submit(orderOf('V-6'), 'v-6');
  const decide = (verb: string, key: string) =>
    api.send('POST', `/v1/orders/${orderId}/${verb}`, { json: { reason: key }, key, role: 'oms' });
  api.answerUpdates(() => ({ outcome: 'held', agenda: null }));
  await decide('hold', 'd-1');
  api.answerUpdates(() => ({ outcome: 'refused', reason: 'it is fulfilled' }));
  await decide('release-hold', 'd-2');
  api.answerUpdates(() => {
    throw new Problem('order_closed', 'it has ended');
  });
  await decide('cancel', 'd-3');
  api.answerUpdates(() => {
    throw new Problem('unavailable', 'no answer');
  });
  await decide('cancel', 'd-4');
  const { body } = await read(orderId);
  const outcomes = body.decisions.map((one: { outcome: string }) => one.outcome);
  expect(outcomes).toEqual(['accepted', 'refused', 'refused', 'unanswered']);
});

test('an edit takes off what is too many once, and names every line that cannot be so', async () => {
  const orderId = await submit(orderOf('V-7', 3), 'v-7');
  api.answerUpdates(({ request }) =>
    cancelOrder(api.db, { ...(request as CancelRequest), orderId, eventNo: null, recalled: [] }),
  );
  const edit = (lines: object[], key: string) =>
    api.send('POST', `/v1/orders/${orderId}/edit`, {
      json: { reason: 'one is enough', lines },
      key,
      role: 'support',
    });
  const one = { lineNo: 1, quantity: 1 };
  const none = { lineNo: 7, quantity: 1 };
  const bad = await edit([{ lineNo: 1, quantity: 9 }, one, none], 'e-1');
  expect([bad.status, bad.body.errors]).toEqual([
    422,
    [
      expect.objectContaining({ pointer: '/lines/0/quantity', code: 'too_many' }),
      expect.objectContaining({ pointer: '/lines/1', code: 'duplicate' }),
      expect.objectContaining({ pointer: '/lines/2', code: 'unknown_line' }),
    ],
  ]);
  const cancelled = [{ lineNo: 1, quantity: 2 }];
  const edited = await edit([one], 'e-2');
  expect([edited.status, edited.body]).toEqual([
    200,
    { orderId, outcome: 'edited', cancelled, reason: null },
  ]);
  expect((await read(orderId)).body.lines).toMatchObject([{ reserved: 1, cancelled: 2 }]);
  const again = await edit([one], 'e-3');
  expect([again.status, again.body.outcome]).toEqual([200, 'unchanged']);
});
