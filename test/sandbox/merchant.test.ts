/** The shop's admin: what a merchant does to an order, where the shop says no, and what it tells. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, call, startUnderTest, type Json, type SandboxUnderTest } from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());

const post = (route: string, body: Json) =>
  call(under.url('commerce', `/_sandbox/orders${route}`), 'POST', body);

async function placed(financialStatus: string): Promise<string> {
  const lines = [
    { sku: 'TEE-S', quantity: 3, price: '20.00' },
    { sku: 'MUG', quantity: 1, price: '10.50' },
  ];
  const { json } = await post('', { lines, financialStatus });
  return String(at(json, 'order', 'id'));
}
const does = (id: string, body: Json) => post(`/${id}/merchant`, { told: [], ...body });

it('shows an order as it is now: edited, refunded, sent in part, and what it still comes to', async () => {
  const id = await placed('paid');
  expect((await does(id, { act: 'set-quantity', sku: 'TEE-S', quantity: 2 })).status).toBe(200);
  const back = { act: 'refund', lines: [{ sku: 'TEE-S', quantity: 1 }], amount: '21.20' };
  expect((await does(id, { ...back, restock: true })).status).toBe(200);
  const sent = await does(id, { act: 'fulfil', lines: [{ sku: 'TEE-S', quantity: 1 }] });
  const order = at(sent.json, 'order');
  expect(order).toMatchObject({
    financial_status: 'partially_refunded',
    fulfillment_status: 'partial',
    // 20.00 and 10.50 with their tax, and 5.00 of shipping.
    current_total_price: '37.33',
    line_items: [
      {
        quantity: 3,
        current_quantity: 1,
        fulfillable_quantity: 0,
        fulfillment_status: 'fulfilled',
      },
      { quantity: 1, current_quantity: 1, fulfillable_quantity: 1, fulfillment_status: null },
    ],
    fulfillments: [{ status: 'success', line_items: [{ quantity: 1 }] }],
    refunds: [{ transactions: [{ kind: 'refund', amount: '21.20' }] }],
  });
});

it('refuses what Shopify refuses, and then nothing has changed', async () => {
  const id = await placed('authorized');
  await does(id, { act: 'fulfil', lines: [{ sku: 'TEE-S', quantity: 2 }] });
  const refused: Json[] = [
    { act: 'cancel' },
    { act: 'set-quantity', sku: 'TEE-S', quantity: 1 },
    { act: 'set-quantity', sku: 'TEE-S', quantity: 4 },
    { act: 'refund', lines: [{ sku: 'TEE-S', quantity: 2 }], restock: true },
    { act: 'refund', amount: '1.00' },
    { act: 'mark-paid' },
    { act: 'fulfil', lines: [{ sku: 'MUG', quantity: 2 }] },
  ];
  for (const body of refused) expect((await does(id, body)).status).toBe(409);
  const moved = await does(id, { act: 'address', address: { address1: '2 Other Road' } });
  expect(at(moved.json, 'order', 'line_items', 0)).toMatchObject({ current_quantity: 3 });
  expect(at(moved.json, 'order', 'shipping_address', 'address1')).toBe('2 Other Road');
});

it('tells each act by its topics, or as it is asked to', async () => {
  const id = await placed('pending');
  await post(`/${id}/merchant`, { act: 'mark-paid' });
  await does(id, { act: 'cancel', told: [{ topic: 'orders/updated', copies: 2 }] });
  const got = await under.receiver.until((one) => one.body.includes(`"id":${id}`), 4);
  const told = got.map((one) => String(one.headers['x-shopify-topic'])).sort();
  expect(told).toEqual(['orders/paid', 'orders/updated', 'orders/updated', 'orders/updated']);
  expect(got.filter((one) => one.body.includes('"cancelled_at":"'))).toHaveLength(2);
});
