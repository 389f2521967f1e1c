import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum } from '../../canonical/rules/money/money';
import {
  acceptStatedTotals,
  allocateToLines,
  checkTotals,
  statedTotalsDifference,
} from '../../canonical/rules/order/totals';
import { orderOf, type OrderShape } from '../store/fixture';

const line = fc.record({
  sku: fc.constantFrom('A', 'B', 'C'),
  quantity: fc.integer({ min: 1, max: 9 }),
  unitMinor: fc.integer({ min: 0, max: 50_000 }),
});
const shape: fc.Arbitrary<OrderShape> = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 12 }),
    discountShare: fc.integer({ min: 0, max: 100 }),
    shippingMinor: fc.integer({ min: 0, max: 5_000 }),
    taxMinor: fc.integer({ min: 0, max: 9_999 }),
  })
  .map(({ discountShare, ...rest }) => {
    const subtotal = sum(rest.lines.map((one) => one.quantity * one.unitMinor));
    return { ...rest, discountMinor: Math.floor((subtotal * discountShare) / 100) };
  });

describe('an order that ties', () => {
  it('has no problem, and its lines carry every cent of it', () => {
    fc.assert(
      fc.property(shape, (of) => {
        const order = orderOf(of);
        expect(checkTotals(order)).toEqual([]);
        const lines = allocateToLines(order);
        const total = (pick: (one: (typeof lines)[number]) => number) => sum(lines.map(pick));
        expect(total((one) => one.grossMinor)).toBe(order.totals.subtotal.minorUnits);
        expect(total((one) => one.discountMinor)).toBe(order.totals.discount.minorUnits);
        expect(total((one) => one.shippingMinor)).toBe(order.totals.shipping.minorUnits);
        expect(total((one) => one.taxMinor)).toBe(order.totals.tax.minorUnits);
        expect(lines.every((one) => one.discountMinor <= one.grossMinor)).toBe(true);
      }),
    );
  });
});

describe('an order that does not tie', () => {
  const order = orderOf({ lines: [{ sku: 'A', quantity: 2, unitMinor: 500 }], taxMinor: 60 });

  it.each(['subtotal', 'discount', 'shipping', 'tax', 'total'] as const)(
    'is told where, when its %s is one cent off',
    (field) => {
      const off = { currency: 'USD', minorUnits: order.totals[field].minorUnits + 1 };
      const problems = checkTotals({ ...order, totals: { ...order.totals, [field]: off } });
      expect(problems.map((one) => one.pointer)).toContain(`/totals/${field}`);
    },
  );

  it('is told of every foreign currency, by its place', () => {
    const [first] = order.lines;
    if (!first) throw new Error('no line');
    const foreign = { ...first, unitPrice: { currency: 'EUR', minorUnits: 500 } };
    expect(checkTotals({ ...order, lines: [foreign] })).toEqual([
      {
        pointer: '/lines/0/unitPrice/currency',
        code: 'currency_mismatch',
        detail: 'EUR in an order in USD',
      },
    ]);
  });

  it('ties at what was charged, where a person accepts the difference as a discount', () => {
    const charged = { ...order, lines: [...order.lines, ...order.lines] };
    const adjusted = acceptStatedTotals(charged);
    expect(adjusted && checkTotals(adjusted)).toEqual([]);
    expect(adjusted?.totals.total).toEqual(order.totals.total);
    expect(acceptStatedTotals(order)).toBeNull();
  });
});

describe('an order whose tax was rounded as a whole, and its lines one by one', () => {
  const usd = (minorUnits: number) => ({ currency: 'USD', minorUnits });
  /** Two lines of 15.00, each with its tax; the order says `statedMinor` of tax. */
  function taxed(first: number, second: number, statedMinor: number) {
    const lines = [1, 2].map(() => ({ sku: 'A', quantity: 1, unitMinor: 1_500 }));
    const plain = orderOf({ lines });
    const total = usd(3_000 + statedMinor);
    return {
      ...plain,
      lines: plain.lines.map((one, index) => ({
        ...one,
        taxes: [{ code: 'State Tax', amount: usd(index === 0 ? first : second) }],
      })),
      totals: { ...plain.totals, tax: usd(statedMinor), total },
      tenders: plain.tenders.map((one) => ({ ...one, amount: total })),
    };
  }
  const taxesOf = (order: ReturnType<typeof acceptStatedTotals>) =>
    order?.lines.map((one) => one.taxes[0]?.amount.minorUnits);

  it.each([
    [62, 62, 125, [63, 62]],
    [62, 63, 124, [62, 62]],
    [62, 62, 126, [64, 62]],
  ])('%s and %s, stated as %s, is taken as stated', (first, second, stated, taken) => {
    const order = taxed(first, second, stated);
    expect(checkTotals(order)).not.toEqual([]);
    const adjusted = acceptStatedTotals(order);
    expect(adjusted && checkTotals(adjusted)).toEqual([]);
    expect(taxesOf(adjusted)).toEqual(taken);
    expect(statedTotalsDifference(order)).toBe(Math.abs(stated - first - second));
  });

  it('is not taken where it is more than rounding, or was charged otherwise', () => {
    expect(acceptStatedTotals(taxed(62, 62, 127))).toBeNull();
    const short = taxed(62, 62, 125);
    const tenders = short.tenders.map((one) => ({ ...one, amount: usd(3_124) }));
    expect(acceptStatedTotals({ ...short, tenders })).toBeNull();
  });
});
