/**
 * The frame of every moment of an accepted order: its row lock first, then what is known, then the
 * change, then the status it amounts to and what is due next. One transaction.
 */
import { agendaOf } from '../../canonical/rules/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order-snapshot';
import { channelSetup, type ChannelSetup } from '../../canonical/schema/channel';
import type { OrderAgenda } from '../../canonical/schema/order-flow';
import type { Database, Sql } from '../database';
import { loadOrder, lockOrder, settleStatus } from '../orders';

export interface OrderInHand {
  readonly order: OrderSnapshot;
  readonly setup: ChannelSetup;
}

export class UnknownOrder extends Error {
  override readonly name = 'UnknownOrder';
}

/** Locks and loads an order; throws UnknownOrder where there is none. */
export async function takeOrder(sql: Sql, orderId: string): Promise<OrderInHand> {
  const isHere = await lockOrder(sql, orderId);
  const order = isHere ? await loadOrder(sql, orderId) : null;
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
    const answer = await work(sql, await takeOrder(sql, orderId));
    return { answer, agenda: agendaOf(await settleStatus(sql, orderId)) };
  });
}
