/**
 * The frame of every moment of an accepted order: its row lock first, then what is known, then the
 * change with the status it amounts to, and what is due next. One transaction.
 */
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { channelSetup } from '../../canonical/installation';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { loadOrder, lockOrder, settleKnown, settleStatus } from '../../store/orders/orders';
import type { Write } from '../../store/writes';

export interface TakenOrder {
  readonly order: OrderSnapshot;
  readonly setup: ChannelSetup;
}

export interface OrderInHand extends TakenOrder {
  /**
   * Work on rows that other orders want too, done right before the commit: a stock row that many
   * orders share is locked for two round trips instead of for the whole moment.
   */
  readonly lastly: (hotWork: () => Promise<unknown>) => void;
  /**
   * The moment's whole change of what is known of the order, said once: the writes leave as one
   * statement with the new status. A moment that does not say it has the order read again.
   */
  readonly becomes: (after: OrderSnapshot, writes: readonly Write[]) => void;
}

export class UnknownOrder extends Error {
  override readonly name = 'UnknownOrder';
}

/** Locks and loads an order; throws UnknownOrder where there is none. */
export async function takeOrder(sql: Sql, orderId: string): Promise<TakenOrder> {
  return (await takeWith(sql, orderId, lockOrder)).taken;
}

/** A statement that locks the order's row, and may do more: it is the moment's first one. */
type Lock<L> = (sql: Sql, orderId: string) => Promise<L>;

async function takeWith<L>(sql: Sql, orderId: string, lock: Lock<L>) {
  // Sent together, run in this order: what is read is what the lock protects. Two statements, for
  // one that waited for its lock still reads the rows as they were before it waited.
  const [locked, order] = await Promise.all([lock(sql, orderId), loadOrder(sql, orderId)]);
  const setup = order && channelSetup(order.channelInstance);
  if (!order || !setup) throw new UnknownOrder(`order ${orderId} is not here`);
  return { locked, taken: { order, setup } };
}

interface Moment<T> {
  readonly answer: T;
  readonly agenda: OrderAgenda;
}

/** Runs one moment; `work` gives back its own answer, the agenda comes with it. */
export function orderMoment<T>(
  db: Database,
  orderId: string,
  work: (sql: Sql, inHand: OrderInHand) => Promise<T>,
): Promise<Moment<T>> {
  return lockedMoment(db, orderId, lockOrder, work);
}

/** The same with a lock of its own; `work` has what that statement gave. */
export function lockedMoment<L, T>(
  db: Database,
  orderId: string,
  lock: Lock<L>,
  work: (sql: Sql, inHand: OrderInHand, locked: L) => Promise<T>,
): Promise<Moment<T>> {
  return db.transaction(async (sql) => {
    const hot: (() => Promise<unknown>)[] = [];
    const known: { after: OrderSnapshot; writes: readonly Write[] }[] = [];
    const { locked, taken } = await takeWith(sql, orderId, lock);
    const inHand: OrderInHand = {
      ...taken,
      lastly: (hotWork) => hot.push(hotWork),
      becomes: (after, writes) => known.push({ after, writes }),
    };
    const answer = await work(sql, inHand, locked);
    const [last] = known;
    const settled = last
      ? await settleKnown(sql, taken.order, last.after, last.writes)
      : await settleStatus(sql, orderId, taken.order);
    for (const hotWork of hot) await hotWork();
    return { answer, agenda: agendaOf(settled) };
  });
}
