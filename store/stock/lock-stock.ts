/** Stock rows, locked in SKU and location order, and what of them may be promised. */
import type { Sql } from '../database';

export interface StockPlace {
  readonly sku: string;
  readonly locationId: string;
}

/** By `sku@location`; what has no row has nothing. */
export async function lockSellable(
  sql: Sql,
  places: readonly StockPlace[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ place: string; sellable: number }>({
    name: 'lock-sellable',
    text: `select k.sku || '@' || k.location_id as place,
                  greatest(0, k.on_hand - k.reserved - k.unsellable - k.safety
                              - k.held_for_others) as sellable
             from stock k join jsonb_to_recordset($1) as p(sku text, "locationId" text)
               on p.sku = k.sku and p."locationId" = k.location_id
            order by k.sku, k.location_id for no key update of k`,
    values: [JSON.stringify(places)],
  });
  return new Map(rows.map((row) => [row.place, row.sellable]));
}
