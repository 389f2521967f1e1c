/** An order in a moment: what is known of it, and the status that a change amounts to. */
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { channelSetup } from '../../canonical/installation';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { CanonicalEvent } from '../../canonical/schema/event';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { lockSubject } from '../../store/flows/subject';
import type { Fact } from '../../store/inbox/facts';
import { loadOrder, orderRow, settleKnown, settleStatus } from '../../store/orders/orders';
import type { Write } from '../../store/writes';
import { flowMoment, take, type FlowFrame } from '../flow/flow-moment';
import { recordFact } from '../flow/record-fact';

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
  readonly settle: (sql: Sql) => Promise<OrderSnapshot>;
}

export class UnknownOrder extends Error {
  override readonly name = 'UnknownOrder';
}

/**
 * Locks and loads an order; throws UnknownOrder where there is none. What is done with it in hand is
 * written by its `settle`, before the commit.
 */
export async function takeOrder(sql: Sql, orderId: string): Promise<OrderInHand> {
  return (await take(ORDER_FRAME, sql, { orderId }, lockSubject)).inHand;
}

interface OfOrder {
  readonly orderId: string;
}

export const ORDER_FRAME: FlowFrame<OfOrder, OrderInHand, OrderAgenda> = {
  row: ({ orderId }) => orderRow(orderId),
  async load(sql, { orderId }) {
    const order = await loadOrder(sql, orderId);
    if (!order) throw new UnknownOrder(`order ${orderId} is not here`);
    return inHandOf(takenOrder(order));
  },
  agendaOf: ({ order }) => agendaOf(order),
  settle: async (sql, inHand) => ({ ...inHand, order: await inHand.settle(sql) }),
};

export function takenOrder(order: OrderSnapshot): TakenOrder {
  const setup = channelSetup(order.channelInstance);
  if (!setup) throw new UnknownOrder(`the channel of order ${order.orderId} is not here`);
  return { order, setup };
}

function inHandOf({ order, setup }: TakenOrder): OrderInHand {
  const hot: (() => Promise<unknown>)[] = [];
  const known: { after: OrderSnapshot; writes: readonly Write[] }[] = [];
  return {
    order,
    setup,
    lastly: (hotWork) => hot.push(hotWork),
    becomes: (after, writes) => known.push({ after, writes }),
    async settle(sql) {
      const [last] = known;
      const settled = last
        ? await settleKnown(sql, order, last.after, last.writes)
        : await settleStatus(sql, order.orderId, order);
      for (const hotWork of hot) await hotWork();
      return settled;
    },
  };
}

/** Runs one moment; `work` gives back its own answer, the agenda comes with it. */
export const orderMoment = <T>(
  db: Database,
  orderId: string,
  work: (sql: Sql, inHand: OrderInHand) => Promise<T>,
) => flowMoment(ORDER_FRAME, db, { orderId }, work);

/** One that applies a fact. */
export const recordOrderFact = <Data>(
  db: Database,
  of: OfOrder & { readonly eventNo: number },
  type: CanonicalEvent['type'],
  apply: (sql: Sql, inHand: OrderInHand, fact: Fact<Data>) => Promise<'applied' | 'duplicate'>,
) => recordFact(ORDER_FRAME, db, of, type, apply);
