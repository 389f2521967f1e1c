/** Stock rows and the events they are a projection of; rows are locked in SKU and location order. */
import { openException } from '../exceptions/exceptions';
import type { Sql } from '../database';

export interface StockMove {
  readonly kind: 'receipt' | 'adjustment' | 'reservation' | 'release' | 'shipment';
  readonly sku: string;
  readonly locationId: string;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  readonly lineNo: number | null;
  readonly unitCostMinor: number | null;
}

export interface StockContext {
  readonly orderId: string | null;
  readonly eventNo: number | null;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly businessDate: string;
}

/**
 * Applies the moves and appends their events. A physical fact always applies: where it leaves more
 * reserved than there is on hand, that is an exception of its own, and it blocks nobody.
 */
export async function moveStock(
  sql: Sql,
  moves: readonly StockMove[],
  context: StockContext,
): Promise<void> {
  if (moves.length === 0) return;
  const { rows } = await sql.query<{
    sku: string;
    location_id: string;
    on_hand: number;
    reserved: number;
  }>({
    name: 'move-stock',
    text: `
      with moves as materialized (
             select * from jsonb_to_recordset($1) as m(kind text, sku text, "locationId" text,
               "onHandDelta" int, "reservedDelta" int, "lineNo" int, "unitCostMinor" bigint)),
           sums as materialized (
             select sku, "locationId" as location_id, sum("onHandDelta")::int as on_hand,
                    sum("reservedDelta")::int as reserved, bool_or(kind = 'receipt') as counted
               from moves group by sku, "locationId"),
           events as (
             insert into inventory_event (kind, sku, location_id, on_hand_delta, reserved_delta,
               unit_cost_minor, order_id, line_no, event_no, reason, occurred_at, business_date)
             select kind, sku, "locationId", "onHandDelta", "reservedDelta", "unitCostMinor", $2,
                    "lineNo", $3, $4, $5, $6
               from moves),
           fresh as (
             insert into stock (sku, location_id, on_hand, reserved)
             select sku, location_id, on_hand, greatest(0, reserved) from sums s
              where not exists (select from stock k
                                 where k.sku = s.sku and k.location_id = s.location_id)
             on conflict (sku, location_id) do update
                set on_hand = stock.on_hand + excluded.on_hand,
                    reserved = stock.reserved + excluded.reserved
             returning sku, location_id, on_hand, reserved),
           locked as materialized (
             select k.sku, k.location_id from stock k join sums using (sku, location_id)
              order by k.sku, k.location_id for no key update of k),
           moved as (
             update stock k set on_hand = k.on_hand + s.on_hand,
                    reserved = k.reserved + s.reserved,
                    confirmed_at = case when s.counted then now() else k.confirmed_at end
               from sums s join locked using (sku, location_id)
              where k.sku = s.sku and k.location_id = s.location_id
             returning k.sku, k.location_id, k.on_hand, k.reserved)
      select * from moved union all select * from fresh`,
    values: [
      JSON.stringify(moves),
      context.orderId,
      context.eventNo,
      context.reason,
      context.occurredAt,
      context.businessDate,
    ],
  });
  for (const row of rows) {
    if (row.reserved <= Math.max(0, row.on_hand)) continue;
    await openException(sql, {
      code: 'inventory.shortfall',
      detail: `${row.reserved} of ${row.sku} are promised at ${row.location_id}, ${row.on_hand} are there`,
      cause: { kind: 'stock', ref: row.sku },
      blocks: `stock:${row.sku}@${row.location_id}`,
      subject: row.location_id,
      severity: 'high',
    });
  }
}
