/** An address as something that can be compared and not read: what leaves a connector of one. */
import { createHash } from 'node:crypto';
import { SHIP_TO_FIELDS } from '../canonical/ports/warehouse';

/**
 * In the vocabulary of a fulfilment request; what is missing and what is empty are the same. Null:
 * there is no address to compare.
 */
export function addressDigest(address: object | null | undefined): string | null {
  if (!address) return null;
  const byName = new Map<string, unknown>(Object.entries(address));
  const told = SHIP_TO_FIELDS.map((name) => byName.get(name)).map((value) =>
    typeof value === 'string' ? value.trim() : '',
  );
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}
