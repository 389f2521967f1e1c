/** Open orders in which nothing has happened for some time, and that no exception names. */
import type { Sql } from '../database';

export interface QuietOrder {
  readonly orderId: string;
  readonly workflowId: string;
  readonly quietMs: number;
}

/**
 * Among those flows. Orders of which a warehouse has units and nothing else is left to do are left
 * out: they are many, and their deadline names them. Facts and dispatch rows that are on their way
 * are cases of their own.
 */
export async function quietOrders(
  sql: Sql,
  workflowIds: readonly string[],
  quietForMs: number,
): Promise<QuietOrder[]> {
  const { rows } = await sql.query<QuietOrder & Record<string, unknown>>({
    name: 'quiet-orders',
    text: `select o.order_id as "orderId", f.workflow_id as "workflowId",
                  (extract(epoch from now() - last.happened_at) * 1000)::bigint as "quietMs"
             from flow f join sales_order o using (workflow_id)
             cross join lateral (select greatest(f.opened_at,
                    (select max(posted_at) from order_fact x where x.order_id = o.order_id),
                    (select max(greatest(leased_until, answered_at)) from effect x
                      where x.order_id = o.order_id),
                    (select max(resolved_at) from exception x
                      where x.workflow_id = f.workflow_id)) as happened_at) last
            where f.workflow_id = any($1) and f.state = 'open'
              and last.happened_at < now() - $2 * interval '1 millisecond'
              and not exists (select from exception x where x.workflow_id = f.workflow_id
                     and (x.state <> 'resolved' or not x.is_applied))
              and not exists (select from inbox i
                     where i.workflow_id = f.workflow_id and i.state = 'routed')
              and not exists (select from dispatch d
                     where d.workflow_id = f.workflow_id and d.state = 'pending')
              and (not exists (select from order_line l
                          where l.order_id = o.order_id and l.released > 0)
                or exists (select from capture c
                            where c.order_id = o.order_id and c.state = 'due')
                or exists (select from refund r
                            where r.order_id = o.order_id and r.state = 'due')
                or exists (select from payment_authorization a
                            where a.order_id = o.order_id and a.state = 'planned')
                or exists (select from fulfilment_group g
                            where g.order_id = o.order_id and g.state = 'planned'))
            order by f.workflow_id`,
    values: [workflowIds, quietForMs],
  });
  return rows;
}
