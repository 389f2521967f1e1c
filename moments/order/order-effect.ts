/**
 * The moment that records how an order's effect ended. A yes is one statement where no other moment
 * came since the effect was begun: the order was read then, and its row is locked as it was. Else,
 * and for a no, it is a moment as any other.
 */
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { Refused } from '../../canonical/ports/fault';
import type { EffectAnswer, OrderAgenda } from '../../canonical/flows/order';
import { sqlState, type Database } from '../../store/database';
import { finishUnchanged, type EffectRow } from '../../store/effects/effects';
import { settleKnown } from '../../store/orders/orders';
import { CHECK_FAILED, type Write } from '../../store/writes';
import { isRefused, recordEffect, type Made, type Means } from '../flow/record-effect';
import { ORDER_FRAME, takenOrder, type OrderInHand, type TakenOrder } from './order-moment';

/** What the order is after a moment, and the rows that make it so. */
export interface Change {
  readonly after: OrderSnapshot;
  readonly writes: readonly Write[];
}

interface OrderMeans<Yes extends Made, Request> {
  /** `asked`: what the call said, as it was frozen. */
  readonly yes: (taken: TakenOrder, answer: Yes, asked: Request) => Change;
  readonly no: Means<OrderInHand, Yes, Request>['no'];
}

/** `begun`: what the effect's beginning gave; without it nothing is known of the order. */
export async function recordOrderEffect<Yes extends Made, Request>(
  db: Database,
  due: { readonly orderId: string; readonly key: string },
  answer: Yes | Refused,
  begun: EffectRow<Request> | undefined,
  means: OrderMeans<Yes, Request>,
): Promise<EffectAnswer> {
  if (begun && !isRefused(answer)) {
    const agenda = await recordAtOnce(db, begun, answer, means);
    if (agenda) return { outcome: 'done', agenda };
  }
  return recordEffect<typeof due, OrderInHand, OrderAgenda, Yes, Request>(
    ORDER_FRAME,
    db,
    due,
    answer,
    {
      async yes(_sql, inHand, made, asked) {
        const { after, writes } = means.yes(inHand, made, asked);
        inHand.becomes(after, writes);
      },
      no: means.no,
    },
  );
}

/** Null where the order is not as it was when the effect was begun: nothing is written then. */
async function recordAtOnce<Yes extends Made, Request>(
  db: Database,
  { key, order, body }: EffectRow<Request>,
  answer: Yes,
  means: OrderMeans<Yes, Request>,
): Promise<OrderAgenda | null> {
  if (!order || body === null) return null;
  const { after, writes } = means.yes(takenOrder(order), answer, body);
  const { reference } = answer;
  try {
    const finish = finishUnchanged(order, key, { state: 'done', reference, answer });
    return agendaOf(await settleKnown(db, order, after, [finish, ...writes]));
  } catch (error) {
    if (sqlState(error) === CHECK_FAILED) return null;
    throw error;
  }
}
