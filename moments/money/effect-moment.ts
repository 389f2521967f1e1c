/**
 * The moment that records how an effect ended: its row first, so that an answer heard twice is
 * recorded once, then what a yes or a no means for the order.
 */
import type { Refused } from '../../canonical/ports/fault';
import type { EffectAnswer } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { finishEffect } from '../../store/effects/effects';
import { orderMoment, type OrderInHand } from '../order/order-moment';

/** The other system's yes: what it made has a name there. */
interface Made {
  readonly reference: string;
}

export async function recordEffect<Yes extends Made & { readonly outcome: string }>(
  db: Database,
  due: { readonly orderId: string; readonly key: string },
  answer: Yes | Refused,
  means: {
    readonly yes: (sql: Sql, inHand: OrderInHand, answer: Yes) => Promise<void>;
    readonly no: (sql: Sql, inHand: OrderInHand, answer: Refused) => Promise<void>;
  },
): Promise<EffectAnswer> {
  const made = isRefused(answer) ? null : answer;
  const { agenda } = await orderMoment(db, due.orderId, async (sql, inHand) => {
    const isNew = await finishEffect(sql, due.key, {
      state: made ? 'done' : 'refused',
      reference: made?.reference ?? null,
      answer,
    });
    if (!isNew) return;
    if (isRefused(answer)) await means.no(sql, inHand, answer);
    else await means.yes(sql, inHand, answer);
  });
  return { outcome: made ? 'done' : 'refused', agenda };
}

function isRefused(answer: { readonly outcome: string }): answer is Refused {
  return answer.outcome === 'refused';
}
