/**
 * What a channel says has left of an order, against what is here: units that nothing here sends have
 * left by its word; of all others it can only be that somebody else sent what we still have.
 */
import type { FulfilmentChanged } from '../../schema/channel-events';
import { isAccess, isSupplied } from './not-sent';
import type { LineQuantity } from './cancellation';
import type { OrderSnapshot, SnapshotLine } from './snapshot';
import { openUnits } from './state';

export type Left = NonNullable<FulfilmentChanged['left']>;

export interface Departed {
  /** Units of lines that are to be recorded. */
  readonly lines: readonly LineQuantity[];
  /** Some of them were in stock of ours: from where they left has to be known. */
  readonly isOfStock: boolean;
  /** For a person: units of ours that left by somebody else's hand. */
  readonly differences: readonly string[];
}

export function departedOf(order: Pick<OrderSnapshot, 'lines' | 'groups'>, left: Left): Departed {
  const told = new Map<string, number>();
  for (const { channelLineRef, quantity } of left.lines) {
    told.set(channelLineRef, (told.get(channelLineRef) ?? 0) + quantity);
  }
  const found = [...told].flatMap(([ref, quantity]) => {
    const line = order.lines.find((one) => one.channelLineRef === ref);
    return line ? [{ line, quantity, taken: Math.min(quantity, canLeave(line)) }] : [];
  });
  const taken = found.filter((one) => one.taken > 0);
  return {
    lines: taken.map((one) => ({ lineNo: one.line.lineNo, quantity: one.taken })),
    isOfStock: taken.some(({ line }) => !isSupplied(line.notSent) && !isAccess(line.notSent)),
    differences: found.flatMap(({ line, quantity }) =>
      line.notSent === undefined ? aheadOf(order, line, quantity) : [],
    ),
  };
}

/** Units of a line that may leave by the channel's word alone. */
function canLeave(line: SnapshotLine): number {
  switch (line.notSent) {
    case undefined:
      return 0;
    // The rest of its units are ours to send.
    case 'left-before':
      return line.unallocated + Math.max(0, line.cancelled - ownCancelled(line));
    case 'other-service':
    case 'digital':
    case 'gift-card':
      return line.ordered - line.shipped - line.pickedUp;
  }
}

const ownCancelled = ({ allocations }: SnapshotLine): number =>
  allocations.reduce((units, one) => units + one.cancelled, 0);

/**
 * Units that the channel counts as gone and that have not left here. What is collected in a store is
 * followed by its pickup.
 */
export function aheadOf(
  { groups }: Pick<OrderSnapshot, 'groups'>,
  line: SnapshotLine,
  gone: number,
): string[] {
  const units = gone - line.shipped - line.pickedUp - pending(line);
  const isCollected = line.allocations.some(({ groupNo }) =>
    groups.some((group) => group.groupNo === groupNo && group.kind === 'pickup'),
  );
  if (units <= 0 || isCollected || openUnits(line) === 0) return [];
  return [
    `${units} units of line ${line.lineNo} (${line.channelSku}) left by somebody else's hand`,
  ];
}

/** Of the channel's own word, which is on its way. */
const pending = ({ notSent, unallocated }: SnapshotLine): number => (notSent ? unallocated : 0);
