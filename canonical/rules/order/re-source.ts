/**
 * Units that a store cannot give go to another place, with what they are worth. Where they are taxed
 * otherwise there, they become a line of their own: the worth of every unit stays fixed at entry, and
 * what was invoiced before keeps its shares.
 */
import { shareOfUnits, sum } from '../money/money';
import type { LineQuantity } from './cancellation';
import type { OrderSnapshot, SnapshotLine } from './snapshot';

type Tax = SnapshotLine['taxes'][number];

/** What units of a line are taxed with at the new place, as whoever consented was told. */
export interface NewTaxes {
  readonly lineNo: number;
  readonly taxes: readonly Tax[];
}

/** What a line, or a part of it, comes to. */
export interface LineWorth {
  readonly ordered: number;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxes: readonly Tax[];
}

export interface UnitsToMove extends LineQuantity {
  readonly sku: string;
  /** Null: taxed as before, and the line stays as it is. */
  readonly taxed: {
    /** Of the units that move; all of the line where `rest` is null. */
    readonly moved: LineWorth;
    /** What they were taxed with until now. */
    readonly was: readonly Tax[];
    readonly rest: LineWorth | null;
  } | null;
  /** What the customer pays more for them, or less. */
  readonly taxDeltaMinor: number;
}

export type PlannedMove =
  | { readonly outcome: 'possible'; readonly units: readonly UnitsToMove[] }
  | { readonly outcome: 'impossible'; readonly reason: string };

/** Only of what the store still has out: what was collected, or given up, is not moved. */
export function planMove(
  order: Pick<OrderSnapshot, 'lines'>,
  groupNo: number,
  wanted: readonly LineQuantity[],
  taxes: readonly NewTaxes[],
): PlannedMove {
  const units: UnitsToMove[] = [];
  for (const { lineNo, quantity } of wanted) {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    const held = line?.allocations.find((one) => one.groupNo === groupNo)?.released ?? 0;
    if (!line || held < quantity) {
      const reason = `${quantity} units of line ${lineNo}, of which the store holds ${held}`;
      return { outcome: 'impossible', reason };
    }
    const named = taxes.find((one) => one.lineNo === lineNo);
    const of = { lineNo, quantity, sku: line.sku ?? line.channelSku };
    units.push(
      named
        ? { ...of, ...taxedAnew(line, quantity, named.taxes) }
        : { ...of, taxed: null, taxDeltaMinor: 0 },
    );
  }
  return { outcome: 'possible', units };
}

function taxedAnew(
  line: SnapshotLine,
  quantity: number,
  taxes: readonly Tax[],
): Pick<UnitsToMove, 'taxed' | 'taxDeltaMinor'> {
  const { moved, rest } = splitWorth(line, quantity);
  const taxDeltaMinor = taxOf(taxes) - taxOf(moved.taxes);
  return { taxed: { moved: { ...moved, taxes }, was: moved.taxes, rest }, taxDeltaMinor };
}

/** The last units of the line go, so that those before them keep their shares; rest null: all go. */
export function splitWorth(
  line: SnapshotLine,
  quantity: number,
): { readonly moved: LineWorth; readonly rest: LineWorth | null } {
  const left = line.ordered - quantity;
  const shareOf = (from: number, count: number): LineWorth => {
    const share = (totalMinor: number) => shareOfUnits(totalMinor, line.ordered, from, count);
    return {
      ordered: count,
      grossMinor: share(line.grossMinor),
      discountMinor: share(line.discountMinor),
      shippingMinor: share(line.shippingMinor),
      taxes: line.taxes.map(({ taxCode, amountMinor }) => ({
        taxCode,
        amountMinor: share(amountMinor),
      })),
    };
  };
  return { moved: shareOf(left, quantity), rest: left === 0 ? null : shareOf(0, left) };
}

export const taxOf = (taxes: readonly Tax[]): number => sum(taxes.map((tax) => tax.amountMinor));

/** Those that are taxed otherwise than they are now; the others stay on their lines. */
export function taxedOtherwise(
  units: readonly UnitsToMove[],
  quoted: readonly NewTaxes[],
): NewTaxes[] {
  return quoted.filter(({ lineNo, taxes }) => {
    const now = units.find((one) => one.lineNo === lineNo)?.taxed?.was ?? [];
    return textOf(now) !== textOf(taxes);
  });
}

const textOf = (taxes: readonly Tax[]): string =>
  taxes
    .filter(({ amountMinor }) => amountMinor !== 0)
    .map(({ taxCode, amountMinor }) => `${taxCode}=${amountMinor}`)
    .sort()
    .join(' ');
