// What an audit says: what it checked, and each difference in words a finance person understands.
import { formatMoney } from '../canonical/rules/money/money';
import type { FoundDuplicate } from '../store/orders/duplicates';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I7' | 'I10';

export interface Difference {
  readonly invariant: Invariant;
  /** Which rule broke; the same difference has the same code and subject when it is read again. */
  readonly code: string;
  /** An order, a SKU at a location, an effect's key, an event, a journal, a batch. */
  readonly subject: string;
  /** Minor units of `currency`. */
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly detail: string;
  /** What a channel has of an order once more than it was asked for: it can be undone there. */
  readonly duplicate?: FoundDuplicate;
}

export interface Checked {
  readonly invariant: Invariant;
  readonly what: string;
  readonly count: number;
}

export interface AuditReport {
  readonly checked: readonly Checked[];
  readonly differences: readonly Difference[];
}

/** One that ended. */
export interface Audit extends AuditReport {
  /** RFC 3339, by the clock of the database. */
  readonly beganAt: string;
  readonly isWhole: boolean;
}

export interface OrderName {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
}

/** `order shopify-us/1001 (ord_…)`. */
export function nameOfOrder({ orderId, channelInstance, orderNo }: OrderName): string {
  return `order ${channelInstance}/${orderNo} (${orderId})`;
}

/** `409.94 USD`; the plain number where the currency is not known. */
export function money(amountMinor: number | null, currency: string | null): string {
  if (amountMinor === null) return 'an unknown amount';
  return currency === null ? `${amountMinor} minor units` : formatMoney(amountMinor, currency);
}

/** The amount as fields of a difference; nothing where there is none. */
export function amountOf(amountMinor: number | null, currency: string | null) {
  return {
    ...(amountMinor !== null && { amountMinor }),
    ...(currency !== null && { currency }),
  };
}

/** `1 unit`, `3 units`, `2 journal entries`. */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

const identityOf = ({ invariant, code, subject }: Difference): string =>
  JSON.stringify([invariant, code, subject]);

/** Those of the second reading that were there at the first: what was on its way has arrived. */
export function seenTwice(
  first: readonly Difference[],
  second: readonly Difference[],
): readonly Difference[] {
  const before = new Set(first.map(identityOf));
  return second.filter((difference) => before.has(identityOf(difference)));
}
