/**
 * What a channel says of an order now, against what it said when the order was taken: line by line,
 * by the channel's own ids. What we did ourselves (units cancelled or returned) is no difference; of
 * what a store gave something else for, the channel's own order says nothing that is here.
 */
import type { Order } from '../../schema/order';
import { formatMoney, sum } from '../money/money';
import { aheadOf } from './departure';
import type { OrderSnapshot, SnapshotLine } from './snapshot';
import { openUnits } from './state';

/** What a channel says of an order beside the order itself, for one that is here already. */
export interface OrderWord {
  /** RFC 3339 in UTC by the channel's clock: which of two words is the later one. */
  readonly updatedAt: string | null;
  /** Units that the channel counts on now, by its own line; those of other lines are as sold. */
  readonly unitsNow: readonly { readonly channelLineRef: string; readonly quantity: number }[];
  /** Units that have left, as the channel counts, by its own line. */
  readonly unitsGone: readonly { readonly channelLineRef: string; readonly quantity: number }[];
  /** The buyer's authorization was let go there. */
  readonly isVoided: boolean;
}

export interface Said extends OrderWord {
  readonly order: Order;
  /** Sent to another address than was said before. */
  readonly isElsewhere: boolean;
}

/** What is here, with the units of each line that earlier words of the channel took off. */
export type WithTakenOff = Omit<OrderSnapshot, 'lines'> & {
  readonly lines: readonly (SnapshotLine & { readonly takenOff?: number })[];
};
type Had = Pick<WithTakenOff, 'lines' | 'groups' | 'totalMinor' | 'currency'>;

export const ELSEWHERE = 'it goes to another address';

/** For a person; without personal data. Empty: it says what is here. */
export function differencesOf(had: Had, said: Said): string[] {
  const { order } = said;
  const now = new Map(said.unitsNow.map((one) => [one.channelLineRef, one.quantity]));
  const goneOf = new Map(said.unitsGone.map((one) => [one.channelLineRef, one.quantity]));
  const heard = new Set<string>();
  const instead = had.lines.filter(isInstead);
  const isGivenInstead = (ref: string) => instead.some((one) => refOf(one) === ref);
  const lines = order.lines.flatMap((line, index) => {
    const ref = line.channelLineRef ?? String(index + 1);
    heard.add(ref);
    const units = now.get(ref) ?? line.quantity;
    const ours = had.lines.find((one) => refOf(one) === ref);
    const gone = goneOf.get(ref) ?? 0;
    if (isGivenInstead(ref) || instead.some(({ sku }) => sku === line.sku)) return [];
    if (ours) return [...lineDifferences(ours, line, units), ...aheadOf(had, ours, gone)];
    return units === 0 ? [] : [`a line of ${units} × ${line.sku} was added`];
  });
  const gone = had.lines
    .filter((one) => !heard.has(refOf(one)) && openUnits(one) > 0)
    .filter((one) => !isGivenInstead(refOf(one)))
    .map((one) => `line ${one.lineNo} (${one.channelSku}) is not there any more`);
  const total = order.totals.total.minorUnits;
  const isSent = had.lines.every((one) => openUnits(one) === 0);
  return [
    ...lines,
    ...gone,
    ...(total === had.totalMinor || instead.length + lines.length + gone.length > 0
      ? []
      : [
          `its total is ${formatMoney(total, order.currency)}, and was ${formatMoney(had.totalMinor, had.currency)}`,
        ]),
    ...(said.isElsewhere && !isSent ? [ELSEWHERE] : []),
    ...(said.isVoided && !isSent ? ["the buyer's authorization was voided"] : []),
  ];
}

const isInstead = ({ insteadOf }: SnapshotLine): boolean => insteadOf !== undefined;
const refOf = ({ channelLineRef, lineNo }: SnapshotLine) => channelLineRef ?? String(lineNo);

function lineDifferences(
  ours: WithTakenOff['lines'][number],
  line: Order['lines'][number],
  now: number,
): string[] {
  const { lineNo, channelSku, ordered, cancelled, returned, grossMinor, takenOff = 0 } = ours;
  const kept = ordered - cancelled - returned;
  const said: string[] = [];
  if (line.sku !== channelSku) said.push(`is ${line.sku}, and was ${channelSku}`);
  if (now > ordered) said.push(`has ${now} units, and had ${ordered}`);
  else if (now > ordered - takenOff) said.push(`has ${now} units again, of ${takenOff} taken off`);
  if (now < kept && openUnits(ours) > 0) said.push(`has ${now} units left, and ${kept} here`);
  if (line.unitPrice.minorUnits * ordered !== grossMinor) said.push('has another price');
  return said.map((what) => `line ${lineNo} (${channelSku}) ${what}`);
}

/**
 * Units that are wanted no more, where nothing else differs; null: something of it is a person's. Of a
 * line that has left in part nobody says which units are meant.
 */
export function fewerOf(
  had: Had & Pick<WithTakenOff, 'stage'>,
  said: Said,
): { readonly lineNo: number; readonly quantity: number }[] | null {
  if (had.stage !== 'accepted') return null;
  const now = new Map(said.unitsNow.map((one) => [one.channelLineRef, one.quantity]));
  const fewer = had.lines.flatMap((line) => {
    const units = now.get(refOf(line)) ?? line.ordered;
    const kept = line.ordered - line.cancelled - line.returned;
    const isWhole = line.shipped + line.pickedUp === 0 && !isInstead(line);
    return isWhole && units < kept ? [{ lineNo: line.lineNo, quantity: kept - units }] : [];
  });
  // As it will be, nothing may differ.
  const lines = had.lines.map((line) => {
    const gone = fewer.find(({ lineNo }) => lineNo === line.lineNo)?.quantity ?? 0;
    return { ...line, cancelled: line.cancelled + gone };
  });
  const isAll = differencesOf({ ...had, lines }, said).length === 0;
  return isAll && fewer.length > 0 ? fewer : null;
}

/** Units that have not left: what can still be held back. */
export const unitsToHold = ({ lines }: Pick<OrderSnapshot, 'lines'>): number =>
  sum(lines.map((one) => one.unallocated + one.backordered + one.reserved));
