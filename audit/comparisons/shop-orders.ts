// I4 of orders at the channel that sold them: the channel's order as it is now, against ours: units
// and items line by line, what it comes to, where it goes. What we did ourselves is no difference;
// what an exception names is in a person's hands.
import { tail, type OutsideRecord, type RecordPart } from '../../canonical/ports/records';
import { openUnits } from '../../canonical/rules/order/state';
import type { OwnLine, OwnOrder } from '../own-order';
import { amountOf, money, nameOfOrder, type Difference } from '../report';
import type { Against } from './window';

/** Each says that the two orders differ. */
const NAMED = new Set(['order.changed-at-channel', 'pickup.substituted', 'refund.outside']);

export function checkShopOrders(
  orders: readonly OwnOrder[],
  theirs: readonly OutsideRecord[],
  { books, cutoff }: Against,
): Difference[] {
  const byRef = new Map(theirs.map((record) => [tail(record.id), record]));
  return orders.flatMap((order): Difference[] => {
    const record = byRef.get(tail(order.channelOrderRef));
    // What changed there since may be on its way here.
    if (!record || record.updatedAt > cutoff || !isComparable(order)) return [];
    const say = (what: string, detail: string): Difference => ({
      invariant: 'I4',
      code: `shop-order-${what}`,
      subject: order.orderId,
      detail: `${nameOfOrder(order)}: ${detail} by ${books}'s records`,
    });
    const lines = lineDifferences(order, record.parts);
    return [
      ...(lines.length > 0 ? [say('lines', lines.join('; '))] : []),
      ...otherTotal(order, record).map((detail) => ({
        ...say('amount', detail),
        ...amountOf(order.totalMinor, order.currency),
      })),
      ...(isElsewhere(order, record) ? [say('address', 'it goes to another address')] : []),
    ];
  });
}

function isComparable({ stage, status, exceptions }: OwnOrder): boolean {
  const isHere = stage === 'accepted' || stage === 'closed';
  return isHere && status !== 'cancelled' && !exceptions.some(({ code }) => NAMED.has(code));
}

const refOf = ({ channelLineRef }: OwnLine): string => tail(channelLineRef ?? null);
/** One that a caller submitted may not say which of the channel's lines are which. */
const isNamed = ({ lines }: OwnOrder): boolean => lines.every((line) => line.channelLineRef);

function lineDifferences(order: OwnOrder, parts: readonly RecordPart[]): string[] {
  if (parts.length === 0 || !isNamed(order)) return [];
  const there = new Map(parts.map((part) => [part.name, part]));
  const known = order.lines.flatMap((line): string[] => {
    const part = there.get(`line ${refOf(line)}`);
    there.delete(`line ${refOf(line)}`);
    const units = part?.quantity ?? 0;
    const kept = line.ordered - line.cancelled - line.returned;
    const isOther = part?.sku && line.channelSku !== undefined && part.sku !== line.channelSku;
    return [
      ...(isOther ? [`line ${line.lineNo} is ${part.sku}, and ${line.channelSku} here`] : []),
      ...(units > line.ordered || (units < kept && openUnits(line) > 0)
        ? [`line ${line.lineNo} has ${units} units, and ${kept} here`]
        : []),
    ];
  });
  const added = [...there.values()].filter(({ quantity }) => quantity > 0);
  return [
    ...known,
    ...added.map(({ sku, quantity }) => `a line of ${quantity} ${sku ?? ''} is not known here`),
  ];
}

/** Of an order that is as it was sold: what it comes to after a change is another amount. */
function otherTotal(order: OwnOrder, record: OutsideRecord): string[] {
  const { lines, totalMinor, currency } = order;
  const sold = new Map(lines.map((line) => [`line ${refOf(line)}`, line.ordered]));
  const isAsSold = record.parts.every(({ name, quantity }) => sold.get(name) === quantity);
  const { amountMinor } = record;
  if (!isNamed(order) || !isAsSold || amountMinor === null) return [];
  const isSame = amountMinor === totalMinor && (record.currency ?? currency) === currency;
  if (isSame) return [];
  return [`it is ${money(totalMinor, currency)} here, and ${money(amountMinor, record.currency)}`];
}

/** While something of it is still to leave. */
function isElsewhere({ lines, addressDigest: ours }: OwnOrder, record: OutsideRecord): boolean {
  const theirs = record.addressDigest;
  if (!ours || !theirs || ours === theirs) return false;
  return lines.some((line) => openUnits(line) > 0);
}
