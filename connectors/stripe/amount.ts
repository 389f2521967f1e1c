/**
 * Stripe's integer amounts against ISO 4217's minor units. Stripe counts some currencies in other
 * units than ISO does: https://docs.stripe.com/currencies#zero-decimal and #special-cases, #three-decimal
 */
import { minorDigits } from '../../canonical/rules/money/money';
import { refused } from '../answer';
import type { Refused } from '../../canonical/ports/fault';

/** Counted whole, whatever ISO says. */
const ZERO_DECIMAL = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
);
/** Without decimals, and all the same written with two of them, which must be zeros. */
const KEPT_WITH_TWO_DECIMALS: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** The last digit of an amount with three decimals must be a zero. */
const THREE_DECIMALS = 3;
const STEP_OF_THREE_DECIMALS = 10;
const BASE = 10;

function stripeDigits(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return KEPT_WITH_TWO_DECIMALS.has(currency) ? 2 : minorDigits(currency);
}

/** Minor units → Stripe's amount; null for one that Stripe has no integer for. */
export function toStripeAmount(amountMinor: number, currency: string): number | null {
  const digits = stripeDigits(currency.toUpperCase());
  const ours = minorDigits(currency.toUpperCase());
  const amount = (amountMinor * BASE ** digits) / BASE ** ours;
  const step = digits === THREE_DECIMALS ? STEP_OF_THREE_DECIMALS : 1;
  return Number.isSafeInteger(amount) && amount % step === 0 ? amount : null;
}

/** Stripe's amount → minor units. Stripe refuses fractions of what it keeps with two decimals. */
export function fromStripeAmount(amount: number, currency: string): number {
  const factor =
    BASE ** (minorDigits(currency.toUpperCase()) - stripeDigits(currency.toUpperCase()));
  return Math.trunc(amount * factor);
}

/** Said before a call that Stripe could only refuse. */
export const notPayable = (currency: string): Refused =>
  refused('amount_not_payable', `Stripe has no such amount of ${currency}`);
