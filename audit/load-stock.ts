// Stock beside its events and the orders that hold it, by SKU, in pages.
import type { Sql } from '../store/database';
import type { OwnStock } from './invariants/stock';

/** SKUs a page. */
export const SKUS_A_PAGE = 500;
const PAGES_MAX = 100_000;

const EVERY_SKU = `select sku from stock union select sku from inventory_event
  union select coalesce(sku, channel_sku) from order_line where reserved + released > 0`;
const MOVED_SKUS = `select distinct sku from inventory_event where posted_at >= $3`;

const page = (skus: string) => `
  with page as materialized (
         select sku from (${skus}) s where sku > $1 order by sku limit $2),
       events as (
         select e.sku, e.location_id, sum(e.on_hand_delta)::int as on_hand,
                sum(e.reserved_delta)::int as reserved
           from inventory_event e join page using (sku) group by 1, 2),
       held as (
         select page.sku, l.location_id, sum(l.reserved + l.released)::int as units
           from order_line l join page on page.sku = coalesce(l.sku, l.channel_sku)
          where l.reserved + l.released > 0 and l.location_id is not null group by 1, 2),
       stored as (select k.sku, k.location_id, k.on_hand, k.reserved
                    from stock k join page using (sku))
  select sku, location_id as "locationId", coalesce(s.on_hand, 0) as "onHand",
         coalesce(s.reserved, 0) as reserved, coalesce(e.on_hand, 0) as "eventOnHand",
         coalesce(e.reserved, 0) as "eventReserved", coalesce(h.units, 0) as promised,
         exists (select from exception x
                  where x.code = 'inventory.shortfall' and x.state <> 'resolved'
                    and x.blocks = 'stock:' || sku || '@' || location_id) as "hasShortfall"
    from stored s full join events e using (sku, location_id)
         full join held h using (sku, location_id)
   order by sku, location_id`;

/** `since`: only of SKUs that moved since. */
export async function* stockPages(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly OwnStock[]> {
  const statement = page(since === null ? EVERY_SKU : MOVED_SKUS);
  const more = since === null ? [] : [since];
  let after = '';
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const { rows } = await sql.query<OwnStock>(statement, [after, SKUS_A_PAGE, ...more]);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.sku;
  }
  throw new RangeError(`more than ${PAGES_MAX} pages of SKUs`);
}
