/** Stock as channels and people ask for it. Reservation does not read here: it has its own guard. */
import { sellable } from '../../canonical/rules/stock/sourcing';
import type { AvailableAt, StockPosition } from '../../canonical/schema/stock';
import type { Sql } from '../database';

/** Locations of one SKU that an answer lists at the most. */
export const MAX_POSITIONS = 5_000;

/** Where a SKU lies, by location; `location` narrows to one. */
export async function readPositions(
  sql: Sql,
  sku: string,
  location: string | null,
): Promise<StockPosition[]> {
  const { rows } = await sql.query<Omit<StockPosition, 'sellable'>>({
    name: 'read-positions',
    text: `select sku, location_id as location, on_hand as "onHand", reserved, unsellable, safety,
                  held_for_others as "heldForOthers", inbound, backordered,
                  confirmed_at as "confirmedAt"
             from stock where sku = $1 and ($2::text is null or location_id = $2)
            order by location_id limit ${MAX_POSITIONS}`,
    values: [sku, location],
  });
  return rows.map((row) => ({ ...row, sellable: sellable(row) }));
}

/** What may be promised of a SKU at each active location. */
export async function readAvailability(
  sql: Sql,
  sku: string,
  location: string | null,
): Promise<AvailableAt[]> {
  const { rows } = await sql.query<AvailableAt>({
    name: 'read-availability',
    text: `select s.location_id as location, s.inbound, s.backordered, l.ships,
                  greatest(0, s.on_hand - s.reserved - s.unsellable - s.safety
                              - s.held_for_others) as sellable
             from stock s join location l using (location_id)
            where s.sku = $1 and l.active and ($2::text is null or s.location_id = $2)
            order by s.location_id limit ${MAX_POSITIONS}`,
    values: [sku, location],
  });
  return rows;
}
