/** Every outside Shopify payload maps, is ignored or is refused with a reason that names a field. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkTotals } from '../../canonical/rules/order/totals';
import type { InboundResult } from '../../connectors/inbound-contract';
import { mapShopify } from '../../connectors/shopify/map-order';
import { hasOutside, outsideJson, NEEDS_OUTSIDE } from './fixtures';

const context = { account: 'shopify-us' };
const create = (body: unknown) => mapShopify('orders/create', body, context);

function orderOf(result: InboundResult) {
  const [event] = result.outcome === 'mapped' ? result.events : [];
  if (event?.type !== 'order.created.v1') throw new Error(`no order: ${JSON.stringify(result)}`);
  return event.data;
}

function pointersOf(result: InboundResult) {
  return result.outcome === 'unreadable' ? result.problems.map((one) => one.pointer) : [];
}

const Lines = z.looseObject({ order: z.looseObject({ line_items: z.array(z.unknown()) }) });
const OrderList = z.looseObject({ orders: z.array(z.unknown()) });

const NO_ORDERS = [
  'rest/fulfillment.json',
  'rest/refund.json',
  'rest/transactions.json',
  'rest/payout.json',
  'rest/payouts.json',
  'rest/payouts_transactions.json',
  'rest/gift_card.json',
  'rest/inventory_levels.json',
  'rest/locations.json',
  'rest/order_risks.json',
  'rest/tender_transactions.json',
  'rest/dispute.json',
  'rest/disputes.json',
  'go-fixtures/webhook.json',
  'go-fixtures/payouts.json',
  'go-fixtures/payments_transactions.json',
  'go-fixtures/fulfillment_order.json',
  'go-fixtures/fulfillment_order_move.json',
  'go-fixtures/fulfillment_accept.json',
  'go-fixtures/fulfillment_reject.json',
];

describe.runIf(hasOutside('shopify'))('outside payloads of Shopify', NEEDS_OUTSIDE, () => {
  test('the sample order maps, and its own subtotal disagrees with its lines', () => {
    const order = orderOf(create(outsideJson('shopify/rest/order.json')));
    expect(order).toMatchObject({
      channelInstance: 'shopify-us',
      orderNo: '1001',
      channelOrderRef: '450789469',
      placedAt: '2008-01-10T16:00:00.000Z',
      currency: 'USD',
      customer: { customerRef: '207119551', email: 'bob.norman@hostmail.com' },
      shipTo: { region: 'KY', postalCode: '40202', country: 'US' },
      taxes: [{ code: 'State Tax', amount: { currency: 'USD', minorUnits: 1194 } }],
      discounts: [],
      totals: {
        subtotal: { minorUnits: 39800 },
        discount: { minorUnits: 0 },
        tax: { minorUnits: 1194 },
        total: { minorUnits: 40994 },
      },
      tenders: [
        {
          gateway: 'authorize_net',
          amount: { minorUnits: 40994 },
          received: { state: 'authorized' },
        },
      ],
    });
    expect(order.lines.map((line) => [line.channelLineRef, line.sku])).toEqual([
      ['466157049', 'IPOD2008GREEN'],
      ['518995019', 'IPOD2008RED'],
      ['703073504', 'IPOD2008BLACK'],
    ]);
    expect(checkTotals(order)).toEqual([
      expect.objectContaining({
        pointer: '/totals/subtotal',
        detail: 'the lines add up to 597.00 USD, the order says 398.00 USD',
      }),
    ]);
  });

  test('the sample order less one line ties to the cent', () => {
    const body = Lines.parse(outsideJson('shopify/rest/order.json'));
    body.order.line_items.pop();
    expect(checkTotals(orderOf(create(body)))).toEqual([]);
  });

  test('the bare order is read as the wrapped one is', () => {
    const body = Lines.parse(outsideJson('shopify/rest/order.json'));
    expect(create(body.order)).toEqual(create(body));
  });

  test('orders that were cancelled begin nothing where they are not here, and the field is named', () => {
    for (const file of ['order.json', 'order_with_transaction.json']) {
      expect(create(outsideJson(`shopify/go-fixtures/${file}`))).toMatchObject({
        events: [{ type: 'order.cancel-requested.v1' }],
        ifUnknown: { outcome: 'ignored', why: expect.stringContaining('/cancelled_at') },
      });
    }
  });

  test('a cancellation is asked for by the order number that the buyer sees', () => {
    const body = outsideJson('shopify/go-fixtures/order.json');
    expect(mapShopify('orders/cancelled', body, context)).toEqual({
      outcome: 'mapped',
      events: [
        {
          type: 'order.cancel-requested.v1',
          data: { channelInstance: 'shopify-us', orderNo: '1234', reason: 'customer' },
        },
      ],
    });
  });

  test.each([
    ['orders/cancelled', { cancelled_at: null }, '/cancelled_at'],
    ['orders/cancelled', { cancelled_at: undefined }, '/cancelled_at'],
    ['refunds/create', {}, '/order_id'],
  ])('a body under %s that does not say so changes nothing', (topic, change, pointer) => {
    const body = { ...Object(outsideJson('shopify/go-fixtures/order.json')).order, ...change };
    expect(pointersOf(mapShopify(topic, body, context))).toContain(pointer);
  });

  test('an order that came without its lines is refused, and the field is named', () => {
    const { orders } = OrderList.parse(outsideJson('shopify/rest/orders.json'));
    expect(orders.length).toBeGreaterThan(0);
    for (const order of orders) expect(pointersOf(create(order))).toContain('/line_items');
  });

  test.each(NO_ORDERS)(
    '%s is no order: refused with fields, ignored under another topic',
    (file) => {
      const body = outsideJson(`shopify/${file}`);
      // A list has no field to name: the pointer to the whole document is the empty one.
      expect(pointersOf(create(body))).toContain(Array.isArray(body) ? '' : '/line_items');
      expect(mapShopify('products/update', body, context).outcome).toBe('ignored');
    },
  );
});
