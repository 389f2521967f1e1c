/** A step that cannot go on for now, and the end of that wait. */
import { WAIT_CODES } from '../../canonical/schema/exception';
import type { Applied, OrderWait } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { openException, settleExceptions } from '../../store/exceptions/exceptions';
import { orderMoment } from './order-moment';

export async function openWait(db: Database, { orderId, ...wait }: OrderWait): Promise<Applied> {
  const { agenda } = await orderMoment(db, orderId, async (sql, { order }) => {
    await openException(sql, {
      ...wait,
      subject: orderId,
      orderId,
      workflowId: order.workflowId,
      moneyMinor: order.totalMinor,
      currency: order.currency,
      correlationId: order.correlationId,
    });
  });
  return { outcome: 'applied', agenda };
}

/** Resolves it in the name of the system; wakes nobody, for its flow is the one that calls. */
export async function closeWait(
  db: Database,
  { orderId, blocks }: { readonly orderId: string; readonly blocks: string },
): Promise<Applied> {
  const { agenda } = await orderMoment(db, orderId, (sql, { order: { workflowId } }) =>
    settleExceptions(
      sql,
      { workflowId, blocks, codes: WAIT_CODES },
      { as: 'retried', reason: 'it passed by itself' },
    ),
  );
  return { outcome: 'applied', agenda };
}
