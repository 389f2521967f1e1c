/** Where an order goes, in its content; and the hash of what its channel said of that. */
import type { Address } from '../../canonical/schema/order';
import type { Sql } from '../database';

export interface ShipTo {
  readonly shipTo: Address | null;
  /** Hash of what the channel said last; null: as the order has it. */
  readonly toldHash: string | null;
}

export async function readShipTo(sql: Sql, orderId: string): Promise<ShipTo> {
  const { rows } = await sql.query<ShipTo>({
    name: 'read-ship-to',
    text: `select content -> 'shipTo' as "shipTo", told_ship_to as "toldHash"
             from sales_order where order_id = $1`,
    values: [orderId],
  });
  return rows[0] ?? { shipTo: null, toldHash: null };
}

export async function writeShipTo(
  sql: Sql,
  orderId: string,
  { shipTo, toldHash }: ShipTo,
): Promise<void> {
  await sql.query({
    name: 'write-ship-to',
    text: `update sales_order
              set told_ship_to = $3,
                  content = case when $2::jsonb is null then content - 'shipTo'
                                 else jsonb_set(content, '{shipTo}', $2::jsonb) end
            where order_id = $1`,
    values: [orderId, shipTo === null ? null : JSON.stringify(shipTo), toldHash],
  });
}
