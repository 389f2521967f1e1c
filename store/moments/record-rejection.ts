/** The warehouse took the request and cannot fulfil it after all. */
import type { FulfilmentRejected } from '../../canonical/schema/event';
import type { Applied } from '../../canonical/schema/order-flow';
import type { Database } from '../database';
import { markEventApplied } from '../orders';
import { orderMoment } from './order-moment';
import { takeFact } from './record-shipment';
import { rejected } from './release';

export async function recordRejection(
  db: Database,
  input: { readonly orderId: string; readonly eventNo: number },
): Promise<Applied> {
  const { orderId, eventNo } = input;
  const { answer, agenda } = await orderMoment(db, orderId, async (sql, inHand) => {
    const fact = await takeFact<FulfilmentRejected>(sql, eventNo);
    if (!fact) return 'duplicate' as const;
    const group = inHand.order.groups.find((one) => one.requestKey === fact.data.requestId);
    const nothingLeft = inHand.order.lines.every((line) => line.released === 0);
    if (!group || group.state !== 'released' || nothingLeft) {
      await markEventApplied(sql, eventNo, 'superseded', 'nothing of that request is still open');
      return 'applied' as const;
    }
    await sql.query(
      `update fulfilment_group set state = 'rejected' where order_id = $1 and group_no = $2`,
      [orderId, group.groupNo],
    );
    const { requestId, reason } = fact.data;
    await rejected(sql, inHand, { groupNo: group.groupNo, ref: requestId, why: reason, eventNo });
    await markEventApplied(sql, eventNo);
    return 'applied' as const;
  });
  return { outcome: answer, agenda };
}
