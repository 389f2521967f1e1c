/**
 * The moment that records how an effect ended: its row first, under the order's
 * lock, so that an answer heard twice is recorded once, then what a yes or a no means for the order.
 */
import type { Refused } from '../../canonical/ports/fault';
import type { EffectAnswer } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { finishOrderEffect } from '../../store/effects/effects';
import { lockedMoment, type OrderInHand } from '../order/order-moment';

/** The other system's yes: what it made has a name there. */
interface Made {
  readonly reference: string;
}

export async function recordEffect<Yes extends Made & { readonly outcome: string }, Request>(
  db: Database,
  due: { readonly orderId: string; readonly key: string },
  answer: Yes | Refused,
  means: {
    /** `asked`: what the call said, as it was frozen. */
    readonly yes: (sql: Sql, inHand: OrderInHand, answer: Yes, asked: Request) => Promise<void>;
    readonly no: (sql: Sql, inHand: OrderInHand, answer: Refused) => Promise<void>;
  },
): Promise<EffectAnswer> {
  const { orderId, key } = due;
  const made = isRefused(answer) ? null : answer;
  const finish = (sql: Sql) =>
    finishOrderEffect<Request>(sql, orderId, key, {
      state: made ? 'done' : 'refused',
      reference: made?.reference ?? null,
      answer,
    });
  const { agenda } = await lockedMoment(db, orderId, finish, async (sql, inHand, asked) => {
    if (asked === null) return;
    if (isRefused(answer)) await means.no(sql, inHand, answer);
    else await means.yes(sql, inHand, answer, asked);
  });
  return { outcome: made ? 'done' : 'refused', agenda };
}

function isRefused(answer: { readonly outcome: string }): answer is Refused {
  return answer.outcome === 'refused';
}
