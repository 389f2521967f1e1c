/** Quiet orders that wait for nothing that has a name; only looks. */
import { agendaOf } from '../../canonical/rules/order/agenda';
import { unnamedWait } from '../../canonical/rules/order/unnamed-wait';
import type { Sql } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { quietOrders } from '../../store/orders/quiet-orders';
import type { Stalled } from '../../store/watchdog/stalled';

/** Among those flows. */
export async function stalledOrders(
  sql: Sql,
  workflowIds: readonly string[],
  forMs: number,
): Promise<Stalled[]> {
  const stalled: Stalled[] = [];
  for (const { orderId, workflowId, quietMs } of await quietOrders(sql, workflowIds, forMs)) {
    const order = await loadOrder(sql, orderId);
    const detail = order && unnamedWait(agendaOf(order));
    if (!detail) continue;
    stalled.push({
      kind: 'flow',
      ref: workflowId,
      detail,
      cause: { kind: 'flow', ref: workflowId },
      workflowId,
      orderId,
      stalledMs: quietMs,
    });
  }
  return stalled;
}
