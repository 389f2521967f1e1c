// Stock beside its events and the orders that hold it.
import type { Sql } from '../store/database';
import type { OwnStock } from './invariants/stock';
import { pagesOf } from './pages';

/** `since`: only of SKUs that moved since. */
export function stockPages(sql: Sql, since: string | null): AsyncGenerator<readonly OwnStock[]> {
  const isMoved = (sku: string) =>
    since === null
      ? '$1::timestamptz is null'
      : `${sku} in (select e.sku from inventory_event e where e.posted_at >= $1)`;
  return pagesOf(
    sql,
    `with events as (
       select sku, location_id, sum(on_hand_delta)::int as on_hand,
              sum(reserved_delta)::int as reserved,
              sum(unsellable_delta)::int as unsellable
         from inventory_event where ${isMoved('sku')} group by 1, 2),
     held as (
       select coalesce(l.sku, l.channel_sku) as sku, g.location_id,
              sum(x.reserved + x.released)::int as units
         from allocation x join order_line l using (order_id, line_no)
              join fulfilment_group g using (order_id, group_no)
        where x.reserved + x.released > 0
          and ${isMoved('coalesce(l.sku, l.channel_sku)')} group by 1, 2),
     stored as (select sku, location_id, on_hand, reserved, unsellable from stock where ${isMoved('sku')})
     select sku, location_id as "locationId", coalesce(s.on_hand, 0) as "onHand",
            coalesce(s.reserved, 0) as reserved, coalesce(e.on_hand, 0) as "eventOnHand",
            coalesce(e.reserved, 0) as "eventReserved",
            coalesce(s.unsellable, 0) as unsellable,
            coalesce(e.unsellable, 0) as "eventUnsellable", coalesce(h.units, 0) as promised,
            exists (select from exception x
                     where x.code = 'inventory.shortfall' and x.state <> 'resolved'
                       and x.blocks = 'stock:' || sku || '@' || location_id) as "hasShortfall"
       from stored s full join events e using (sku, location_id)
            full join held h using (sku, location_id)`,
    [since],
  );
}
