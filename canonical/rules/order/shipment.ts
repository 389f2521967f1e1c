/** What a shipment of some units of an order means: which units moved, what they are worth. */
import type { ShipmentConfirmed } from '../../schema/event';
import type { OrderSnapshot, SnapshotGroup, SnapshotLine } from './snapshot';
import { shareOfUnits, sum } from '../money/money';
import type { InvoicedLine, ShippedLine } from '../posting/posting';

export interface ShipmentMove {
  readonly lineNo: number;
  readonly groupNo: number | null;
  readonly from: 'released' | 'reserved' | 'unallocated' | 'backordered' | 'cancelled';
  readonly to: 'shipped';
  readonly quantity: number;
}
export interface ShipmentStock {
  readonly kind: 'shipment' | 'release';
  readonly sku: string;
  readonly locationId: string;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly lineNo: number;
}
export interface PlannedShipment {
  readonly outcome: 'possible';
  readonly lines: readonly InvoicedLine[];
  readonly moves: readonly ShipmentMove[];
  readonly stock: readonly ShipmentStock[];
  /** Units that had been cancelled and left all the same. */
  readonly afterCancel: number;
}

/**
 * A unit's worth is fixed at entry: the n-th unit of a line that moves (shipped or cancelled) has
 * the n-th share. Units cancelled before and shipped all the same are valued as the last ones.
 */
export function planShipment(
  order: OrderSnapshot,
  fact: ShipmentConfirmed,
): PlannedShipment | { readonly outcome: 'impossible'; readonly reason: string } {
  const lines: InvoicedLine[] = [];
  const moves: ShipmentMove[] = [];
  const stock: ShipmentStock[] = [];
  const wanted = new Map<number, number>();
  const groups = groupsOf(order, fact);
  if (order.stage === 'received' || order.stage === 'rejected') {
    return { outcome: 'impossible', reason: 'the order was never accepted: no line is mapped' };
  }
  for (const { lineNo, quantity } of fact.lines) {
    wanted.set(lineNo, (wanted.get(lineNo) ?? 0) + quantity);
  }
  for (const [lineNo, quantity] of wanted) {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    if (!line) return { outcome: 'impossible', reason: `the order has no line ${lineNo}` };
    const left = line.ordered - line.shipped - line.pickedUp;
    if (quantity > left) {
      const reason = `${quantity} units of line ${lineNo}, of which ${left} have not left before`;
      return { outcome: 'impossible', reason };
    }
    const taken = takeUnits(line, quantity, groups);
    moves.push(...taken);
    const sku = line.sku ?? line.channelSku;
    stock.push(...stockMoves(groups, sku, fact.location, taken, quantity));
    lines.push(worthOf(line, sku, quantity));
  }
  const afterCancel = moves
    .filter((move) => move.from === 'cancelled')
    .reduce((units, move) => units + move.quantity, 0);
  return { outcome: 'possible', lines, moves, stock, afterCancel };
}

/** The request it answers first, then what is sent from there, then the others. */
function groupsOf(order: OrderSnapshot, fact: ShipmentConfirmed): readonly SnapshotGroup[] {
  const rank = (group: SnapshotGroup) => {
    if (fact.requestId !== undefined && group.requestKey === fact.requestId) return 0;
    return group.locationId === fact.location ? 1 : 2;
  };
  return [...order.groups].sort((a, b) => rank(a) - rank(b) || a.groupNo - b.groupNo);
}

/**
 * Group by group what it has and holds, then what no group has; what was cancelled comes last. A
 * physical fact always applies.
 */
function takeUnits(
  line: SnapshotLine,
  quantity: number,
  groups: readonly SnapshotGroup[],
): ShipmentMove[] {
  let left = quantity;
  const take = (
    from: ShipmentMove['from'],
    groupNo: number | null,
    available: number,
  ): ShipmentMove[] => {
    const units = Math.min(left, available);
    left -= units;
    return units > 0
      ? [{ lineNo: line.lineNo, groupNo, from, to: 'shipped', quantity: units }]
      : [];
  };
  const allocations = groups.flatMap(({ groupNo }) =>
    line.allocations.filter((one) => one.groupNo === groupNo),
  );
  return [
    ...allocations.flatMap((one) => [
      ...take('released', one.groupNo, one.released),
      ...take('reserved', one.groupNo, one.reserved),
    ]),
    ...take('unallocated', null, line.unallocated),
    ...take('backordered', null, line.backordered),
    ...allocations.flatMap((one) => take('cancelled', one.groupNo, one.cancelled)),
    ...take('cancelled', null, line.cancelled),
  ];
}

/** On-hand falls where the goods left; a reservation ends where it was made. */
function stockMoves(
  groups: readonly SnapshotGroup[],
  sku: string,
  location: string,
  taken: readonly ShipmentMove[],
  quantity: number,
): ShipmentStock[] {
  const held = new Map<string, number>();
  for (const move of taken) {
    const group = groups.find((one) => one.groupNo === move.groupNo);
    if (!group || (move.from !== 'released' && move.from !== 'reserved')) continue;
    held.set(group.locationId, (held.get(group.locationId) ?? 0) + move.quantity);
  }
  const lineNo = taken[0]?.lineNo ?? 0;
  const base = { sku, lineNo };
  const shipped = { ...base, kind: 'shipment' as const, locationId: location };
  return [
    { ...shipped, onHandDelta: -quantity, reservedDelta: 0 - (held.get(location) ?? 0) },
    ...[...held].flatMap(([locationId, units]): ShipmentStock[] =>
      locationId === location
        ? []
        : [
            {
              ...base,
              kind: 'release',
              locationId,
              onHandDelta: 0,
              reservedDelta: -units,
            },
          ],
    ),
  ];
}

function worthOf(line: SnapshotLine, sku: string, quantity: number): InvoicedLine {
  const moved = Math.min(line.shipped + line.pickedUp + line.cancelled, line.ordered - quantity);
  const share = (totalMinor: number) => shareOfUnits(totalMinor, line.ordered, moved, quantity);
  return {
    lineNo: line.lineNo,
    sku,
    quantity,
    grossMinor: share(line.grossMinor),
    discountMinor: share(line.discountMinor),
    shippingMinor: share(line.shippingMinor),
    taxes: line.taxes.map((tax) => ({ taxCode: tax.taxCode, amountMinor: share(tax.amountMinor) })),
  };
}

/** With what the stock gave for them: the cost of what left, by line. */
export function costed(
  lines: readonly InvoicedLine[],
  moved: readonly { readonly lineNo: number | null; readonly costMinor: number }[],
): ShippedLine[] {
  return lines.map((line) => ({
    ...line,
    costMinor: sum(
      moved.filter((move) => move.lineNo === line.lineNo).map((move) => -move.costMinor),
    ),
  }));
}

/** What cancelling units of a line is worth, shares as above. */
export function worthOfUnits(line: SnapshotLine, quantity: number): number {
  const worth = worthOf(line, line.sku ?? line.channelSku, quantity);
  const taxMinor = worth.taxes.reduce((minor, tax) => minor + tax.amountMinor, 0);
  return worth.grossMinor - worth.discountMinor + worth.shippingMinor + taxMinor;
}

/** An invoice's number to customers and the tax service. */
export function documentNumber(
  order: Pick<OrderSnapshot, 'channelInstance' | 'orderNo'>,
  invoiceNo: number,
): string {
  return `INV-${order.channelInstance}-${order.orderNo}-${invoiceNo}`;
}
