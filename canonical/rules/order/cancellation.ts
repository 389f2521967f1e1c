/** What a cancel touches: only units that have not moved; released ones must be recalled first. */
import { sum } from '../money/money';
import type { OrderSnapshot, SnapshotAllocation, SnapshotLine } from './snapshot';
import { openUnits } from './state';

export interface LineQuantity {
  readonly lineNo: number;
  readonly quantity: number;
}
export interface GroupQuantity extends LineQuantity {
  readonly groupNo: number;
}
/** Units not yet at a warehouse go first, so that the least has to be recalled. */
const HERE = ['unallocated', 'backordered', 'reserved'] as const;
export type CancelledFrom = (typeof HERE)[number] | 'released';

export interface CancelMove {
  readonly lineNo: number;
  readonly groupNo: number | null;
  readonly from: CancelledFrom;
  readonly to: 'cancelled';
  readonly quantity: number;
}
export type CancelIntent =
  | { readonly outcome: 'refused'; readonly reason: string }
  | {
      readonly outcome: 'possible';
      readonly wanted: readonly LineQuantity[];
      /** Units that are at a warehouse, by the group whose request they are in. */
      readonly toRecall: readonly GroupQuantity[];
    };

export function intendCancel(
  order: OrderSnapshot,
  lines: readonly LineQuantity[] | null,
): CancelIntent {
  const wanted = lines ? merged(lines) : wholeOrder(order);
  const problems = wanted.flatMap(({ lineNo, quantity }) => {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    if (!line) return [`the order has no line ${lineNo}`];
    const open = openUnits(line);
    return quantity > open ? [`line ${lineNo}: ${open} units can still be cancelled`] : [];
  });
  if (problems.length > 0) return { outcome: 'refused', reason: problems.join('; ') };
  if (wanted.length === 0) {
    return { outcome: 'refused', reason: 'every unit is shipped or cancelled already' };
  }
  if (wanted.some((line) => isUnanswered(order, line))) {
    return { outcome: 'refused', reason: UNANSWERED };
  }
  const toRecall = wanted.flatMap(({ lineNo, quantity }) => {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    const inStores = sum(ofStores(order, line).map((one) => one.released));
    let atWarehouse = Math.max(0, quantity - (line ? unitsHere(line) : 0) - inStores);
    return ofWarehouses(order, line).flatMap(({ groupNo, released }): GroupQuantity[] => {
      const units = Math.min(atWarehouse, released);
      atWarehouse -= units;
      return units > 0 ? [{ lineNo, groupNo, quantity: units }] : [];
    });
  });
  return { outcome: 'possible', wanted, toRecall };
}

/** Its units may be at the warehouse, or not. */
const UNANSWERED = 'the warehouse has not answered the release yet: ask again shortly';

/** Of another group's lines nothing is in question. */
function isUnanswered({ groups, lines }: OrderSnapshot, { lineNo }: LineQuantity): boolean {
  const line = lines.find((one) => one.lineNo === lineNo);
  return groups.some(
    ({ groupNo, isAsked }) =>
      isAsked && line?.allocations.some((one) => one.groupNo === groupNo && one.reserved > 0),
  );
}

const unitsHere = (line: SnapshotLine) => HERE.reduce((units, place) => units + line[place], 0);

function merged(lines: readonly LineQuantity[]): LineQuantity[] {
  const units = new Map<number, number>();
  for (const { lineNo, quantity } of lines) {
    units.set(lineNo, (units.get(lineNo) ?? 0) + quantity);
  }
  return [...units].map(([lineNo, quantity]) => ({ lineNo, quantity }));
}

function wholeOrder(order: OrderSnapshot): LineQuantity[] {
  return order.lines
    .map((line) => ({ lineNo: line.lineNo, quantity: openUnits(line) }))
    .filter((line) => line.quantity > 0);
}

const isStore = ({ groups }: Pick<OrderSnapshot, 'groups'>, groupNo: number): boolean =>
  groups.some((one) => one.groupNo === groupNo && one.kind === 'pickup');

/** What a store holds is given up here, as long as nobody has collected it: nobody is asked. */
function ofStores(order: OrderSnapshot, line: SnapshotLine | undefined): SnapshotAllocation[] {
  return (line?.allocations ?? []).filter((one) => isStore(order, one.groupNo));
}
function ofWarehouses(order: OrderSnapshot, line: SnapshotLine | undefined): SnapshotAllocation[] {
  return (line?.allocations ?? []).filter((one) => !isStore(order, one.groupNo));
}

/** The units that can be cancelled now, given what the warehouse gave back. */
export function cancelMoves(
  order: OrderSnapshot,
  wanted: readonly LineQuantity[],
  recalled: readonly GroupQuantity[],
): CancelMove[] {
  const back = (lineNo: number, groupNo: number) =>
    recalled
      .filter((one) => one.lineNo === lineNo && one.groupNo === groupNo)
      .reduce((units, one) => units + one.quantity, 0);
  return wanted.flatMap(({ lineNo, quantity }) => {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    if (!line) return [];
    let left = quantity;
    const take = (from: CancelledFrom, groupNo: number | null, available: number): CancelMove[] => {
      const units = Math.min(left, available);
      left -= units;
      return units > 0 ? [{ lineNo, groupNo, from, to: 'cancelled', quantity: units }] : [];
    };
    return [
      ...take('unallocated', null, line.unallocated),
      ...take('backordered', null, line.backordered),
      ...line.allocations.flatMap((one) => take('reserved', one.groupNo, one.reserved)),
      ...ofStores(order, line).flatMap((one) => take('released', one.groupNo, one.released)),
      ...ofWarehouses(order, line).flatMap((one) =>
        take('released', one.groupNo, Math.min(one.released, back(lineNo, one.groupNo))),
      ),
    ];
  });
}
