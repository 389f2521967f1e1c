/**
 * Stripe's integer amounts against ISO 4217's minor units: the same but for two currencies that
 * Stripe keeps with two decimals for old times' sake, and those with three, whose last digit must
 * be zero. https://docs.stripe.com/currencies#special-cases
 */
const KEPT_WITH_TWO_DECIMALS: ReadonlySet<string> = new Set(['ISK', 'UGX']);
const FACTOR = 100;

/** Minor units → Stripe's amount. */
export function toStripeAmount(amountMinor: number, currency: string): number {
  return KEPT_WITH_TWO_DECIMALS.has(currency.toUpperCase()) ? amountMinor * FACTOR : amountMinor;
}

/** Stripe's amount → minor units. Stripe refuses fractions of these currencies itself. */
export function fromStripeAmount(amount: number, currency: string): number {
  return KEPT_WITH_TWO_DECIMALS.has(currency.toUpperCase()) ? Math.trunc(amount / FACTOR) : amount;
}
