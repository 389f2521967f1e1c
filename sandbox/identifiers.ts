/** Ids in the style of each vendor, and what an effect's key says about the order it is for. */
import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN_LENGTH = 24;
/** Thirteen digits, as Shopify's ids have today; well inside JavaScript's safe integers. */
const LONG_NUMBER_MIN = 1_000_000_000_000;
const LONG_NUMBER_SPAN = 281_000_000_000_000;

/** `pi_3Qm…`: a prefix and 24 letters and digits. */
export function prefixedId(prefix: string): string {
  let token = '';
  for (let index = 0; index < TOKEN_LENGTH; index += 1) {
    token += ALPHABET.charAt(randomInt(ALPHABET.length));
  }
  return `${prefix}_${token}`;
}

/** A long numeric id as Shopify and AvaTax use. */
export function longNumber(): number {
  return LONG_NUMBER_MIN + randomInt(LONG_NUMBER_SPAN);
}

/** A UUID that follows from its parts: the same event always has the same id. */
export function derivedUuid(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join('\u0000')).digest('hex');
  const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** sha256, hex, of anything that JSON can write; object keys are sorted, so order is no matter. */
export function contentHash(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function canonicalJson(content: unknown): string {
  return (
    JSON.stringify(content, (_key, value: unknown) => {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
      return Object.fromEntries(
        Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)),
      );
    }) ?? ''
  );
}

/** `capture:{orderId}:…` → the order's id; undefined when the key is not of that form. */
export function orderIdInKey(key: string | undefined): string | undefined {
  const parts = (key ?? '').split(':');
  return parts.length >= 2 && parts[0] !== 'journal' && parts[1] !== '' ? parts[1] : undefined;
}
