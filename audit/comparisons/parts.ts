// What two records are made of, compared: units or money by name, and of which item where both say.
import type { RecordPart } from '../../canonical/ports/records';

const PARTS_SHOWN = 5;
/** Some systems cut a long item code: what they have of it counts (AvaTax keeps 50 characters). */
const CUT_FROM_CHARS = 50;

type Parts = readonly RecordPart[];

/** `line 1 MUG 2 here; line 1 CAP 2 there`; null where both are made of the same. */
export function differenceOfParts(ours: Parts, theirs: Parts): string | null {
  const [here, there] = [byName(ours), byName(theirs)];
  const names = [...new Set([...here.keys(), ...there.keys()])].sort();
  const odd = names.flatMap((name) => {
    const [own, other] = [here.get(name), there.get(name)];
    const isSame = (own?.quantity ?? 0) === (other?.quantity ?? 0);
    if (isSame && isSameItem(own?.skus, other?.skus)) return [];
    const shown = (part: Summed | undefined, where: string) =>
      part === undefined || (part.quantity === 0 && isSame === false)
        ? []
        : [`${words(name, part)} ${where}`];
    return [...shown(own, 'here'), ...shown(other, 'there')];
  });
  return odd.length === 0 ? null : odd.slice(0, PARTS_SHOWN).join('; ');
}

/** `line 1 MUG 2, line 2 CAP 1` */
export const nameParts = (parts: Parts): string =>
  [...byName(parts)]
    .map(([name, part]) => words(name, part))
    .sort()
    .join(', ');

interface Summed {
  readonly quantity: number;
  /** Null: of some of it the item is not said. */
  readonly skus: readonly string[] | null;
}

const words = (name: string, { quantity, skus }: Summed): string =>
  [name, ...(skus ?? []), quantity].join(' ');

function byName(parts: Parts): ReadonlyMap<string, Summed> {
  const summed = new Map<string, Summed>();
  for (const { name, quantity, sku } of parts) {
    const before = summed.get(name) ?? { quantity: 0, skus: [] };
    const skus = before.skus === null || !sku ? null : [...new Set([...before.skus, sku])].sort();
    summed.set(name, { quantity: before.quantity + quantity, skus });
  }
  return summed;
}

function isSameItem(
  ours: readonly string[] | null | undefined,
  theirs: readonly string[] | null | undefined,
): boolean {
  if (!ours || !theirs) return true;
  return (
    ours.length === theirs.length &&
    ours.every((sku, index) => {
      const other = theirs[index] ?? '';
      return sku === other || (other.length >= CUT_FROM_CHARS && sku.startsWith(other));
    })
  );
}
