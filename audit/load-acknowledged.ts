// What this installation told others it has taken: answers of the API, order events of the inbox.
import type { Sql } from '../store/database';
import type { Acknowledged, Orphan } from './invariants/acknowledged';

/** Rows a page. */
const ACKNOWLEDGED_A_PAGE = 5_000;
const PAGES_MAX = 1_000;
const ORPHANS_MAX = 1_000;
/** The scope of an answer is its caller and the route that submits orders. */
const ORDERS_ROUTE = '% POST /v1/orders';

interface EventRow extends Acknowledged {
  readonly eventNo: number;
}

/** Order events that were applied, in pages. */
export async function* acknowledgedEvents(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly Acknowledged[]> {
  let after = 0;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { rows } = await sql.query<EventRow>(
      `select i.event_no as "eventNo", 'event ' || i.event_no || ', ' || i.source as by,
              (i.body ->> 'channelInstance') || '/' || (i.body ->> 'orderNo') as "order",
              (select count(*)::int from sales_order o
                where o.channel_instance = i.body ->> 'channelInstance'
                  and o.order_no = i.body ->> 'orderNo') as matches
         from inbox i
        where i.type = 'order.created.v1' and i.state = 'applied' and i.event_no > $1
          and ($3::timestamptz is null or i.applied_at >= $3)
        order by i.event_no limit $2`,
      [after, ACKNOWLEDGED_A_PAGE, since],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < ACKNOWLEDGED_A_PAGE) return;
    after = rows.at(-1)?.eventNo ?? after;
  }
  throw new RangeError(`more than ${PAGES_MAX} pages of order events`);
}

interface AnswerRow extends Acknowledged {
  readonly scope: string;
  readonly key: string;
}

/** Orders that the API answered with 201 or 202, in pages. */
export async function* acknowledgedAnswers(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly Acknowledged[]> {
  let after: readonly [string, string] = ['', ''];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { rows } = await sql.query<AnswerRow>(
      `select i.scope, i.idempotency_key as key, 'the API answered ' || i.status as by,
              i.answer ->> 'orderId' as "order",
              (select count(*)::int from sales_order o
                where o.order_id = i.answer ->> 'orderId') as matches
         from idempotency i
        where i.status in (201, 202) and i.scope like $1 and i.answer ? 'orderId'
          and (i.scope, i.idempotency_key) > ($2, $3)
          and ($5::timestamptz is null or i.created_at >= $5)
        order by i.scope, i.idempotency_key limit $4`,
      [ORDERS_ROUTE, ...after, ACKNOWLEDGED_A_PAGE, since],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < ACKNOWLEDGED_A_PAGE || !last) return;
    after = [last.scope, last.key];
  }
  throw new RangeError(`more than ${PAGES_MAX} pages of answers`);
}

/** What an order leaves behind, and what it is called. */
const ORDER_ROWS = {
  order_line: 'lines',
  tender: 'tenders',
  order_fact: 'facts',
  shipment: 'shipments',
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
