/**
 * Lines that nobody sends (digital goods, gift cards) pass to their buyer once their money is promised
 * or here: invoiced and booked as a shipment is, without stock, and told to the tax service alone.
 */
import { accessLines, agendaOf } from '../../canonical/rules/order/agenda';
import { planShipment } from '../../canonical/rules/order/shipment';
import type { Applied } from '../../canonical/flows/order';
import { only, type Database, type Sql } from '../../store/database';
import { orderMoment } from '../order/order-moment';
import { bookShipment } from './book-shipment';
import type { WhomToTell } from './shipment-messages';

/** Idempotent: a second time nothing is left to give. */
export async function giveAccess(
  db: Database,
  { orderId }: { readonly orderId: string },
): Promise<Applied> {
  const { answer, agenda } = await orderMoment(db, orderId, async (sql, inHand) => {
    const { order } = inHand;
    // A hold or a cancellation may have come before.
    if (!agendaOf(order).access || order.locationId === null) return 'duplicate' as const;
    const { shipments, invoices, ...whom } = await readBefore(sql, orderId);
    const shipmentNo = shipments + 1;
    const at = new Date().toISOString();
    const data = {
      shipmentId: `${orderId}:access:${shipmentNo}`,
      location: order.locationId,
      shippedAt: at,
      toldBy: 'channel' as const,
      lines: accessLines(order).map(({ lineNo, unallocated }) => ({
        lineNo,
        quantity: unallocated,
      })),
    };
    const departure = { data, eventNo: null, source: `access:${orderId}`, timeZone: null };
    await bookShipment(sql, inHand, departure, planShipment(order, data), {
      ...whom,
      shipmentNo,
      invoiceNo: invoices + 1,
      amendmentNo: 0,
      toldAt: at,
      bookedAt: at,
    });
    return 'applied' as const;
  });
  return { outcome: answer, agenda };
}

interface Before extends WhomToTell {
  /** How many shipments and invoices the order has. */
  readonly shipments: number;
  readonly invoices: number;
}

async function readBefore(sql: Sql, orderId: string): Promise<Before> {
  const { rows } = await sql.query<Before>({
    name: 'before-access',
    text: `select (select count(*) from shipment s where s.order_id = $1)::int as shipments,
                  (select count(*) from invoice i where i.order_id = $1)::int as invoices,
                  content -> 'customer' as customer, content -> 'shipTo' as "shipTo"
             from sales_order where order_id = $1`,
    values: [orderId],
  });
  return only(rows, `order ${orderId}`);
}
