/** The warehouse took the request and cannot fulfil it after all. */
import type { Taken } from '../../canonical/ports/warehouse';
import type { FulfilmentRejected } from '../../canonical/schema/event';
import type { Applied } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { finishEffect } from '../../store/effects/effects';
import { markEventApplied } from '../../store/orders/orders';
import { orderMoment, type OrderInHand } from '../order/order-moment';
import { takeFact } from '../order/fact';
import { keepGroup, rejected } from './release';

export async function recordRejection(
  db: Database,
  input: { readonly orderId: string; readonly eventNo: number },
): Promise<Applied> {
  const { orderId, eventNo } = input;
  const { answer, agenda } = await orderMoment(db, orderId, async (sql, inHand) => {
    const fact = await takeFact<FulfilmentRejected>(sql, eventNo);
    if (!fact) return 'duplicate' as const;
    const { requestId, reason } = fact.data;
    if (await answersOpenRelease(sql, inHand, requestId)) {
      const groupNo = inHand.order.groups.at(-1)?.groupNo ?? 1;
      await rejected(sql, inHand, { groupNo, ref: requestId, why: reason, eventNo });
      await markEventApplied(sql, eventNo);
      return 'applied' as const;
    }
    const group = inHand.order.groups.find((one) => one.requestKey === requestId);
    const nothingLeft = inHand.order.lines.every((line) => line.released === 0);
    if (!group || group.state !== 'released' || nothingLeft) {
      await markEventApplied(sql, eventNo, 'superseded', 'nothing of that request is still open');
      return 'applied' as const;
    }
    await sql.query(
      `update fulfilment_group set state = 'rejected' where order_id = $1 and group_no = $2`,
      [orderId, group.groupNo],
    );
    await rejected(sql, inHand, { groupNo: group.groupNo, ref: requestId, why: reason, eventNo });
    await markEventApplied(sql, eventNo);
    return 'applied' as const;
  });
  return { outcome: answer, agenda };
}

/**
 * The rejection overtook the answer to the release itself, and tells that the request was taken:
 * who rejects it has it. The release's own answer, when it comes, finds its effect finished and
 * changes nothing.
 */
async function answersOpenRelease(
  sql: Sql,
  { order }: OrderInHand,
  requestId: string,
): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from effect
      where effect_key = $1 and order_id = $2 and verb = 'release' and state = 'called'`,
    [requestId, order.orderId],
  );
  if (rows.length === 0 || order.locationId === null) return false;
  const groupNo = order.groups.at(-1)?.groupNo ?? 1;
  const answer: Taken = { outcome: 'taken', reference: requestId };
  await finishEffect(sql, requestId, { state: 'done', reference: requestId, answer });
  await keepGroup(sql, order.orderId, {
    groupNo,
    location: order.locationId,
    key: requestId,
    state: 'rejected',
  });
  return true;
}
