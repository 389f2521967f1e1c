/**
 * Arithmetic on minor units. Amounts are integers below 2^53; a remainder is never lost:
 * it goes to the largest fractional parts, earlier positions first (the largest-remainder rule).
 */
import { code as isoCurrency, codes } from 'currency-codes';

/**
 * Splits `totalMinor` in proportion to `weights` so that the parts add up to it exactly.
 * Where all weights are zero the split is even. Throws a RangeError on a negative weight, on a
 * negative or fractional total, and on money that has nowhere to go (no weights).
 */
export function allocate(totalMinor: number, weights: readonly number[]): number[] {
  if (!Number.isSafeInteger(totalMinor) || totalMinor < 0) {
    throw new RangeError(`allocate: total ${totalMinor} is not a non-negative integer`);
  }
  if (weights.length === 0) {
    if (totalMinor === 0) return [];
    throw new RangeError('allocate: an amount without anything to allocate it to');
  }
  if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0)) {
    throw new RangeError('allocate: weights are non-negative integers');
  }
  if (totalMinor === 0) return weights.map(() => 0);
  const weightSum = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const effective = weightSum === 0n ? weights.map(() => 1n) : weights.map(BigInt);
  const divisor = weightSum === 0n ? BigInt(weights.length) : weightSum;
  const total = BigInt(totalMinor);
  const shares = effective.map((weight, position) => ({
    position,
    floor: (total * weight) / divisor,
    remainder: (total * weight) % divisor,
  }));
  const unplaced = Number(total - shares.reduce((sum, share) => sum + share.floor, 0n));
  const favoured = new Set(
    [...shares]
      .sort((a, b) =>
        a.remainder === b.remainder ? a.position - b.position : a.remainder > b.remainder ? -1 : 1,
      )
      .slice(0, unplaced)
      .map((share) => share.position),
  );
  return shares.map((share) => Number(share.floor) + (favoured.has(share.position) ? 1 : 0));
}

/**
 * What `count` units of a line are worth, when `alreadyMoved` of its `quantity` units have gone
 * before them (shipped or cancelled). The shares of all units add up to `totalMinor`, whatever the
 * order and size of the steps: unit n's share is fixed when the order is entered.
 */
export function shareOfUnits(
  totalMinor: number,
  quantity: number,
  alreadyMoved: number,
  count: number,
): number {
  if (count < 0 || alreadyMoved < 0 || alreadyMoved + count > quantity) {
    throw new RangeError(`shareOfUnits: ${alreadyMoved} + ${count} of ${quantity} units`);
  }
  if (quantity === 0) return 0;
  const floor = Math.floor(totalMinor / quantity);
  const remainder = totalMinor % quantity;
  const upTo = (units: number) => floor * units + Math.min(units, remainder);
  return upTo(alreadyMoved + count) - upTo(alreadyMoved);
}

/** The list is searched from its beginning for each code: reports ask a million times. */
const DIGITS: Readonly<Record<string, number | undefined>> = Object.fromEntries(
  codes().map((code) => [code, isoCurrency(code)?.digits]),
);

/**
 * Digits after the point in a currency's decimal form, from the list that ISO 4217 publishes.
 * @throws RangeError for a code that is none: its amounts mean nothing
 */
export function minorDigits(currency: string): number {
  const digits = DIGITS[currency.toUpperCase()];
  if (digits === undefined) throw new RangeError(`${currency} is no currency of ISO 4217`);
  return digits;
}

export const isCurrency = (code: string): boolean => DIGITS[code.toUpperCase()] !== undefined;

/** `409.94` → 40994. Null where the text is no decimal of that currency: money is never rounded. */
export function parseDecimal(text: string, currency: string): number | null {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) return null;
  const digits = minorDigits(currency);
  const fraction = match[3] ?? '';
  if (/[^0]/.test(fraction.slice(digits))) return null;
  const minor = Number(`${match[2] ?? ''}${fraction.slice(0, digits).padEnd(digits, '0')}`);
  return match[1] === '-' && minor !== 0 ? -minor : minor;
}

/** 40994 → `409.94`, exactly. */
export function formatDecimal(minorUnits: number, currency: string): string {
  const digits = minorDigits(currency);
  const sign = minorUnits < 0 ? '-' : '';
  const text = String(Math.abs(minorUnits)).padStart(digits + 1, '0');
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `409.94 USD`, for people. */
export function formatMoney(minorUnits: number, currency: string): string {
  return `${formatDecimal(minorUnits, currency)} ${currency}`;
}

export function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
