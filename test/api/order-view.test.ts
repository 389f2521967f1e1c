/** What `GET /v1/orders/{orderId}` shows of an order that lives: money, what waits, who decided. */
import { afterAll, beforeAll, expect, test } from 'vitest';
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
    `insert into shipment (order_id, shipment_no, shipment_ref, invoice_no, location_id, shipped_at,
       business_date, invoice_minor, prepaid_minor, lines, event_no)
     values ($1, 1, 'parcel-1', 'web-us-V-1-1', $2, now(), '2026-03-02', 1380, 0, $3, 1)`,
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
