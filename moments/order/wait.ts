/** A step that cannot go on for now, and the end of that wait. */
import type { Applied, WaitExpired } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { orderMoment } from './order-moment';

export async function openWait(db: Database, wait: WaitExpired): Promise<Applied> {
  const { agenda } = await orderMoment(db, wait.orderId, async (sql, { order, setup }) => {
    const system = wait.code === 'payment.unavailable' ? setup.moneyAccount : setup.warehouse;
    await openException(sql, {
      code: wait.code,
      detail: wait.detail,
      cause: { kind: 'system', ref: system },
      blocks: wait.step,
      subject: order.orderId,
      orderId: order.orderId,
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
  input: { readonly orderId: string; readonly step: string },
): Promise<Applied> {
  const { agenda } = await orderMoment(db, input.orderId, async (sql) => {
    await sql.query(
      `update exception set state = 'resolved', resolution = coalesce(resolution, 'retried'),
              resolved_by = coalesce(resolved_by, 'system'),
              resolution_reason = coalesce(resolution_reason, 'it passed by itself'),
              resolved_at = coalesce(resolved_at, now()), is_applied = true
        where order_id = $1 and blocks = $2
          and code in ('payment.unavailable', 'fulfilment.unavailable', 'fulfilment.overdue')
          and (state <> 'resolved' or not is_applied)`,
      [input.orderId, input.step],
    );
  });
  return { outcome: 'applied', agenda };
}
