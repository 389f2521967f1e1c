/**
 * Somebody told the channel, not us, that goods lie ready or were picked up: it has happened. What the
 * channel counts is compared with what is known here, so that what we told it ourselves is nothing
 * new, however often it is said; what is new is the same fact as a store's press.
 */
import type { CollectionProgress } from '../../canonical/ports/channel';
import { sum } from '../../canonical/rules/money/money';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { LineUnits, PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { Database, Sql } from '../../store/database';
import { lockSubject } from '../../store/flows/subject';
import { pickupsOfChannelOrder } from '../../store/pickups/pickup-queries';
import { take } from '../flow/flow-moment';
import { handOver } from './hand-over';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';
import { pickupReady } from './pickup-ready';

export interface ChannelSaid {
  readonly channelInstance: string;
  readonly progress: CollectionProgress;
  readonly eventNo: number;
  /** RFC 3339: when it was told. */
  readonly at: string;
}

export type FollowedChannel =
  | { readonly outcome: 'followed'; readonly orderId: string }
  /** Units that no pickup of the order here can have given. */
  | { readonly outcome: 'too-many'; readonly orderId: string; readonly detail: string }
  | { readonly outcome: 'no-order' }
  /** Its store is not asked yet: there is no pickup that could have given them. */
  | { readonly outcome: 'not-yet' };

/** One transaction a pickup, each of which finds what the one before it left. */
export async function followChannel(db: Database, said: ChannelSaid): Promise<FollowedChannel> {
  const { channelInstance, progress } = said;
  const found = await pickupsOfChannelOrder(db, channelInstance, progress.channelOrderRef);
  if (!found) return { outcome: 'no-order' };
  const { orderId, pickupIds, isAwaited } = found;
  if (pickupIds.length === 0 && isAwaited) return { outcome: 'not-yet' };
  let left: readonly Ahead[] = [];
  for (const pickupId of pickupIds) left = await follow(db, pickupId, said);
  const [over] = left;
  if (!over) return { outcome: 'followed', orderId };
  const detail = `line ${over.channelLineRef}: ${over.units} more than could be collected here`;
  return { outcome: 'too-many', orderId, detail };
}

/** Units of a channel's line that it counts as picked up and that have not left here. */
interface Ahead {
  readonly channelLineRef: string;
  readonly units: number;
}

function aheadOf({ lines }: OrderSnapshot, { pickedUp }: CollectionProgress): Ahead[] {
  return pickedUp.flatMap(({ channelLineRef, quantity }) => {
    const own = lines.filter((line) => line.channelLineRef === channelLineRef);
    // Also what was sent home instead: the shop has it where it was to be collected.
    const units = quantity - sum(own.map((line) => line.pickedUp + line.shipped));
    return units > 0 && own.length > 0 ? [{ channelLineRef, units }] : [];
  });
}

/** What is still ahead after this pickup gave what it can. */
function follow(db: Database, pickupId: string, said: ChannelSaid): Promise<readonly Ahead[]> {
  return db.transaction(async (sql) => {
    const { inHand } = await take(PICKUP_FRAME, sql, { pickupId }, lockSubject);
    const { order } = await inHand.readOrder();
    const ahead = aheadOf(order, said.progress);
    const given = ahead.map((one) => givenOf(inHand.pickup, order, one));
    const lines = given.flatMap((one) => one.lines);
    if (lines.length > 0) await collected(sql, inHand, said, lines);
    else await prepared(sql, inHand, order, said);
    await inHand.settle(sql, 'tell-flow');
    return given.flatMap(({ rest }) => (rest.units > 0 ? [rest] : []));
  });
}

/** What may have been given: what lies ready first, then whatever else was believed of it. */
function givenOf(
  { lines }: PickupSnapshot,
  order: OrderSnapshot,
  { channelLineRef, units }: Ahead,
): { readonly lines: readonly LineUnits[]; readonly rest: Ahead } {
  const refOf = (lineNo: number) =>
    order.lines.find((line) => line.lineNo === lineNo)?.channelLineRef;
  let left = units;
  const given: LineUnits[] = [];
  for (const line of lines.filter(({ lineNo }) => refOf(lineNo) === channelLineRef)) {
    const { lineNo, ready, requested, expired, rejected } = line;
    const quantity = Math.min(left, ready + requested + expired + rejected);
    if (quantity > 0) given.push({ lineNo, quantity });
    left -= quantity;
  }
  return { lines: given, rest: { channelLineRef, units: left } };
}

async function collected(
  sql: Sql,
  inHand: PickupInHand,
  said: ChannelSaid,
  lines: readonly LineUnits[],
): Promise<void> {
  const { pickupId, storeId: location } = inHand.pickup;
  const verdict = await handOver(sql, inHand, {
    ...ofChannel(said),
    data: {
      pickupId,
      location,
      handedOverAt: said.at,
      lines: [...lines],
      proof: { kind: 'none', isOtherPerson: false },
    },
  });
  if (verdict.outcome === 'refused') throw new RangeError(verdict.detail);
}

/** The channel is told of it once; where we did, what it says is our own word. */
async function prepared(
  sql: Sql,
  inHand: PickupInHand,
  order: OrderSnapshot,
  said: ChannelSaid,
): Promise<void> {
  const { pickupId, storeId: location, readyNo } = inHand.pickup;
  const named = order.lines.filter(
    ({ channelLineRef }) => channelLineRef !== null && said.progress.named.includes(channelLineRef),
  );
  const lines = inHand.pickup.lines.flatMap(({ lineNo, requested }) =>
    requested > 0 && named.some((line) => line.lineNo === lineNo)
      ? [{ lineNo, quantity: requested }]
      : [],
  );
  if (readyNo > 0 || lines.length === 0) return inHand.stays();
  const data = { pickupId, location, readyAt: said.at, lines };
  const verdict = await pickupReady(sql, inHand, { ...ofChannel(said), data });
  if (verdict.outcome === 'refused') throw new RangeError(verdict.detail);
}

const ofChannel = ({ channelInstance, eventNo }: ChannelSaid) => ({
  eventNo,
  by: channelInstance,
  isFact: true,
});
