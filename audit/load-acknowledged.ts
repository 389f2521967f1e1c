// What this installation told others it has taken: answers of the API, order events of the inbox.
import type { Sql } from '../store/database';
import type { Acknowledged, Orphan } from './invariants/acknowledged';
import { pagesOf } from './pages';

const ORPHANS_MAX = 1_000;
/** The scope of an answer is its caller and the route that submits orders. */
const ORDERS_ROUTE = '% POST /v1/orders';

/** Order events that were applied, and orders that the API answered with 201 or 202. */
export function acknowledgedPages(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly Acknowledged[]> {
  return pagesOf(
    sql,
    `select 'event ' || i.event_no || ', ' || i.source as by,
            (i.body ->> 'channelInstance') || '/' || (i.body ->> 'orderNo') as "order",
            (select count(*)::int from sales_order o
              where o.channel_instance = i.body ->> 'channelInstance'
                and o.order_no = i.body ->> 'orderNo') as matches
       from inbox i
      where i.type = 'order.created.v1' and i.state = 'applied'
        and ($1::timestamptz is null or i.applied_at >= $1)
     union all
     select 'the API answered ' || i.status, i.answer ->> 'orderId',
            (select count(*)::int from sales_order o where o.order_id = i.answer ->> 'orderId')
       from idempotency i
      where i.status in (201, 202) and i.scope like $2 and i.answer ? 'orderId'
        and ($1::timestamptz is null or i.created_at >= $1)`,
    [since, ORDERS_ROUTE],
  );
}

/** What an order leaves behind, and what it is called. */
const ORDER_ROWS = {
  order_line: 'lines',
  tender: 'tenders',
  order_fact: 'facts',
  shipment: 'shipments',
  channel_duplicate: 'duplicates',
  effect: 'effects',
  journal: 'journals',
} as const;

/**
 * Orders that are gone and whose rows are not; the first of them. `orderIds`: only of these.
 */
export async function loadOrphans(
  sql: Sql,
  orderIds: readonly string[] | null,
): Promise<readonly Orphan[]> {
  const parts = Object.entries(ORDER_ROWS).map(
    ([table, name]) => `
      select distinct t.order_id, '${name}' as name from ${table} t
       where t.order_id is not null
         ${orderIds === null ? '' : 'and t.order_id = any($2::text[])'}
         and not exists (select from sales_order o where o.order_id = t.order_id)`,
  );
  const { rows } = await sql.query<Orphan>(
    `select order_id as "orderId", array_agg(name order by name) as rows
       from (${parts.join(' union all ')}) x group by 1 order by 1 limit $1`,
    orderIds === null ? [ORPHANS_MAX] : [ORPHANS_MAX, orderIds],
  );
  return rows;
}
