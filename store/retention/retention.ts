/**
 * What is done with is given up: the work rows and the copies of an order that ended long ago, and
 * idempotency keys past their life. What the audit and a trace read stays: events with their ids and
 * times, effects with their amounts, lines and answers' codes, facts, journals, decisions.
 */
import type { Database, Sql } from '../database';
import { compactFindings } from '../shadow/findings';

/** What one batch gave up, by its name; every name is there. */
export type GivenUp = Readonly<Record<RetentionName, number>>;
export const RETENTION_NAMES = [
  'orders',
  'returns',
  'dispatch',
  'outbox',
  'events',
  'effects',
  'handovers',
  'keys',
  'shadow',
] as const;
export type RetentionName = (typeof RETENTION_NAMES)[number];

export interface RetentionBatch {
  /** Days that an ended order keeps its work rows and copies. */
  readonly orderDays: number;
  /** Days that a caller may repeat a call under its key. */
  readonly keyDays: number;
  readonly ordersAtOnce: number;
  readonly keysAtOnce: number;
}

/** One bounded batch in one transaction. All zeros: nothing is due. */
export function giveUpBatch(db: Database, batch: RetentionBatch): Promise<GivenUp> {
  return db.transaction(async (sql) => {
    const orders = await claimEndedOrders(sql, batch.orderDays, batch.ordersAtOnce);
    const returns = await claimEndedReturns(sql, batch.orderDays, batch.ordersAtOnce);
    const orderIds = [...new Set([...orders, ...returns])];
    const none = orderIds.length === 0;
    const givenUp: GivenUp = {
      orders: orders.length,
      returns: returns.length,
      dispatch: none ? 0 : await dropDelivered(sql, orderIds),
      outbox: none ? 0 : await dropSent(sql, orderIds),
      events: none ? 0 : await compactEvents(sql, orderIds),
      effects: none ? 0 : await compactEffects(sql, orderIds),
      handovers: none ? 0 : await forgetCollectors(sql, orderIds),
      keys: await dropKeys(sql, batch.keyDays, batch.keysAtOnce),
      shadow: await compactFindings(sql, batch.orderDays, batch.ordersAtOnce),
    };
    if (Object.values(givenUp).some((rows) => rows > 0)) await addToTotals(sql, givenUp);
    return givenUp;
  });
}

/**
 * Ended orders that are due, marked as compacted. An order whose event still waits to be applied,
 * whose message is not out, or of which a return is open, is left for later.
 */
async function claimEndedOrders(sql: Sql, days: number, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>({
    name: 'claim-ended-orders',
    text: `with due as (
             select order_id from sales_order o
              where compacted_at is null and received_at < now() - make_interval(days => $1)
                and (stage = 'closed' and closed_at < now() - make_interval(days => $1)
                     or stage = 'rejected')
                and not exists (select from inbox i where i.order_id = o.order_id
                                   and i.state in ('received', 'waiting', 'routed'))
                and not exists (select from outbox x where x.order_id = o.order_id
                                   and x.state in ('pending', 'parked'))
                and not exists (select from sales_return r where r.order_id = o.order_id
                                   and r.closed_at is null)
              order by received_at limit $2 for no key update skip locked)
           update sales_order o set compacted_at = now() from due where o.order_id = due.order_id
           returning o.order_id as id`,
    values: [days, limit],
  });
  return rows.map((row) => row.id);
}

/**
 * Ended returns that are due, marked as compacted and no longer known by their buyer; their orders.
 * A return may end long after its order was compacted, and leaves work rows of the same kinds. One
 * whose order is not compacted goes after it.
 */
async function claimEndedReturns(sql: Sql, days: number, limit: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>({
    name: 'claim-ended-returns',
    text: `with due as (
             select s.rma from sales_return s join sales_order o using (order_id)
              where s.compacted_at is null and s.closed_at < now() - make_interval(days => $1)
                and o.compacted_at is not null
                and not exists (select from inbox i where i.order_id = s.order_id
                                   and i.state in ('received', 'waiting', 'routed'))
                and not exists (select from outbox x where x.order_id = s.order_id
                                   and x.state in ('pending', 'parked'))
                and not exists (select from sales_return r where r.order_id = s.order_id
                                   and r.closed_at is null)
              order by s.closed_at limit $2 for no key update of s skip locked)
           update sales_return s set compacted_at = now(), buyer_hash = null
             from due where s.rma = due.rma
           returning s.order_id as id`,
    values: [days, limit],
  });
  return rows.map((row) => row.id);
}

/** A closed order takes no start and no signal any more. */
async function dropDelivered(sql: Sql, orderIds: readonly string[]): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'drop-delivered',
    text: `delete from dispatch where order_id = any($1::text[]) and state = 'delivered'`,
    values: [orderIds],
  });
  return rowCount ?? 0;
}

/** Its effect says what was sent, when, and what was answered; one without an effect stays. */
async function dropSent(sql: Sql, orderIds: readonly string[]): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'drop-sent',
    text: `delete from outbox x where order_id = any($1::text[]) and state = 'sent'
              and exists (select from effect e
                           where e.effect_key = x.effect_key and e.state = 'done')`,
    values: [orderIds],
  });
  return rowCount ?? 0;
}

/**
 * The bytes as they came; of a vendor's event also all but what names its order. The body of an
 * event in our own vocabulary stays: a repeat of it is told from another event by it.
 */
async function compactEvents(sql: Sql, orderIds: readonly string[]): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'compact-events',
    text: `update inbox set raw = '',
                  body = case when connector is null then body else
                    (select jsonb_object_agg(k.key, k.value) from jsonb_each(body) k
                      where k.key in ('orderId', 'channelInstance', 'orderNo', 'channelOrderRef'))
                    end
            where order_id = any($1::text[]) and state in ('applied', 'superseded', 'ignored')
              and raw <> ''`,
    values: [orderIds],
  });
  return rowCount ?? 0;
}

/** Of a line that was sent, what the audit compares with the other system's record. */
const LINES = `(select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
    'lineNo', l -> 'lineNo', 'sku', l -> 'sku', 'channelLineRef', l -> 'channelLineRef',
    'quantity', l -> 'quantity', 'amountMinor', l -> 'amountMinor',
    'netMinor', l -> 'netMinor', 'side', l -> 'side',
    'taxes', (select jsonb_agg(jsonb_build_object('amountMinor', t -> 'amountMinor'))
                from jsonb_array_elements(case when jsonb_typeof(l -> 'taxes') = 'array'
                                               then l -> 'taxes' else '[]' end) t))))
  from jsonb_array_elements(case when jsonb_typeof(body -> 'lines') = 'array'
                                 then body -> 'lines' else '[]' end) l)`;

/** Nobody calls again for an order that ended: of request and answer the compared parts stay. */
async function compactEffects(sql: Sql, orderIds: readonly string[]): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'compact-effects',
    text: `update effect set
                  body = jsonb_strip_nulls(jsonb_build_object('lines', ${LINES},
                    'amountMinor', body -> 'amountMinor', 'currency', body -> 'currency')),
                  answer = case when answer ? 'vendorCode'
                    then jsonb_strip_nulls(jsonb_build_object('vendorCode', answer -> 'vendorCode',
                      'declineCode', answer -> 'declineCode')) end
            where order_id = any($1::text[]) and state in ('done', 'refused')`,
    values: [orderIds],
  });
  return rowCount ?? 0;
}

/** Who collected, and who was to; how that was seen, and by which key, stays. */
async function forgetCollectors(sql: Sql, orderIds: readonly string[]): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'forget-collectors',
    text: `with n as (
             update pickup set collector = null
              where collector is not null and order_id = any($1::text[]))
           update pickup_handover set collected_by = null
            where collected_by is not null
              and pickup_id in (select pickup_id from pickup where order_id = any($1::text[]))`,
    values: [orderIds],
  });
  return rowCount ?? 0;
}

async function dropKeys(sql: Sql, days: number, limit: number): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'drop-keys',
    text: `delete from idempotency where (scope, idempotency_key) in (
             select scope, idempotency_key from idempotency
              where created_at < now() - make_interval(days => $1)
              order by created_at limit $2 for update skip locked)`,
    values: [days, limit],
  });
  return rowCount ?? 0;
}

async function addToTotals(sql: Sql, givenUp: GivenUp): Promise<void> {
  await sql.query({
    name: 'add-to-retention-totals',
    text: `insert into retention_total (what, rows_given_up)
           select * from unnest($1::text[], $2::bigint[])
           on conflict (what) do update
              set rows_given_up = retention_total.rows_given_up + excluded.rows_given_up`,
    values: [RETENTION_NAMES, RETENTION_NAMES.map((name) => givenUp[name])],
  });
}
