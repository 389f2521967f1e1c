/** What units of a store's group become: handed over, or given back; which of them may. */
import type { InvoicedLine } from '../posting/posting';
import type { LineQuantity } from './cancellation';
import { worthOf } from './shipment';
import type { OrderSnapshot, SnapshotGroup, SnapshotLine } from './snapshot';

export interface HandoverMove {
  readonly lineNo: number;
  readonly groupNo: number;
  readonly from: 'released' | 'reserved' | 'cancelled';
  readonly to: 'pickedUp';
  readonly quantity: number;
}
export interface HandoverStock {
  readonly kind: 'handover';
  readonly sku: string;
  readonly locationId: string;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly lineNo: number;
}
export interface PlannedHandover {
  readonly outcome: 'possible';
  readonly group: SnapshotGroup;
  readonly lines: readonly InvoicedLine[];
  readonly moves: readonly HandoverMove[];
  readonly stock: readonly HandoverStock[];
  /** Units that had expired, or were cancelled, and were handed over all the same. */
  readonly afterCancel: number;
}
export interface ImpossibleHandover {
  readonly outcome: 'impossible';
  readonly reason: string;
}

/** Each line once, with all that is named of it. */
export function mergedLines(lines: readonly LineQuantity[]): LineQuantity[] {
  const units = new Map<number, number>();
  for (const { lineNo, quantity } of lines) {
    units.set(lineNo, (units.get(lineNo) ?? 0) + quantity);
  }
  return [...units].map(([lineNo, quantity]) => ({ lineNo, quantity }));
}

/**
 * A physical fact always applies: what the store holds goes first, then what was given up after the
 * goods had been put aside. Only of its own group: what another store has is not its to give.
 */
export function planHandover(
  order: OrderSnapshot,
  groupNo: number,
  wanted: readonly LineQuantity[],
): PlannedHandover | ImpossibleHandover {
  const group = order.groups.find((one) => one.groupNo === groupNo);
  if (group?.kind !== 'pickup') return impossible(`the order has no pickup group ${groupNo}`);
  const lines: InvoicedLine[] = [];
  const moves: HandoverMove[] = [];
  const stock: HandoverStock[] = [];
  for (const { lineNo, quantity } of mergedLines(wanted)) {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    const taken = line ? takeUnits(line, groupNo, quantity) : [];
    const units = taken.reduce((all, move) => all + move.quantity, 0);
    if (!line || units < quantity) {
      return impossible(`${quantity} units of line ${lineNo}, of which the store has ${units}`);
    }
    const sku = line.sku ?? line.channelSku;
    moves.push(...taken);
    lines.push(worthOf(line, sku, quantity));
    const held = taken.filter((move) => move.from !== 'cancelled');
    stock.push({
      kind: 'handover',
      sku,
      locationId: group.locationId,
      onHandDelta: -quantity,
      reservedDelta: 0 - held.reduce((all, move) => all + move.quantity, 0),
      lineNo,
    });
  }
  const afterCancel = moves
    .filter((move) => move.from === 'cancelled')
    .reduce((units, move) => units + move.quantity, 0);
  return { outcome: 'possible', group, lines, moves, stock, afterCancel };
}

const impossible = (reason: string): ImpossibleHandover => ({ outcome: 'impossible', reason });

function takeUnits(line: SnapshotLine, groupNo: number, quantity: number): HandoverMove[] {
  const at = line.allocations.find((one) => one.groupNo === groupNo);
  if (!at) return [];
  let left = quantity;
  return (['released', 'reserved', 'cancelled'] as const).flatMap((from) => {
    const units = Math.min(left, at[from]);
    left -= units;
    return units > 0
      ? [{ lineNo: line.lineNo, groupNo, from, to: 'pickedUp' as const, quantity: units }]
      : [];
  });
}
