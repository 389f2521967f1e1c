/** What a Shopify order becomes, on payloads of our own. */
import { describe, expect, test } from 'vitest';
import { checkTotals } from '../../canonical/rules/order/totals';
import type { InboundResult } from '../../connectors/inbound-contract';
import { mapShopify } from '../../connectors/shopify/map-order';

const context = { account: 'shopify-us' };
const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });

/** One line of 20.00, free shipping, 1.20 tax on the line; paid by card and captured. */
const base = {
  id: 5_001,
  order_number: 1_042,
  created_at: '2026-03-01T10:00:00+02:00',
  currency: 'USD',
  financial_status: 'paid',
  payment_gateway_names: ['shopify_payments'],
  subtotal_price: '20.00',
  total_discounts: '0.00',
  total_tax: '1.20',
  total_price: '21.20',
  line_items: [
    {
      id: 71,
      sku: 'MUG',
      quantity: 2,
      price: '10.00',
      tax_lines: [{ title: 'CA State Tax', price: '1.20' }],
    },
  ],
};

const map = (change: object) => mapShopify('orders/create', { ...base, ...change }, context);
function orderOf(result: InboundResult) {
  const [event] = result.outcome === 'mapped' ? result.events : [];
  if (event?.type !== 'order.created.v1') throw new Error(`no order: ${JSON.stringify(result)}`);
  return event.data;
}
function pointersOf(result: InboundResult) {
  return result.outcome === 'unreadable' ? result.problems.map((one) => one.pointer) : [];
}

describe('the money of a Shopify order', () => {
  test('stays on the line where the line states it', () => {
    const order = orderOf(map({}));
    expect(order.lines[0]).toMatchObject({
      unitPrice: usd(1000),
      taxes: [{ code: 'CA State Tax', amount: usd(120) }],
    });
    expect(order.taxes).toEqual([]);
    expect(checkTotals(order)).toEqual([]);
  });

  test('line discounts come from their allocations, the rest is the order’s', () => {
    const order = orderOf(
      map({
        subtotal_price: '15.00',
        total_discounts: '5.00',
        total_price: '16.20',
        discount_codes: [{ code: 'SPRING', amount: '99.00' }],
        discount_applications: [{ title: 'Two mugs' }],
        line_items: [
          {
            ...base.line_items[0],
            discount_allocations: [{ amount: '3.00', discount_application_index: 0 }],
          },
        ],
      }),
    );
    expect(order.lines[0]?.discounts).toEqual([{ code: 'Two mugs', amount: usd(300) }]);
    expect(order.discounts).toEqual([{ code: 'SPRING', amount: usd(200) }]);
    expect(order.totals).toMatchObject({ subtotal: usd(2000), discount: usd(500) });
    expect(checkTotals(order)).toEqual([]);
  });

  test('an old line discount counts where there are no allocations', () => {
    const order = orderOf(
      map({
        subtotal_price: '16.00',
        total_discounts: '4.00',
        total_price: '17.20',
        line_items: [{ ...base.line_items[0], total_discount: '4.00' }],
      }),
    );
    expect(order.lines[0]?.discounts).toEqual([{ code: 'discount', amount: usd(400) }]);
    expect(order.discounts).toEqual([]);
    expect(checkTotals(order)).toEqual([]);
  });

  test('shipping is its price less what was taken off it', () => {
    const order = orderOf(
      map({
        total_discounts: '2.00',
        total_tax: '1.50',
        total_price: '24.50',
        shipping_lines: [
          {
            price: '5.00',
            discount_allocations: [{ amount: '2.00' }],
            tax_lines: [{ title: 'CA State Tax', price: '0.30' }],
          },
        ],
      }),
    );
    expect(order.shipping).toEqual({
      amount: usd(300),
      taxes: [{ code: 'CA State Tax', amount: usd(30) }],
    });
    expect(order.totals).toMatchObject({ subtotal: usd(2000), discount: usd(0) });
    expect(checkTotals(order)).toEqual([]);
  });

  test('prices that include tax become prices without, and tie to the cent', () => {
    const order = orderOf(
      map({
        taxes_included: true,
        subtotal_price: '29.97',
        total_tax: '4.79',
        total_price: '29.97',
        line_items: [
          {
            id: 71,
            sku: 'MUG',
            quantity: 3,
            price: '9.99',
            tax_lines: [{ title: 'MwSt', price: '4.79' }],
          },
        ],
      }),
    );
    expect(order.lines[0]).toMatchObject({
      unitPrice: usd(840),
      discounts: [{ code: 'tax-inclusive-rounding', amount: usd(2) }],
      taxes: [{ code: 'MwSt', amount: usd(479) }],
    });
    expect(checkTotals(order)).toEqual([]);
  });

  test('a tax that only the order states is spread over lines whose prices include it', () => {
    const order = orderOf(
      map({
        taxes_included: true,
        total_tax: '4.00',
        total_price: '24.00',
        tax_lines: [{ title: 'VAT', price: '4.00' }],
        line_items: [{ id: 71, sku: 'MUG', quantity: 2, price: '10.00' }],
        shipping_lines: [{ price: '4.00' }],
      }),
    );
    expect(order.taxes).toEqual([]);
    expect(order.lines[0]?.taxes).toEqual([{ code: 'VAT', amount: usd(333) }]);
    expect(order.shipping).toEqual({
      amount: usd(333),
      taxes: [{ code: 'VAT', amount: usd(67) }],
    });
    expect(checkTotals(order)).toEqual([]);
  });
});

describe('what was received with a Shopify order', () => {
  test.each([
    ['authorized', 'authorized'],
    ['paid', 'captured'],
  ])('%s is taken over as %s', (financial_status, state) => {
    expect(orderOf(map({ financial_status })).tenders).toEqual([
      { gateway: 'shopify_payments', amount: usd(2120), received: { state } },
    ]);
  });

  test.each(['pending', 'partially_paid', null])('%s is a tender with nothing on it', (status) => {
    expect(orderOf(map({ financial_status: status })).tenders[0]?.received).toBeUndefined();
  });

  test('an order of nothing has no tender', () => {
    const free = {
      subtotal_price: '0.00',
      total_tax: '0.00',
      total_price: '0.00',
      payment_gateway_names: [],
      line_items: [{ id: 71, sku: 'GIFT', quantity: 1, price: '0.00' }],
    };
    expect(orderOf(map(free)).tenders).toEqual([]);
  });
});

describe('a Shopify order that cannot be read', () => {
  test('names every bad field at once', () => {
    const result = map({
      created_at: 'yesterday',
      currency: 'dollars',
      financial_status: 'refunded',
      payment_gateway_names: [],
      total_tip_received: '1.00',
      line_items: [
        { id: 71, sku: '', quantity: 2, price: '10.001' },
        { id: 72, sku: 'MUG', quantity: 1, price: '-1.00' },
      ],
    });
    expect(pointersOf(result)).toEqual([
      '/financial_status',
      '/total_tip_received',
      '/currency',
      '/created_at',
      '/line_items/0/price',
      '/line_items/1/price',
      '/payment_gateway_names',
      '/line_items/0/sku',
    ]);
  });

  test.each([
    ['no lines', { line_items: [] }, '/line_items'],
    [
      'a quantity of nothing',
      { line_items: [{ ...base.line_items[0], quantity: 0 }] },
      '/line_items/0/quantity',
    ],
    ['a line of another type', { line_items: ['MUG'] }, '/line_items/0'],
    ['no order number', { order_number: null }, '/order_number'],
    ['a total that is no number', { total_price: 'free' }, '/total_price'],
    [
      'a country that is none',
      { shipping_address: { country_code: 'USA' } },
      '/shipping_address/country_code',
    ],
    ['a number with a space', { order_number: '10 42' }, '/order_number'],
  ])('%s', (_name, change, pointer) => {
    expect(pointersOf(map(change))).toContain(pointer);
  });

  test.each([[null], ['text'], [7], [[]], [{}], [{ order: null }]])('%j is refused', (body) => {
    expect(mapShopify('orders/create', body, context).outcome).toBe('unreadable');
  });
});

test('no text is cut within a character', () => {
  const title = `${'x'.repeat(499)}😀`;
  const order = orderOf(map({ line_items: [{ ...base.line_items[0], title }] }));
  expect(order.lines[0]?.description).toBe('x'.repeat(499));
});

describe('what a line and its buyer are known by', () => {
  test.each([
    [{ sku: ' MUG ' }, 'MUG'],
    [{ sku: '', variant_id: 808, product_id: 9 }, 'variant:808'],
    [{ sku: null, product_id: 9 }, 'product:9'],
  ])('%j is %s', (line, sku) => {
    const line_items = [{ ...base.line_items[0], ...line }];
    expect(orderOf(map({ line_items })).lines[0]?.sku).toBe(sku);
  });

  test('a mail address that is none does not stop the order', () => {
    const order = orderOf(map({ customer: { id: 5, first_name: 'Ann', email: 'ann@' } }));
    expect(order.customer).toEqual({ customerRef: '5', name: 'Ann' });
  });

  test('an update of an order reads as the order', () => {
    expect(mapShopify('orders/updated', base, context)).toEqual(map({}));
  });
});

test.each([
  [['gift_card', 'shopify_payments'], true],
  [['shopify_payments', 'shopify_store_credit'], true],
  [['gift_card'], false],
  [['shopify_payments', 'manual'], false],
])('paid by %s: the shop is asked how much by each, %s', (payment_gateway_names, asks) => {
  const said = mapShopify('orders/create', { ...base, payment_gateway_names }, context);
  expect(said).toMatchObject({ outcome: 'mapped', asksForTenders: asks });
});
