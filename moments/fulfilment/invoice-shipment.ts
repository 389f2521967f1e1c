/** What left and is the order's: its row, the invoice that it makes, its journal. Rules 3 to 4a, 9. */
import { documentNumber } from '../../canonical/rules/order/shipment';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { postShipment, type ShippedLine } from '../../canonical/rules/posting/posting';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Sql } from '../../store/database';
import type { Fact } from '../../store/inbox/facts';
import { journalWrites } from '../../store/ledger/ledger';
import { writeTogether } from '../../store/writes';
import { provisionJournal, provisionRows, setAsideOf } from '../money/provision';
import { orderJournal } from '../order/of-order';
import type { OrderInHand } from '../order/order-moment';

/** What left; `eventNo` null: nobody told of it. */
export type Departure = Omit<Fact<ShipmentConfirmed>, 'eventNo'> & {
  readonly eventNo: number | null;
};

export interface ShipmentInvoice {
  readonly shipmentNo: number;
  readonly invoiceNo: number;
  /** How often the parcel was added to before. */
  readonly amendmentNo: number;
  /** RFC 3339: when the warehouse said so, by its own clock. */
  readonly toldAt: string;
  /** RFC 3339: what the books are dated by. */
  readonly bookedAt: string;
  /** `YYYY-MM-DD`, in the time zone of where it left. */
  readonly onDate: string;
  readonly invoiceMinor: number;
  readonly prepaidMinor: number;
  /** Whose units left; null: of no group. */
  readonly groupNo: number | null;
}

export async function invoiceShipment(
  sql: Sql,
  inHand: OrderInHand,
  fact: Departure,
  lines: readonly ShippedLine[],
  invoice: ShipmentInvoice,
): Promise<void> {
  await Promise.all([
    keepShipment(sql, inHand, fact, lines, invoice),
    post(sql, inHand, fact, lines, invoice),
  ]);
}

async function keepShipment(
  sql: Sql,
  { order }: OrderInHand,
  { data, eventNo }: Departure,
  lines: readonly ShippedLine[],
  invoice: ShipmentInvoice,
): Promise<void> {
  await sql.query({
    name: 'keep-shipment',
    text: `with i as (
             insert into invoice (order_id, source_kind, source_no, invoice_no, group_no,
               document_no, business_date, amount_minor, prepaid_minor, lines)
             values ($1, 'shipment', $2, $9, $10, $11, $12, $13, $14, $15))
           insert into shipment (order_id, shipment_no, shipment_ref, location_id, carrier,
             tracking_number, shipped_at, event_no, amendment_no, told_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $16, $17)`,
    values: [
      order.orderId,
      invoice.shipmentNo,
      data.shipmentId,
      data.location,
      data.carrier ?? null,
      data.trackingNumber ?? null,
      data.shippedAt,
      eventNo,
      invoice.invoiceNo,
      invoice.groupNo,
      documentNumber(order, invoice.invoiceNo),
      invoice.onDate,
      invoice.invoiceMinor,
      invoice.prepaidMinor,
      JSON.stringify(lines),
      invoice.amendmentNo,
      invoice.toldAt,
    ],
  });
}

async function post(
  sql: Sql,
  inHand: OrderInHand,
  fact: Departure,
  lines: readonly ShippedLine[],
  invoice: ShipmentInvoice,
): Promise<void> {
  const { order } = inHand;
  const { orderId } = order;
  const { data } = fact;
  // A gift card that was sold does not come back: it is paid with.
  const returnable = lines.filter(({ notSent }) => notSent !== 'gift-card');
  const setAside = setAsideOf(inHand.setup, invoice.onDate, returnable);
  const { invoiceNo } = invoice;
  await writeTogether(sql, [
    ...provisionRows({ orderId, invoiceNo }, returnable, setAside),
    ...journalWrites(
      orderJournal(inHand, {
        momentKey: `invoice:${orderId}:${invoice.invoiceNo}`,
        businessDate: invoice.onDate,
        ...(fact.eventNo !== null && { eventNo: fact.eventNo }),
        source: fact.source,
        occurredAt: invoice.bookedAt,
        posting: postShipment({
          orderId,
          location: data.location,
          prepaidMinor: invoice.prepaidMinor,
          carrierCostMinor: freightIn(order, data)?.minorUnits ?? 0,
          lines,
          provisions: provisionJournal(data.location, returnable, setAside),
        }),
      }),
    ),
  ]);
}

/** Freight in another currency has no rate here: it is not booked as if it were ours. */
export function freightIn(order: OrderSnapshot, data: ShipmentConfirmed) {
  return data.carrierCost?.currency === order.currency ? data.carrierCost : undefined;
}
