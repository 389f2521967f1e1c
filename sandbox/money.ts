/**
 * Decimal amounts in major units, as Shopify, NetSuite and AvaTax write them, to and from integer
 * minor units. Exact: an amount with more decimals than its currency has is refused, not rounded.
 */
import { code as isoCurrency } from 'currency-codes';

const USUAL_DIGITS = 2;
const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,12}))?$/;

function exponentOf(currency: string): number {
  return isoCurrency(currency.toUpperCase())?.digits ?? USUAL_DIGITS;
}

/** `'12.99'`, `12.99` → 1299 for USD; undefined when it is not an exact amount of the currency. */
export function minorUnits(amount: string | number, currency: string): number | undefined {
  const parts = DECIMAL.exec(String(amount));
  if (!parts) return undefined;
  const exponent = exponentOf(currency);
  const fraction = parts[3] ?? '';
  if (/[1-9]/.test(fraction.slice(exponent))) return undefined;
  const minor = Number(`${parts[2] ?? ''}${fraction.slice(0, exponent).padEnd(exponent, '0')}`);
  if (!Number.isSafeInteger(minor)) return undefined;
  return parts[1] === '-' && minor !== 0 ? -minor : minor;
}

/** 1299 → `'12.99'` for USD. */
export function majorUnits(minor: number, currency: string): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const sign = minor < 0 ? '-' : '';
  if (exponent === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
