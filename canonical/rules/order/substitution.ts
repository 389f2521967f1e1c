/**
 * What another item is given for in place of what was sold: the lower of what was paid for the units
 * and what the other costs, never more, unless the customer agreed to more. The worth of every unit
 * stays fixed: units that something else is given for are the last of their line.
 */
import { splitWorth, taxOf, type LineWorth } from './re-source';
import type { LineQuantity } from './cancellation';
import type { OrderSnapshot, SnapshotLine } from './snapshot';

export interface Substitute extends LineQuantity {
  /** Of the item master: what is given instead. */
  readonly sku: string;
  /** What one of it costs there, without tax. */
  readonly unitPriceMinor: number;
  /** Of all these units; left out: at the rates that what was sold is taxed with. */
  readonly taxes?: LineWorth['taxes'] | undefined;
  /** The customer agreed to pay more for it. */
  readonly mayCostMore: boolean;
}

export type PlannedSubstitute =
  | {
      readonly outcome: 'possible';
      readonly line: SnapshotLine;
      readonly moved: LineWorth;
      /** Null: all of the line is given as the other item. */
      readonly rest: LineWorth | null;
      /** What the customer pays more; below zero: less. */
      readonly deltaMinor: number;
    }
  | { readonly outcome: 'impossible'; readonly reason: string };

const impossible = (reason: string): PlannedSubstitute => ({ outcome: 'impossible', reason });

/** Only of what the store still has out. */
export function planSubstitute(
  { lines }: Pick<OrderSnapshot, 'lines'>,
  groupNo: number,
  given: Substitute,
): PlannedSubstitute {
  const { lineNo, quantity, sku, mayCostMore } = given;
  const line = lines.find((one) => one.lineNo === lineNo);
  const held = line?.allocations.find((one) => one.groupNo === groupNo)?.released ?? 0;
  if (!line || held < quantity) {
    return impossible(`${quantity} units of line ${lineNo}, of which the store holds ${held}`);
  }
  if (line.sku === sku) return impossible(`line ${lineNo} is ${sku}: that is no other item`);
  const { moved: paid, rest } = splitWorth(line, quantity);
  const moved = worthOf(paid, given);
  const deltaMinor = comesTo(moved) - comesTo(paid);
  return deltaMinor > 0 && !mayCostMore
    ? impossible(`it comes to ${deltaMinor} more than was paid: the customer has to agree to that`)
    : { outcome: 'possible', line, moved, rest, deltaMinor };
}

function worthOf(
  paid: LineWorth,
  { quantity, unitPriceMinor, mayCostMore, taxes }: Substitute,
): LineWorth {
  const paidMinor = paid.grossMinor - paid.discountMinor;
  const otherMinor = unitPriceMinor * quantity;
  const netMinor = mayCostMore ? otherMinor : Math.min(paidMinor, otherMinor);
  const worth = netMinor === paidMinor ? paid : { ...paid, grossMinor: netMinor, discountMinor: 0 };
  return { ...worth, taxes: taxes ?? taxesAt(paid, netMinor + paid.shippingMinor) };
}

/** The same rates, as far as what was paid shows them: half a unit is rounded up. */
function taxesAt(paid: LineWorth, netMinor: number): LineWorth['taxes'] {
  const wasMinor = paid.grossMinor - paid.discountMinor + paid.shippingMinor;
  if (wasMinor === 0 || wasMinor === netMinor) return paid.taxes;
  return paid.taxes.map(({ taxCode, amountMinor }) => ({
    taxCode,
    amountMinor: Number(
      (2n * BigInt(amountMinor) * BigInt(netMinor) + BigInt(wasMinor)) / (2n * BigInt(wasMinor)),
    ),
  }));
}

const comesTo = ({ grossMinor, discountMinor, shippingMinor, taxes }: LineWorth): number =>
  grossMinor - discountMinor + shippingMinor + taxOf(taxes);
