/** Stock rows and the events they are a projection of; rows are locked in SKU and location order. */
import { openException } from '../exceptions/exceptions';
import type { Sql } from '../database';

export interface StockMove {
  readonly kind:
    | 'receipt'
    | 'adjustment'
    | 'reservation'
    | 'release'
    | 'shipment'
    | 'handover'
    | 'return'
    | 'disposition';
  readonly sku: string;
  readonly locationId: string;
  readonly onHandDelta: number;
  readonly reservedDelta: number;
  /** Of those on hand: not to be sold. Left out: none. */
  readonly unsellableDelta?: number;
  readonly lineNo: number | null;
}

/** What a move did to the value of the stock. */
export interface StockMoved {
  readonly sku: string;
  readonly lineNo: number | null;
  /** Signed as `onHandDelta`; nothing where nothing moved or the item is unknown. */
  readonly costMinor: number;
  /** Of the cost; null: the item is unknown. */
  readonly currency: string | null;
}

export interface StockContext {
  readonly orderId: string | null;
  readonly eventNo: number | null;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly businessDate: string;
}

const COSTED = ['receipt', 'adjustment', 'shipment', 'handover'];

/**
 * Locks the rows, takes what the moved goods cost, applies the moves, appends their events: one
 * statement. Gives the cost of each move, in their order. What a cost is taken from (the item's
 * standard cost today) is read in `costed`, which the lock comes before.
 *
 * A physical fact always applies: where it leaves more reserved than there is on hand, that is an
 * exception of its own, and it blocks nobody.
 */
export async function moveStock(
  sql: Sql,
  moves: readonly StockMove[],
  context: StockContext,
): Promise<StockMoved[]> {
  if (moves.length === 0) return [];
  const { rows } = await sql.query<MovedRow>({
    name: 'move-stock',
    text: MOVE_STOCK,
    values: [
      JSON.stringify(moves.map((move, moveNo) => ({ moveNo, ...move }))),
      context.orderId,
      context.eventNo,
      context.reason,
      context.occurredAt,
      context.businessDate,
      COSTED,
    ],
  });
  const places = new Map(rows.map((row) => [`stock:${row.sku}@${row.locationId}`, row]));
  for (const [blocks, row] of places) {
    if (row.reserved <= Math.max(0, row.onHand)) continue;
    await openException(sql, {
      code: 'inventory.shortfall',
      detail: `${row.reserved} of ${row.sku} are promised at ${row.locationId}, ${row.onHand} are there`,
      cause: { kind: 'stock', ref: row.sku },
      blocks,
      subject: row.locationId,
      severity: 'high',
    });
  }
  return rows;
}

interface MovedRow extends StockMoved {
  readonly locationId: string;
  /** Of the place, after all moves. */
  readonly onHand: number;
  readonly reserved: number;
}

const MOVE_STOCK = `
  with moves as materialized (
         select * from jsonb_to_recordset($1) as m("moveNo" int, kind text, sku text,
           "locationId" text, "onHandDelta" int, "reservedDelta" int, "unsellableDelta" int,
           "lineNo" int)),
       sums as materialized (
         select sku, "locationId" as location_id, sum("onHandDelta")::int as on_hand,
                sum("reservedDelta")::int as reserved,
                coalesce(sum("unsellableDelta"), 0)::int as unsellable, bool_or(kind = 'receipt') as counted
           from moves group by sku, "locationId"),
       fresh as (
         insert into stock (sku, location_id, on_hand, reserved, unsellable)
         select sku, location_id, on_hand, greatest(0, reserved), greatest(0, unsellable) from sums s
          where not exists (select from stock k
                             where k.sku = s.sku and k.location_id = s.location_id)
         on conflict (sku, location_id) do update
            set on_hand = stock.on_hand + excluded.on_hand,
                reserved = stock.reserved + excluded.reserved,
                unsellable = stock.unsellable + excluded.unsellable
         returning sku, location_id, on_hand, reserved),
       locked as materialized (
         select k.sku, k.location_id from stock k join sums using (sku, location_id)
          order by k.sku, k.location_id for no key update of k),
       costed as materialized (
         select m.*, i.currency,
                case when m.kind = any($7::text[]) then coalesce(i.standard_cost_minor, 0) end
                  as unit_cost_minor
           from (select count(*) from locked) l, moves m left join item i on i.sku = m.sku),
       events as (
         insert into inventory_event (kind, sku, location_id, on_hand_delta, reserved_delta,
           unsellable_delta, unit_cost_minor, order_id, line_no, event_no, reason, occurred_at,
           business_date)
         select kind, sku, "locationId", "onHandDelta", "reservedDelta",
                coalesce("unsellableDelta", 0), unit_cost_minor, $2, "lineNo", $3, $4, $5, $6
           from costed),
       moved as (
         update stock k set on_hand = k.on_hand + s.on_hand,
                reserved = k.reserved + s.reserved, unsellable = k.unsellable + s.unsellable,
                confirmed_at = case when s.counted then now() else k.confirmed_at end
           from sums s join locked using (sku, location_id)
          where k.sku = s.sku and k.location_id = s.location_id
         returning k.sku, k.location_id, k.on_hand, k.reserved),
       places as (select * from moved union all select * from fresh)
  select c.sku, c."locationId", c."lineNo", c.currency, p.on_hand as "onHand", p.reserved,
         coalesce(c.unit_cost_minor * c."onHandDelta", 0) as "costMinor"
    from costed c join places p on p.sku = c.sku and p.location_id = c."locationId"
   order by c."moveNo"`;
