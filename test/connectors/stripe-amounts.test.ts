import { codes } from 'currency-codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal, minorDigits, parseDecimal } from '../../canonical/rules/money/money';
import { fromStripeAmount, toStripeAmount } from '../../connectors/stripe/amount';

const currency = fc.constantFrom(...codes());
const minor = fc.integer({ min: 0, max: 10_000_000_000 });

describe('amounts of every currency of ISO 4217', () => {
  /** Decimal, and what Stripe's documentation says is charged for it. */
  it.each([
    ['XPF', '4500', 4_500],
    ['JPY', '500', 500],
    ['MGA', '4500.00', 4_500],
    ['UGX', '5', 500],
    ['ISK', '5', 500],
    ['CLP', '1990', 1_990],
    ['BIF', '1990', 1_990],
    ['KWD', '5.120', 5_120],
    ['USD', '10.99', 1_099],
    ['HUF', '10.00', 1_000],
  ])('%s %s is charged as %d', (code, decimal, charged) => {
    const amountMinor = parseDecimal(decimal, code) ?? Number.NaN;
    expect(toStripeAmount(amountMinor, code)).toBe(charged);
    expect(fromStripeAmount(charged, code.toLowerCase())).toBe(amountMinor);
    expect(formatDecimal(amountMinor, code)).toBe(decimal);
  });

  it.each([
    ['MGA', '4500.50'],
    ['KWD', '5.123'],
  ])('%s %s is no amount that Stripe takes', (code, decimal) => {
    expect(toStripeAmount(parseDecimal(decimal, code) ?? 0, code)).toBeNull();
  });

  it('go to Stripe and come back as they were, or do not go', () => {
    fc.assert(
      fc.property(currency, minor, (code, amountMinor) => {
        const charged = toStripeAmount(amountMinor, code);
        return charged === null || fromStripeAmount(charged, code) === amountMinor;
      }),
    );
  });

  it('go to an ERP and a tax service as decimals and come back as they were', () => {
    fc.assert(
      fc.property(currency, minor, (code, amountMinor) => {
        const sent = Number(formatDecimal(amountMinor, code));
        return parseDecimal(sent.toFixed(minorDigits(code)), code) === amountMinor;
      }),
    );
  });

  it('mean nothing in a currency that there is not', () => {
    expect(() => minorDigits('ZZZ')).toThrow('ZZZ is no currency of ISO 4217');
  });
});
