/** What a shipment of some units of an order means: which units moved, what they are worth. */
import type { ShipmentConfirmed } from '../../schema/event';
import type { OrderSnapshot, SnapshotLine } from './snapshot';
import { shareOfUnits, sum } from '../money/money';
import type { InvoicedLine, ShippedLine } from '../posting/posting';

/** Where the shipped units are taken from, in this order: a physical fact always applies. */
const TAKEN_FROM = ['released', 'reserved', 'unallocated', 'backordered', 'cancelled'] as const;

export interface ShipmentMove {
  readonly lineNo: number;
  readonly from: (typeof TAKEN_FROM)[number];
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
    const taken = takeUnits(line, quantity);
    moves.push(...taken);
    const sku = line.sku ?? line.channelSku;
    stock.push(...stockMoves(line, sku, fact.location, taken, quantity));
    lines.push(worthOf(line, sku, quantity));
  }
  const afterCancel = moves
    .filter((move) => move.from === 'cancelled')
    .reduce((units, move) => units + move.quantity, 0);
  return { outcome: 'possible', lines, moves, stock, afterCancel };
}

function takeUnits(line: SnapshotLine, quantity: number): ShipmentMove[] {
  let left = quantity;
  return TAKEN_FROM.flatMap((from): ShipmentMove[] => {
    const units = Math.min(left, line[from]);
    left -= units;
    return units > 0 ? [{ lineNo: line.lineNo, from, to: 'shipped', quantity: units }] : [];
  });
}

/** On-hand falls where the goods left; the reservation ends where it was made. */
function stockMoves(
  line: SnapshotLine,
  sku: string,
  location: string,
  taken: readonly ShipmentMove[],
  quantity: number,
): ShipmentStock[] {
  const held = taken
    .filter((move) => move.from === 'released' || move.from === 'reserved')
    .reduce((units, move) => units + move.quantity, 0);
  const base = { sku, lineNo: line.lineNo };
  const shipped = { ...base, kind: 'shipment' as const, locationId: location };
  if (line.locationId === location || held === 0) {
    return [{ ...shipped, onHandDelta: -quantity, reservedDelta: -held }];
  }
  return [
    { ...shipped, onHandDelta: -quantity, reservedDelta: 0 },
    {
      ...base,
      kind: 'release',
      locationId: line.locationId ?? location,
      onHandDelta: 0,
      reservedDelta: -held,
    },
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

/** A shipment and its invoice share their number. */
export function invoiceNumber(
  order: Pick<OrderSnapshot, 'channelInstance' | 'orderNo'>,
  shipmentNo: number,
): string {
  return `INV-${order.channelInstance}-${order.orderNo}-${shipmentNo}`;
}
