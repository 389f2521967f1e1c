/** A parcel travels otherwise than was told: its rows and its buyer follow, its channel by a person. */
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Sql } from '../../store/database';
import type { Fact } from '../../store/inbox/facts';
import { enqueue } from '../../store/outbox/outbox';
import type { OrderInHand } from '../order/order-moment';
import type { BesideShipment } from './parcels';
import { toCustomer } from './shipment-messages';
import { openFor } from './variances';

export async function followTracking(
  sql: Sql,
  inHand: OrderInHand,
  fact: Fact<ShipmentConfirmed>,
  beside: BesideShipment,
): Promise<void> {
  const { order, setup } = inHand;
  const { shipmentId, carrier = null, trackingNumber = null } = fact.data;
  const { rows } = await sql.query<{ shipment_no: number }>({
    name: 'follow-tracking',
    text: `with v as (
             update shipment_variance set carrier = coalesce($3, carrier),
                    tracking_number = coalesce($4, tracking_number), told_at = $5
              where order_id = $1 and shipment_ref = $2)
           update shipment set carrier = coalesce($3, carrier),
                  tracking_number = coalesce($4, tracking_number), told_at = $5
            where order_id = $1 and shipment_ref = $2 returning shipment_no`,
    values: [order.orderId, shipmentId, carrier, trackingNumber, beside.toldAt],
  });
  if (rows.length === 0) return;
  await enqueue(
    sql,
    toCustomer(inHand, beside, 'order-shipped', `${shipmentId}-${fact.eventNo}`, {
      orderNo: order.orderNo,
      trackingNumber: trackingNumber ?? '',
      carrier: carrier ?? '',
    }),
  );
  if (setup.connector === null || order.channelOrderRef === null) return;
  const now = [carrier, trackingNumber].filter((one) => one !== null).join(' ');
  const detail = `it travels as ${now} now; ${order.channelInstance} still shows what it was told first`;
  await openFor(sql, order, fact, 'fulfilment.tracking-changed', detail);
}
