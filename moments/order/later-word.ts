/**
 * What a channel says of an order that was taken already. Another address is followed while nothing
 * was asked of a warehouse, and fewer units of what has not left are a cancellation; any other
 * difference is an exception that names it, and what has not left is held until a person has
 * decided. One look without a lock where nothing differs, which is what most of its words are.
 */
import {
  differencesOf,
  ELSEWHERE,
  fewerOf,
  type OrderWord,
  type WithTakenOff,
} from '../../canonical/rules/order/later-word';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { Order } from '../../canonical/schema/order';
import type { Database, Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import { contentHash } from '../../store/ids';
import { loadOrder } from '../../store/orders/orders';
import { readTold, writeTold, type Told } from '../../store/orders/told';
import { sum } from '../../canonical/rules/money/money';
import { cancellationsAsked } from '../../store/inbox/facts';
import { addFact } from '../../store/inbox/routing';
import { writeTogether } from '../../store/writes';
import { isStillPut, putAddress } from './change-address';
import { openChange } from './changed-at-channel';
import { orderMoment } from './order-moment';

export interface ChannelWord {
  readonly orderId: string;
  readonly eventNo: number;
  readonly correlationId: string;
  readonly order: Order;
  readonly word: OrderWord;
}

export type Heeded =
  | { readonly outcome: 'other-order'; readonly detail: string }
  | { readonly outcome: 'older' | 'nothing-new' | 'differs' | 'followed'; readonly note: string };

const SAYS_THE_SAME = 'it says what is here';
const HOLD_REASON = 'the channel changed the order after it was taken';

export async function heedWord(db: Database, said: ChannelWord): Promise<Heeded> {
  const [order, told] = await Promise.all([
    loadOrder(db, said.orderId),
    readTold(db, said.orderId),
  ]);
  if (!order || !told) throw new RangeError(`order ${said.orderId} is not here`);
  const seen = compare(await lessAsked(db, order, told), told, said);
  if (seen.outcome !== 'differs') return seen;
  if (seen.differences.length === 1 && seen.differences[0] === ELSEWHERE) {
    const followed = await followAddress(db, said);
    if (followed) return followed;
  }
  const { answer } = await orderMoment(db, said.orderId, async (sql, inHand) => {
    const { asked, now } = await compareNow(sql, inHand.order, said);
    if (now.outcome !== 'differs') return now;
    const fewer = fewerOf(asked, { ...said.word, order: said.order, isElsewhere: false });
    if (fewer === null || now.differences.includes(ELSEWHERE)) {
      await keepDifference(sql, inHand.order, said, now.differences);
      return now;
    }
    await cancelFewer(sql, inHand.order, said, { ...now, fewer });
    return { outcome: 'followed' as const, note: now.note };
  });
  return answer;
}

/** As it is now, under the lock. */
async function compareNow(sql: Sql, order: OrderSnapshot, said: ChannelWord) {
  const told = await readTold(sql, said.orderId);
  if (!told) throw new RangeError(`order ${said.orderId} is not here`);
  const asked = await lessAsked(sql, order, told);
  return { told, asked, now: compare(asked, told, said) };
}

const reductionsOf = (channelInstance: string) => `${channelInstance}/reductions`;

/**
 * As it will be: units that a word took off are counted off, also while their cancellation is on its
 * way, and known as such: the channel may want them again.
 */
async function lessAsked(sql: Sql, order: OrderSnapshot, told: Told): Promise<WithTakenOff> {
  // Whatever was taken off differed.
  if (told.differences === null) return order;
  const asked = await cancellationsAsked(sql, {
    orderId: order.orderId,
    source: reductionsOf(order.channelInstance),
  });
  const lines = order.lines.map((one) => {
    const ofLine = asked.filter(({ lineNo }) => lineNo === one.lineNo);
    const undecided = ofLine.filter(({ isDecided }) => !isDecided);
    return {
      ...one,
      cancelled: one.cancelled + sum(undecided.map(({ quantity }) => quantity)),
      takenOff: sum(ofLine.map(({ quantity }) => quantity)),
    };
  });
  return { ...order, lines };
}

/** As the decision that it is: the order's flow decides it, and says so where it cannot. */
async function cancelFewer(
  sql: Sql,
  order: OrderSnapshot,
  { orderId, eventNo, correlationId, word }: ChannelWord,
  of: {
    readonly differences: readonly string[];
    readonly fewer: readonly { readonly lineNo: number; readonly quantity: number }[];
  },
): Promise<void> {
  await writeTold(sql, orderId, { at: word.updatedAt, differences: contentHash(of.differences) });
  const fact = {
    source: reductionsOf(order.channelInstance),
    eventId: String(eventNo),
    type: 'order.cancel-requested.v1',
    occurredAt: word.updatedAt ?? new Date().toISOString(),
    data: { orderId, reason: 'taken off by the channel', lines: of.fewer },
  };
  await addFact(sql, { correlationId }, fact);
}

/** Null where it cannot go there any more. */
async function followAddress(db: Database, said: ChannelWord): Promise<Heeded | null> {
  const { orderId, eventNo, order, word } = said;
  const { shipTo } = order;
  if (shipTo === undefined) return null;
  const { answer } = await orderMoment(db, orderId, async (sql, inHand) => {
    const { told, now } = await compareNow(sql, inHand.order, said);
    if (now.outcome !== 'differs') return null;
    const put = await putAddress(sql, inHand.order, shipTo, { eventNo });
    if (put.outcome !== 'put') return null;
    await writeTold(sql, orderId, { at: word.updatedAt, differences: told.differences });
    return put;
  });
  if (answer === null || !(await isStillPut(db, orderId, answer.before))) return null;
  return { outcome: 'followed', note: 'it goes to the new address' };
}

function compare(
  order: WithTakenOff,
  told: Told,
  said: ChannelWord,
): Heeded & { readonly differences: readonly string[] } {
  const { channelOrderRef } = said.order;
  if (order.channelOrderRef !== null && channelOrderRef !== order.channelOrderRef) {
    const detail = `another order of the channel (${channelOrderRef ?? 'without an id'}) has the number of ${order.channelOrderRef}`;
    return { outcome: 'other-order', detail, differences: [] };
  }
  const { updatedAt } = said.word;
  if (updatedAt !== null && told.at !== null && updatedAt < told.at) {
    const note = `the channel said something later at ${told.at}`;
    return { outcome: 'older', note, differences: [] };
  }
  const isOver = order.stage === 'rejected' || order.status === 'cancelled';
  const isElsewhere =
    told.shipToHash !== undefined && told.shipToHash !== contentHash(said.order.shipTo ?? null);
  const differences =
    order.stage === 'received' || isOver
      ? []
      : differencesOf(order, { ...said.word, order: said.order, isElsewhere });
  const isKnown = differences.length > 0 && told.differences === contentHash(differences);
  if (differences.length === 0 || isKnown) {
    const note = isKnown ? 'what it changed is known' : SAYS_THE_SAME;
    return { outcome: 'nothing-new', note, differences: [] };
  }
  return { outcome: 'differs', note: differences.join('; '), differences };
}

/** What another event of the channel says of it, beside its own words on the order. */
export async function nameDifferences(
  db: Database,
  of: Pick<ChannelWord, 'orderId' | 'eventNo' | 'correlationId'>,
  differences: readonly string[],
): Promise<void> {
  await orderMoment(db, of.orderId, (sql, { order }) =>
    openDifference(sql, order, of, differences),
  );
}

async function keepDifference(
  sql: Sql,
  order: OrderSnapshot,
  said: ChannelWord,
  differences: readonly string[],
): Promise<void> {
  const told = { at: said.word.updatedAt, differences: contentHash(differences) };
  await writeTold(sql, said.orderId, told);
  await openDifference(sql, order, said, differences);
}

async function openDifference(
  sql: Sql,
  order: OrderSnapshot,
  of: Pick<ChannelWord, 'eventNo' | 'correlationId'>,
  differences: readonly string[],
): Promise<void> {
  const detail = `order ${order.orderNo} is not what was taken: ${differences.join('; ')}`;
  await openChange(sql, order, of, { detail, holdReason: HOLD_REASON });
  await writeTogether(sql, [lookAgainWrite(order.workflowId)]);
}
