/** Whatever ties at Shopify ties here: the mapping neither makes nor loses a cent. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkTotals } from '../../canonical/rules/order/totals';
import { formatDecimal, sum } from '../../canonical/rules/money/money';
import { mapShopify } from '../../connectors/shopify/map-order';

const dec = (minor: number) => formatDecimal(minor, 'USD');

const line = fc.record({
  quantity: fc.integer({ min: 1, max: 12 }),
  priceMinor: fc.integer({ min: 0, max: 50_000 }),
  discountPercent: fc.integer({ min: 0, max: 100 }),
  taxPercents: fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 3 }),
});
const shop = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 8 }),
  shippingMinor: fc.integer({ min: 0, max: 5_000 }),
  shippingDiscountPercent: fc.constantFrom(0, 0, 50, 100),
  shippingTaxPercent: fc.integer({ min: 0, max: 15 }),
  orderDiscountPercent: fc.constantFrom(0, 0, 5, 33),
  isTaxIncluded: fc.boolean(),
  isTaxedByLine: fc.boolean(),
  status: fc.constantFrom('authorized', 'paid', 'pending'),
});
type Shop = typeof shop extends fc.Arbitrary<infer T> ? T : never;

const share = (minor: number, percent: number) => Math.floor((minor * percent) / 100);
/** Tax on top of an amount, or the part of an amount that is tax. */
const taxOf = (minor: number, percent: number, isIncluded: boolean) =>
  isIncluded ? Math.floor((minor * percent) / (100 + 45 + percent)) : share(minor, percent);

/** An order as Shopify would state it: every one of its totals follows from its parts. */
function shopifyOrder(given: Shop) {
  const { isTaxIncluded, isTaxedByLine } = given;
  const lines = given.lines.map((one) => {
    const gross = one.quantity * one.priceMinor;
    const discount = share(gross, one.discountPercent);
    const taxes = one.taxPercents.map((percent) => taxOf(gross - discount, percent, isTaxIncluded));
    return { ...one, gross, discount, taxes };
  });
  const net = sum(lines.map((one) => one.gross - one.discount));
  const orderDiscount = share(net, given.orderDiscountPercent);
  const shippingDiscount = share(given.shippingMinor, given.shippingDiscountPercent);
  const shippingNet = given.shippingMinor - shippingDiscount;
  const shippingTax = taxOf(shippingNet, given.shippingTaxPercent, isTaxIncluded);
  const taxMinor = sum(lines.flatMap((one) => one.taxes)) + shippingTax;
  const taxLine = (minor: number, index: number) => ({ title: `Tax ${index}`, price: dec(minor) });
  return {
    id: 1,
    order_number: 1001,
    created_at: '2026-01-01T00:00:00Z',
    currency: 'USD',
    financial_status: given.status,
    gateway: 'bogus',
    taxes_included: isTaxIncluded,
    subtotal_price: dec(net - orderDiscount),
    total_discounts: dec(sum(lines.map((one) => one.discount)) + orderDiscount + shippingDiscount),
    total_tax: dec(taxMinor),
    total_price: dec(net - orderDiscount + shippingNet + (isTaxIncluded ? 0 : taxMinor)),
    tax_lines: [{ title: 'All taxes', price: dec(taxMinor) }],
    line_items: lines.map((one, index) => ({
      id: index + 1,
      sku: `SKU-${index}`,
      quantity: one.quantity,
      price: dec(one.priceMinor),
      discount_allocations: [{ amount: dec(one.discount) }],
      tax_lines: isTaxedByLine ? one.taxes.map(taxLine) : [],
    })),
    shipping_lines: [
      {
        price: dec(given.shippingMinor),
        discount_allocations: [{ amount: dec(shippingDiscount) }],
        tax_lines: isTaxedByLine ? [taxLine(shippingTax, 0)] : [],
      },
    ],
  };
}

test('an order that ties at Shopify ties here, line by line and to the cent', () => {
  fc.assert(
    fc.property(shop, (given) => {
      const stated = shopifyOrder(given);
      const result = mapShopify('orders/create', stated, { account: 'shopify-us' });
      const [event] = result.outcome === 'mapped' ? result.events : [];
      if (event?.type !== 'order.created.v1') throw new Error(JSON.stringify(result));
      expect(checkTotals(event.data)).toEqual([]);
      expect(dec(event.data.totals.total.minorUnits)).toBe(stated.total_price);
    }),
    { numRuns: 500 },
  );
});

test('the same payload gives the same event', () => {
  fc.assert(
    fc.property(shop, (given) => {
      const body = shopifyOrder(given);
      const once = mapShopify('orders/create', body, { account: 'shopify-us' });
      const again = structuredClone(body);
      expect(mapShopify('orders/create', again, { account: 'shopify-us' })).toEqual(once);
    }),
    { numRuns: 50 },
  );
});
