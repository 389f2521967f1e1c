/** The shop: orders with their authorization, captures, refunds, fulfillments, signed webhooks. */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, call, recordsOf, startUnderTest, tokens, type Json } from './fixture';
import type { SandboxUnderTest } from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());
beforeEach(async () => {
  await call(under.url('commerce', '/_sandbox/faults'), 'DELETE');
  await call(under.url('commerce', '/_sandbox/script'), 'DELETE');
});

const LINES = [
  { sku: 'TEE-S', quantity: 2, price: '20.00' },
  { sku: 'MUG', quantity: 1, price: '10.50' },
];

function checkout(body: Json) {
  return call(under.url('commerce', '/_sandbox/orders'), 'POST', body);
}

async function graphql(query: string, variables: Json = {}): Promise<Json> {
  const path = '/admin/api/2026-07/graphql.json';
  const reply = await call(
    under.url('commerce', path),
    'POST',
    { query, variables },
    { 'x-shopify-access-token': tokens.shopifyAccess },
  );
  expect(reply.status).toBe(200);
  return reply.json;
}

interface Placed {
  id: string;
  authorizationId: string;
  payload: unknown;
}

async function placed(extra: Json = {}): Promise<Placed> {
  const { status, json } = await checkout({ lines: LINES, ...extra });
  expect(status).toBe(201);
  return {
    id: String(at(json, 'order', 'admin_graphql_api_id')),
    authorizationId: String(at(json, 'transactions', 0, 'admin_graphql_api_id')),
    payload: json['order'],
  };
}

const CAPTURE = `mutation capture($input: OrderCaptureInput!) {
  orderCapture(input: $input) {
    transaction { id kind status amountSet { shopMoney { amount currencyCode } }
      parentTransaction { id } }
    userErrors { field message }
  }
}`;

function capture(order: Placed, amount: string, extra: Json = {}): Promise<Json> {
  const input = { id: order.id, parentTransactionId: order.authorizationId, amount, ...extra };
  return graphql(CAPTURE, { input });
}

const VOID = `mutation void($id: ID!) {
  transactionVoid(parentTransactionId: $id) {
    transaction { id kind } userErrors { code message }
  }
}`;

const ORDER = `query order($id: ID!) {
  order(id: $id) {
    id name displayFinancialStatus cancelledAt
    transactions(first: 50) { id kind status amountSet { shopMoney { amount currencyCode } }
      parentTransaction { id } createdAt }
    fulfillments(first: 50) { id name trackingInfo { number company } }
    fulfillmentOrders(first: 50) { nodes { id status lineItems(first: 50) { nodes {
      id remainingQuantity totalQuantity lineItem { id sku } } } } }
  }
}`;

describe('a placed order', () => {
  it('ties to the cent and has an authorization for its total', async () => {
    const { payload, id } = await placed();
    // 50.50 of goods, tax at 6 % a line (2.40 + 0.63), 5.00 of shipping.
    expect(payload).toMatchObject({
      subtotal_price: '50.50',
      total_tax: '3.03',
      total_price: '58.53',
    });
    const order = await graphql(ORDER, { id });
    expect(at(order, 'data', 'order', 'displayFinancialStatus')).toBe('AUTHORIZED');
    expect(at(order, 'data', 'order', 'transactions')).toMatchObject([
      {
        kind: 'AUTHORIZATION',
        status: 'SUCCESS',
        amountSet: { shopMoney: { amount: '58.53', currencyCode: 'USD' } },
      },
    ]);
    expect(at(order, 'extensions', 'cost', 'throttleStatus', 'maximumAvailable')).toBe(40000);
  });

  it('keeps the id and number given; the same again is the same, other content is refused', async () => {
    const order = {
      id: 450789469,
      order_number: 1001,
      name: '#1001',
      currency: 'USD',
      total_price: '11.94',
      line_items: [{ id: 1, sku: 'A', quantity: 1, price: '11.94' }],
    };
    const first = await checkout({ order });
    expect(first.status).toBe(201);
    expect(at(first.json, 'order', 'admin_graphql_api_id')).toBe('gid://shopify/Order/450789469');
    const again = await checkout(order);
    expect(again.status).toBe(200);
    expect(again.json['transactions']).toEqual(first.json['transactions']);
    expect((await checkout({ ...order, total_price: '12.00' })).status).toBe(409);
  });

  it('has a sale when paid, nothing when pending, and names what is wrong', async () => {
    const paid = await checkout({ lines: LINES, financialStatus: 'paid' });
    expect(at(paid.json, 'transactions', 0, 'kind')).toBe('sale');
    const pending = await checkout({ lines: LINES, financialStatus: 'pending' });
    expect(pending.json['transactions']).toEqual([]);
    const bad = await checkout({ line_items: [{ quantity: 'two', price: {} }] });
    expect(bad.status).toBe(422);
    expect(at(bad.json, 'errors', 1, 'pointer')).toBe('/line_items/0/price');
    const price = await checkout({ lines: [{ sku: 'A', quantity: 1, price: '1.005' }] });
    expect(at(price.json, 'errors', 0, 'pointer')).toBe('/lines/0/price');
    const amount = await checkout({ lines: LINES, authorization: { amount: '1.005' } });
    expect(at(amount.json, 'errors', 0, 'pointer')).toBe('/authorization/amount');
  });
});

describe('money', () => {
  it('captures in parts, never above the authorization', async () => {
    const order = await placed();
    const first = await capture(order, '50.00');
    expect(at(first, 'data', 'orderCapture', 'userErrors')).toEqual([]);
    expect(at(first, 'data', 'orderCapture', 'transaction')).toMatchObject({
      kind: 'CAPTURE',
      parentTransaction: { id: order.authorizationId },
    });
    const over = await capture(order, '8.54');
    expect(at(over, 'data', 'orderCapture', 'transaction')).toBeNull();
    expect(at(over, 'data', 'orderCapture', 'userErrors', 0, 'field')).toEqual(['amount']);
    await capture(order, '8.53');
    const shown = await graphql(ORDER, { id: order.id });
    expect(at(shown, 'data', 'order', 'displayFinancialStatus')).toBe('PAID');
    const kept = await recordsOf(
      under.url('commerce', `/_sandbox/records/transactions?orderId=${order.id}`),
    );
    expect(kept.map((one) => [one['kind'], one['amountMinor']])).toEqual([
      ['AUTHORIZATION', 5853],
      ['CAPTURE', 5000],
      ['CAPTURE', 853],
    ]);
  });

  it('captures once where the authorization allows one capture', async () => {
    const order = await placed({ authorization: { multiCapturable: false } });
    await capture(order, '10.00');
    const again = await capture(order, '10.00');
    expect(at(again, 'data', 'orderCapture', 'userErrors')).toHaveLength(1);
  });

  it('never captures twice what two callers capture at once', async () => {
    const order = await placed();
    const both = await Promise.all([capture(order, '58.53'), capture(order, '58.53')]);
    const made = both.filter((one) => at(one, 'data', 'orderCapture', 'transaction', 'id'));
    expect(made).toHaveLength(1);
  });

  it('voids what is not captured, and only that', async () => {
    const order = await placed();
    const voided = await graphql(VOID, { id: order.authorizationId });
    expect(at(voided, 'data', 'transactionVoid', 'transaction', 'kind')).toBe('VOID');
    const again = await graphql(VOID, { id: order.authorizationId });
    const code = at(again, 'data', 'transactionVoid', 'userErrors', 0, 'code');
    expect(code).toBe('AUTH_NOT_VOIDABLE');
    const late = await capture(order, '1.00');
    expect(at(late, 'data', 'orderCapture', 'userErrors')).toHaveLength(1);
  });

  it('refunds once for one key, never more than was captured, never without a key', async () => {
    const order = await placed();
    const made = await capture(order, '20.00');
    const parentId = at(made, 'data', 'orderCapture', 'transaction', 'id');
    const refund = (amount: string, directive: string): Promise<Json> => {
      const transactions = [
        { amount, gateway: 'shopify_payments', kind: 'REFUND', orderId: order.id, parentId },
      ];
      const mutation = `mutation refund($input: RefundInput!) {
        refundCreate(input: $input) ${directive} {
          refund { id totalRefundedSet { shopMoney { amount } }
            transactions(first: 5) { nodes { id kind } } }
          userErrors { field message }
        }
      }`;
      return graphql(mutation, { input: { orderId: order.id, transactions } });
    };
    const key = randomUUID();
    const first = await refund('15.00', `@idempotent(key: "${key}")`);
    const again = await refund('15.00', `@idempotent(key: "${key}")`);
    expect(at(first, 'data', 'refundCreate', 'refund', 'id')).toBeTruthy();
    expect(at(again, 'data', 'refundCreate')).toEqual(at(first, 'data', 'refundCreate'));
    const other = await refund('1.00', `@idempotent(key: "${key}")`);
    const code = at(other, 'errors', 0, 'extensions', 'code');
    expect(code).toBe('IDEMPOTENCY_KEY_PARAMETER_MISMATCH');
    const over = await refund('5.01', `@idempotent(key: "${randomUUID()}")`);
    expect(at(over, 'data', 'refundCreate', 'userErrors')).toHaveLength(1);
    const without = await refund('1.00', '');
    expect(at(without, 'errors', 0, 'extensions', 'code')).toBe('BAD_REQUEST');
  });
});

describe('goods', () => {
  const FULFIL = `mutation fulfil($fulfillment: FulfillmentInput!) {
    fulfillmentCreate(fulfillment: $fulfillment) {
      fulfillment { id name status trackingInfo { number company } }
      userErrors { field message }
    }
  }`;

  it('fulfils what remains, and no more', async () => {
    const { id } = await placed();
    const before = await graphql(ORDER, { id });
    const group = at(before, 'data', 'order', 'fulfillmentOrders', 'nodes', 0);
    const fulfil = (quantity: number): Promise<Json> => {
      const item = { id: at(group, 'lineItems', 'nodes', 0, 'id'), quantity };
      const part = { fulfillmentOrderId: at(group, 'id'), fulfillmentOrderLineItems: [item] };
      const trackingInfo = { number: '1Z1', company: 'UPS' };
      const fulfillment = { lineItemsByFulfillmentOrder: [part], trackingInfo };
      return graphql(FULFIL, { fulfillment });
    };
    const first = await fulfil(1);
    expect(at(first, 'data', 'fulfillmentCreate', 'fulfillment')).toMatchObject({
      status: 'SUCCESS',
      trackingInfo: [{ number: '1Z1', company: 'UPS' }],
    });
    const over = await fulfil(2);
    expect(at(over, 'data', 'fulfillmentCreate', 'userErrors')).toHaveLength(1);
    const after = await graphql(ORDER, { id });
    const nodes = at(after, 'data', 'order', 'fulfillmentOrders', 'nodes', 0, 'lineItems', 'nodes');
    expect(at(nodes, 0, 'remainingQuantity')).toBe(1);
    expect(at(after, 'data', 'order', 'fulfillments')).toHaveLength(1);
  });

  it('cancels an order once, and voids its authorization when asked to', async () => {
    const order = await placed();
    const CANCEL = `mutation cancel($id: ID!) {
      orderCancel(orderId: $id, reason: CUSTOMER, restock: false,
        refundMethod: { originalPaymentMethodsRefund: true }) {
        job { id done } orderCancelUserErrors { code message }
      }
    }`;
    const first = await graphql(CANCEL, { id: order.id });
    expect(at(first, 'data', 'orderCancel', 'job', 'done')).toBe(true);
    const again = await graphql(CANCEL, { id: order.id });
    expect(at(again, 'data', 'orderCancel', 'orderCancelUserErrors', 0, 'code')).toBe('INVALID');
    const shown = await graphql(ORDER, { id: order.id });
    expect(at(shown, 'data', 'order', 'displayFinancialStatus')).toBe('VOIDED');
  });
});

describe('the API itself', () => {
  it('refuses a wrong token, an unknown field, and what is above the limit', async () => {
    const path = '/admin/api/2026-07/graphql.json';
    const wrong = await call(under.url('commerce', path), 'POST', { query: '{ shop }' }, {});
    expect(wrong.status).toBe(401);
    const unknown = await graphql('{ order(id: "gid://shopify/Order/1") { colour } }');
    expect(String(at(unknown, 'errors', 0, 'message'))).toContain('colour');
    const limits = { throttle: { maximumAvailable: 5, restoreRate: 1 } };
    await call(under.url('commerce', '/_sandbox/script'), 'POST', limits);
    const order = { id: 'gid://shopify/Order/1', parentTransactionId: 'x', amount: '1' };
    const throttled = await graphql(CAPTURE, { input: order });
    expect(at(throttled, 'errors', 0, 'extensions', 'code')).toBe('THROTTLED');
    expect(at(throttled, 'extensions', 'cost', 'actualQueryCost')).toBeNull();
  });

  it('hits one operation with a fault by its name', async () => {
    await call(under.url('commerce', '/_sandbox/faults'), 'POST', {
      match: { path: '/admin/api/*/graphql.json', body: 'orderCapture' },
      fault: { kind: 'status', status: 502 },
      times: 1,
    });
    const order = await placed();
    expect(at(await graphql(ORDER, { id: order.id }), 'data', 'order', 'id')).toBe(order.id);
    await expect(capture(order, '1.00')).rejects.toThrow();
  });
});

describe('webhooks', () => {
  it('signs the raw body; copies share the event id, not the webhook id', async () => {
    const { json } = await checkout({ lines: LINES, sendWebhook: { copies: 3 } });
    expect(json['deliveries']).toHaveLength(3);
    const name = String(at(json, 'order', 'name'));
    const got = await under.receiver.until((one) => one.body.includes(`"${name}"`), 3);
    const [first] = got;
    expect(first?.path).toBe('/v1/webhooks/shopify/shopify-us');
    expect(first?.headers).toMatchObject({
      'x-shopify-topic': 'orders/create',
      'x-shopify-shop-domain': 'shopify-us.myshopify.com',
      'x-shopify-api-version': '2026-07',
    });
    const expected = createHmac('sha256', tokens.shopifyWebhook)
      .update(first?.body ?? '')
      .digest('base64');
    expect(first?.headers['x-shopify-hmac-sha256']).toBe(expected);
    const ids = (header: string): number => new Set(got.map((one) => one.headers[header])).size;
    expect([ids('x-shopify-event-id'), ids('x-shopify-webhook-id')]).toEqual([1, 3]);
  });
});
