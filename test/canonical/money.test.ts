import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocate,
  formatDecimal,
  parseDecimal,
  shareOfUnits,
  sum,
} from '../../canonical/rules/money/money';

const minor = fc.integer({ min: 0, max: 100_000_000_000 });
const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 50 });

describe('allocation by largest remainder', () => {
  it('adds up to the total, whatever the weights', () => {
    fc.assert(fc.property(minor, weights, (total, by) => sum(allocate(total, by)) === total));
  });

  it('is never further than one minor unit from the exact share', () => {
    fc.assert(
      fc.property(minor, weights, (total, by) => {
        const whole = sum(by);
        fc.pre(whole > 0);
        allocate(total, by).forEach((share, index) => {
          const exact = (total * (by[index] ?? 0)) / whole;
          expect(Math.abs(share - exact)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('gives a line without weight nothing, where another has weight', () => {
    fc.assert(
      fc.property(minor, weights, (total, by) => {
        fc.pre(sum(by) > 0);
        const shares = allocate(total, by);
        return by.every((weight, index) => weight > 0 || shares[index] === 0);
      }),
    );
  });

  it('splits 100 over three equal lines as 34, 33, 33', () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(allocate(100, [0, 0, 0])).toEqual([34, 33, 33]);
  });

  it.each([
    [-1, [1]],
    [1.5, [1]],
    [1, []],
    [1, [-1]],
  ])('refuses %d over %j', (total, by) => {
    expect(() => allocate(total, by)).toThrow(RangeError);
  });
});

describe('the share of units', () => {
  it('adds up to the line, in whatever steps its units move', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(minor, steps, (total, counts) => {
        const quantity = sum(counts);
        let moved = 0;
        const shares = counts.map((count) => {
          const share = shareOfUnits(total, quantity, moved, count);
          moved += count;
          return share;
        });
        return sum(shares) === total;
      }),
    );
  });

  it('refuses more units than the line has', () => {
    expect(() => shareOfUnits(100, 3, 2, 2)).toThrow(RangeError);
  });
});

describe('decimals', () => {
  it('survive the way there and back, in every currency', () => {
    const currency = fc.constantFrom('USD', 'JPY', 'KWD');
    fc.assert(
      fc.property(minor, currency, (amount, code) => {
        return parseDecimal(formatDecimal(amount, code), code) === amount;
      }),
    );
  });

  it.each([
    ['409.94', 'USD', 40994],
    ['11.9', 'USD', 1190],
    ['-5.00', 'USD', -500],
    ['1200', 'JPY', 1200],
    ['0.005', 'KWD', 5],
    ['1.230', 'USD', 123],
  ])('reads %s %s as %d', (text, currency, amount) => {
    expect(parseDecimal(text, currency)).toBe(amount);
  });

  it.each(['', '1,00', '1e3', '1.234', 'NaN', '0x10', '--1'])(
    'never rounds or guesses: %j',
    (text) => {
      expect(parseDecimal(text, 'USD')).toBeNull();
    },
  );
});
