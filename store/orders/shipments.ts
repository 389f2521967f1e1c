/** Shipments of an order, by the id that whoever sent it gave. */
import type { Sql } from '../database';

export async function isShipmentKnown(
  sql: Sql,
  orderId: string,
  shipmentRef: string,
): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'is-shipment-known',
    text: 'select from shipment where order_id = $1 and shipment_ref = $2',
    values: [orderId, shipmentRef],
  });
  return rows.length > 0;
}
