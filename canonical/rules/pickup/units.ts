/** Units of a pickup on their way from one place to the next. */
import type { LineUnits, PickupLineSnapshot } from './snapshot';
import type { PickupPlace } from './state';

export interface PickupMove extends LineUnits {
  readonly from: PickupPlace;
  readonly to: PickupPlace;
}

export type Wanted =
  | { readonly outcome: 'possible'; readonly moves: readonly PickupMove[] }
  | { readonly outcome: 'impossible'; readonly reason: string };

/**
 * What is named goes from the first of these places that has units, then from the next; nothing
 * named is all that they have. More than they have is impossible as a whole.
 */
export function movesOf(
  lines: readonly PickupLineSnapshot[],
  named: readonly LineUnits[] | undefined,
  from: readonly PickupPlace[],
  to: PickupPlace,
): Wanted {
  const wanted =
    named === undefined
      ? lines.map((line) => ({ lineNo: line.lineNo, quantity: unitsAt(line, from) }))
      : merged(named);
  const moves: PickupMove[] = [];
  for (const { lineNo, quantity } of wanted) {
    const line = lines.find((one) => one.lineNo === lineNo);
    const units = line ? unitsAt(line, from) : 0;
    if (!line || units < quantity) {
      const place = PLACE_NAMES[from[0] ?? 'requested'];
      const reason = `${quantity} of line ${lineNo}, of which ${units} are ${place}`;
      return { outcome: 'impossible', reason };
    }
    let left = quantity;
    for (const place of from) {
      const taken = Math.min(left, line[place]);
      left -= taken;
      if (taken > 0) moves.push({ lineNo, quantity: taken, from: place, to });
    }
  }
  if (moves.length > 0) return { outcome: 'possible', moves };
  return { outcome: 'impossible', reason: `nothing is ${PLACE_NAMES[from[0] ?? 'requested']}` };
}

const PLACE_NAMES: Readonly<Record<PickupPlace, string>> = {
  requested: 'to be picked',
  ready: 'ready',
  handedOver: 'handed over',
  rejected: 'rejected',
  expired: 'expired',
  cancelled: 'cancelled',
};

const unitsAt = (line: PickupLineSnapshot, places: readonly PickupPlace[]) =>
  places.reduce((units, place) => units + line[place], 0);

/** Each line once, with all that is named of it. */
function merged(lines: readonly LineUnits[]): LineUnits[] {
  const units = new Map<number, number>();
  for (const { lineNo, quantity } of lines) {
    units.set(lineNo, (units.get(lineNo) ?? 0) + quantity);
  }
  return [...units].map(([lineNo, quantity]) => ({ lineNo, quantity }));
}

export function afterUnits(
  lines: readonly PickupLineSnapshot[],
  moves: readonly PickupMove[],
): PickupLineSnapshot[] {
  return lines.map((line) => {
    const own = moves.filter((move) => move.lineNo === line.lineNo);
    return own.reduce<PickupLineSnapshot>(
      (at, { from, to, quantity }) => ({
        ...at,
        [from]: at[from] - quantity,
        [to]: at[to] + quantity,
      }),
      line,
    );
  });
}

/** As many of those as are there, from one place to another. */
export function movesUpTo(
  lines: readonly PickupLineSnapshot[],
  named: readonly LineUnits[],
  from: PickupPlace,
  to: PickupPlace,
): PickupMove[] {
  return merged(named).flatMap(({ lineNo, quantity }) => {
    const units = Math.min(quantity, lines.find((one) => one.lineNo === lineNo)?.[from] ?? 0);
    return units > 0 ? [{ lineNo, quantity: units, from, to }] : [];
  });
}

/** By line, whichever place they came from. */
export const unitsMoved = (moves: readonly PickupMove[]): LineUnits[] =>
  merged(moves.map(({ lineNo, quantity }) => ({ lineNo, quantity })));
