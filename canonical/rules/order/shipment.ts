/** What a shipment of some units of an order means: which units moved, what they are worth. */
import type { ShipmentConfirmed } from '../../schema/event';
import { isAccess, isSupplied } from './not-sent';
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
  readonly lines: readonly InvoicedLine[];
  readonly moves: readonly ShipmentMove[];
  readonly stock: readonly ShipmentStock[];
  /** Units that had been cancelled and left all the same. */
  readonly afterCancel: number;
  /** Units that whoever sent them was not asked for: nobody was, or another warehouse. */
  readonly notAsked: number;
}

/** What of a parcel is the order's, and where it left. */
export type ShippedParcel = Pick<ShipmentConfirmed, 'location' | 'requestId' | 'toldBy'> & {
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
};

/**
 * A unit's worth is fixed at entry: the n-th unit of a line that moves (shipped or cancelled) has
 * the n-th share. Units cancelled before and shipped all the same are valued as the last ones.
 * @param fact units that the order has, each line once
 */
export function planShipment(order: OrderSnapshot, fact: ShippedParcel): PlannedShipment {
  const lines: InvoicedLine[] = [];
  const moves: ShipmentMove[] = [];
  const stock: ShipmentStock[] = [];
  const groups = groupsOf(order, fact);
  for (const { lineNo, quantity } of fact.lines) {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    if (!line) throw new RangeError(`the order has no line ${lineNo}`);
    const taken = takeUnits(line, quantity, groups, fact.toldBy === 'channel');
    moves.push(...taken);
    const sku = line.sku ?? line.channelSku;
    if (!isStockless(line)) stock.push(...stockMoves(groups, sku, fact.location, taken, quantity));
    lines.push(worthOf(line, sku, quantity));
  }
  const unitsThat = (is: (move: ShipmentMove) => boolean) =>
    sum(moves.filter(is).map((move) => move.quantity));
  const afterCancel = unitsThat((move) => move.from === 'cancelled');
  const isOurs = fact.toldBy !== 'channel';
  const notAsked = unitsThat(
    (move) => isOurs && move.from !== 'cancelled' && !isAsked(groups, fact, move),
  );
  return { lines, moves, stock, afterCancel, notAsked };
}

/** Nothing of it is in stock of ours. */
const isStockless = ({ notSent }: SnapshotLine): boolean =>
  isAccess(notSent) || isSupplied(notSent);

/** A release whose answer is not known may be what they were sent for. */
function isAsked(
  groups: readonly SnapshotGroup[],
  { location, requestId }: ShippedParcel,
  { groupNo, from }: ShipmentMove,
): boolean {
  const group = groups.find((one) => one.groupNo === groupNo);
  if (!group || group.kind === 'pickup') return false;
  if (from !== 'released' && !group.isAsked) return false;
  return (
    group.locationId === location || (requestId !== undefined && group.requestKey === requestId)
  );
}

/** The request it answers first, then what is sent from there, then the others. */
function groupsOf(order: OrderSnapshot, fact: ShippedParcel): readonly SnapshotGroup[] {
  const rank = (group: SnapshotGroup) => {
    // What a store holds for its customer is the last that a parcel is taken from.
    if (group.kind === 'pickup') return 3;
    if (fact.requestId !== undefined && group.requestKey === fact.requestId) return 0;
    return group.locationId === fact.location ? 1 : 2;
  };
  return [...order.groups].sort((a, b) => rank(a) - rank(b) || a.groupNo - b.groupNo);
}

/**
 * Group by group what it has and holds, then what no group has; what was cancelled comes last. What
 * left by the channel's word (`isTheirs`) was no group's. A physical fact always applies.
 */
function takeUnits(
  line: SnapshotLine,
  quantity: number,
  groups: readonly SnapshotGroup[],
  isTheirs: boolean,
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
    ...(isTheirs ? take('unallocated', null, line.unallocated) : []),
    ...allocations.flatMap((one) => [
      ...take('released', one.groupNo, one.released),
      ...take('reserved', one.groupNo, one.reserved),
    ]),
    ...(isTheirs ? [] : take('unallocated', null, line.unallocated)),
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

/** What the next units of a line that move are worth to the customer. */
export function worthOf(line: SnapshotLine, sku: string, quantity: number): InvoicedLine {
  const moved = Math.min(line.shipped + line.pickedUp + line.cancelled, line.ordered - quantity);
  const share = (totalMinor: number) => shareOfUnits(totalMinor, line.ordered, moved, quantity);
  return {
    lineNo: line.lineNo,
    sku,
    quantity,
    grossMinor: share(line.grossMinor),
    discountMinor: share(line.discountMinor),
    shippingMinor: share(line.shippingMinor),
    taxes: line.taxes.map((tax) => ({ ...tax, amountMinor: share(tax.amountMinor) })),
    ...(line.notSent && { notSent: line.notSent }),
  };
}

/**
 * With what the stock gave for them: the cost of what left, by line. What others supply is owed to
 * them at its standard cost.
 */
export function costed(
  lines: readonly InvoicedLine[],
  moved: readonly { readonly lineNo: number | null; readonly costMinor: number }[],
  standardCosts: ReadonlyMap<string, number> = new Map(),
): ShippedLine[] {
  return lines.map((line) => ({
    ...line,
    costMinor: isSupplied(line.notSent)
      ? line.quantity * (standardCosts.get(line.sku) ?? 0)
      : sum(moved.filter((move) => move.lineNo === line.lineNo).map((move) => -move.costMinor)),
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
