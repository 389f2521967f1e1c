/** What keeps a Shopify order from beginning here, each by the field that says so. */
import { describe, expect, test } from 'vitest';
import type { InboundResult } from '../../connectors/inbound-contract';
import { mapShopify } from '../../connectors/shopify/map-order';

const context = { account: 'shopify-us' };
const base = {
  id: 5_001,
  order_number: 1_042,
  created_at: '2026-03-01T10:00:00+02:00',
  currency: 'USD',
  financial_status: 'paid',
  payment_gateway_names: ['shopify_payments'],
  subtotal_price: '20.00',
  total_price: '20.00',
  line_items: [{ id: 71, sku: 'MUG', quantity: 2, price: '10.00' }],
};
const map = (change: object) => mapShopify('orders/create', { ...base, ...change }, context);

const ifUnknown = (result: InboundResult) =>
  result.outcome === 'mapped' ? result.ifUnknown : result;

describe('begins nothing where its order is not here', () => {
  test.each([
    ['voided', 'orders/create', { financial_status: 'voided' }, '/financial_status'],
    ['cancelled', 'orders/create', { cancelled_at: '2026-03-01T11:00:00Z' }, '/cancelled_at'],
    ['cancelled', 'orders/updated', { cancelled_at: '2026-03-01T11:00:00Z' }, '/cancelled_at'],
    [
      'refunded, told by an update',
      'orders/updated',
      { financial_status: 'partially_refunded' },
      '/financial_status',
    ],
  ])('%s (%s): ignored, and the field is named', (_, topic, change, pointer) => {
    const result = mapShopify(topic, { ...base, ...change }, context);
    expect(ifUnknown(result)).toMatchObject({
      outcome: 'ignored',
      why: expect.stringContaining(pointer),
    });
  });

  const line = (change: object) => ({ line_items: [{ ...base.line_items[0], ...change }] });
  test.each([
    ['a test order', { test: true }, '/test'],
    ['refunded before it came', { financial_status: 'refunded' }, '/financial_status'],
    ['sent already', line({ fulfillment_status: 'fulfilled' }), '/line_items/0/fulfillment_status'],
    ['sent in part', line({ fulfillment_status: 'partial' }), '/line_items/0/fulfillment_status'],
    ['edited before it came', line({ current_quantity: 1 }), '/line_items/0/current_quantity'],
    ['a tip', { total_tip_received: '2.00' }, '/total_tip_received'],
    [
      'import duties',
      { original_total_duties_set: { shop_money: { amount: '4.10' } } },
      '/original_total_duties_set',
    ],
    [
      'cash that was rounded',
      { total_cash_rounding_payment_adjustment_set: { shop_money: { amount: '-0.02' } } },
      '/total_cash_rounding_payment_adjustment_set',
    ],
    [
      'goods of ours that have left from nowhere',
      {
        ...line({}),
        fulfillments: [
          { id: 1, created_at: base.created_at, line_items: [{ id: 71, quantity: 2 }] },
        ],
      },
      '/fulfillments/0/location_id',
    ],
  ])('%s: a person reads the field', (_, change, pointer) => {
    const result = ifUnknown(map(change));
    expect(result?.outcome).toBe('unreadable');
    expect(result?.outcome === 'unreadable' && result.problems[0]?.pointer).toBe(pointer);
  });

  test('a test order begins in a channel that is for tests', () => {
    const result = mapShopify(
      'orders/create',
      { ...base, test: true },
      { ...context, isTest: true },
    );
    expect(result).toMatchObject({ outcome: 'mapped' });
    expect(ifUnknown(result)).toBeUndefined();
  });

  test('what says that nothing has happened to it begins', () => {
    const change = { current_quantity: 2, fulfillment_service: 'manual', requires_shipping: true };
    const plain = {
      test: false,
      ...line({ ...change, gift_card: false, fulfillment_status: null }),
    };
    expect(ifUnknown(map(plain))).toBeUndefined();
  });
});
