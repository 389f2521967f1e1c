/** A shop's local pickup: which lines are collected where, told ready once, picked up in parts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, call, recordsOf, startUnderTest, tokens, type Json } from './fixture';
import type { SandboxUnderTest } from './fixture';

let under: SandboxUnderTest;
beforeAll(async () => {
  under = await startUnderTest();
});
afterAll(() => under.stop());

const LINES = [
  { sku: 'TEE-S', quantity: 2, price: '20.00' },
  { sku: 'MUG', quantity: 1, price: '10.50' },
];

interface Placed {
  readonly id: string;
  readonly payload: unknown;
}

async function placed(extra: Json): Promise<Placed> {
  const url = under.url('commerce', '/_sandbox/orders');
  const { status, json } = await call(url, 'POST', { lines: LINES, ...extra });
  expect(status).toBe(201);
  return { id: String(at(json, 'order', 'admin_graphql_api_id')), payload: json['order'] };
}

async function graphql(query: string, variables: Json): Promise<Json> {
  const url = under.url('commerce', '/admin/api/2026-07/graphql.json');
  const token = { 'x-shopify-access-token': tokens.shopifyAccess };
  return (await call(url, 'POST', { query, variables }, token)).json;
}

const FULFILL = `mutation fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { message } }
}`;
const PREPARE = `mutation prepare($input: FulfillmentOrderLineItemsPreparedForPickupInput!) {
  fulfillmentOrderLineItemsPreparedForPickup(input: $input) { userErrors { field message code } }
}`;
const PLACES = `query places($id: ID!) {
  order(id: $id) { fulfillmentOrders(first: 50) { nodes {
    id status deliveryMethod { methodType } assignedLocation { name location { id } }
    lineItems(first: 50) { nodes { id remainingQuantity lineItem { id sku } } } } } }
}`;

describe('local pickup', () => {
  const places = async (order: Placed): Promise<unknown[]> => {
    const nodes = at(
      await graphql(PLACES, { id: order.id }),
      'data',
      'order',
      'fulfillmentOrders',
      'nodes',
    );
    return Array.isArray(nodes) ? nodes : [];
  };
  const idOf = (node: unknown) => String(at(node, 'id'));
  const prepare = async (...ids: string[]) => {
    const lineItemsByFulfillmentOrder = ids.map((fulfillmentOrderId) => ({ fulfillmentOrderId }));
    const answer = await graphql(PREPARE, { input: { lineItemsByFulfillmentOrder } });
    return at(answer, 'data', 'fulfillmentOrderLineItemsPreparedForPickup', 'userErrors');
  };
  const NOTHING_LEFT = [
    expect.objectContaining({ code: 'NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER' }),
  ];

  it('keeps what is collected and what is shipped apart, and says nothing in the webhook', async () => {
    const order = await placed({
      pickup: { locationId: '77', locationName: 'Broadway', lines: [1] },
    });
    expect(await places(order)).toMatchObject([
      {
        deliveryMethod: { methodType: 'PICK_UP' },
        assignedLocation: { name: 'Broadway', location: { id: 'gid://shopify/Location/77' } },
        lineItems: { nodes: [{ lineItem: { sku: 'MUG' } }] },
      },
      {
        deliveryMethod: { methodType: 'SHIPPING' },
        lineItems: { nodes: [{ lineItem: { sku: 'TEE-S' }, remainingQuantity: 2 }] },
      },
    ]);
    expect(order.payload).toMatchObject({
      shipping_lines: [{ code: 'Broadway', delivery_category: null }, { code: 'STANDARD' }],
    });
    const whole = await placed({ pickup: { locationId: '77' } });
    expect(whole.payload).toMatchObject({ shipping_address: null, total_price: '53.53' });
  });

  it('is prepared once, only where it is collected, and nothing of a list that has a bad one', async () => {
    const order = await placed({ pickup: { locationId: '77', lines: [0] } });
    const [collected, shipped] = (await places(order)).map(idOf);
    expect(await prepare(collected ?? '', shipped ?? '')).toEqual(NOTHING_LEFT);
    expect(await prepare(collected ?? '')).toEqual([]);
    expect(await prepare(collected ?? '')).toEqual(NOTHING_LEFT);
    expect(await prepare('gid://shopify/FulfillmentOrder/1')).toMatchObject([
      { code: 'FULFILLMENT_ORDER_INVALID' },
    ]);
    const url = under.url('commerce', `/_sandbox/records/preparations?orderId=${order.id}`);
    expect(await recordsOf(url)).toMatchObject([{ parentId: collected }]);
  });

  it('is picked up in parts: what is shipped stays open beside it', async () => {
    const order = await placed({ pickup: { locationId: '77', lines: [0] } });
    const [collected] = await places(order);
    const id = String(at(collected, 'lineItems', 'nodes', 0, 'id'));
    const fulfill = async (quantity: number) => {
      const lineItemsByFulfillmentOrder = [
        { fulfillmentOrderId: idOf(collected), fulfillmentOrderLineItems: [{ id, quantity }] },
      ];
      await graphql(FULFILL, { fulfillment: { lineItemsByFulfillmentOrder } });
      return (await places(order)).map((node) => at(node, 'status'));
    };
    expect(await fulfill(1)).toEqual(['IN_PROGRESS', 'OPEN']);
    expect(await fulfill(1)).toEqual(['CLOSED', 'OPEN']);
  });
});
