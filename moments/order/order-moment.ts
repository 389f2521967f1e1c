/**
 * The frame of every moment of an accepted order: its row lock first, then what is known, then the
 * change, then the status it amounts to and what is due next. One transaction.
 */
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { channelSetup } from '../../canonical/installation';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { loadOrder, lockOrder, settleStatus } from '../../store/orders/orders';

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
}

export class UnknownOrder extends Error {
  override readonly name = 'UnknownOrder';
}

/** Locks and loads an order; throws UnknownOrder where there is none. */
export async function takeOrder(sql: Sql, orderId: string): Promise<TakenOrder> {
  // Sent together, run in this order: what is read is what the lock protects.
  const [, order] = await Promise.all([lockOrder(sql, orderId), loadOrder(sql, orderId)]);
  const setup = order && channelSetup(order.channelInstance);
  if (!order || !setup) throw new UnknownOrder(`order ${orderId} is not here`);
  return { order, setup };
}

/** Runs one moment; `work` gives back its own answer, the agenda comes with it. */
export function orderMoment<T>(
  db: Database,
  orderId: string,
  work: (sql: Sql, inHand: OrderInHand) => Promise<T>,
): Promise<{ readonly answer: T; readonly agenda: OrderAgenda }> {
  return db.transaction(async (sql) => {
    const hot: (() => Promise<unknown>)[] = [];
    const taken = await takeOrder(sql, orderId);
    const answer = await work(sql, { ...taken, lastly: (hotWork) => hot.push(hotWork) });
    const agenda = agendaOf(await settleStatus(sql, orderId));
    for (const hotWork of hot) await hotWork();
    return { answer, agenda };
  });
}
