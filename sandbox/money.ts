/**
 * Decimal amounts in major units, as Shopify, NetSuite and AvaTax write them, to and from integer
 * minor units. Exact: an amount with more decimals than its currency has is refused, not rounded.
 */

/** ISO 4217 currencies whose exponent is not 2, as far as a shop here may use them. */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,12}))?$/;

function exponentOf(currency: string): number {
  return EXPONENTS[currency.toUpperCase()] ?? 2;
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
