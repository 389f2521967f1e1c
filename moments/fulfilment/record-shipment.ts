/**
 * A shipment is recorded: units, stock, invoice, revenue, tax and cost of goods, what its capture
 * takes, and what channel, customer and tax service are told; one transaction. Goods that left are
 * on the books even when the card then fails. Rules 3, 3a, 3b.
 *
 * Nine statements in seven round trips: the begin, the lock with the fact, and the order; what else
 * is read; what is written, with the status; the stock; its invoice and journal; the commit. The
 * stock comes that late because other orders want its rows, and before the journal because it says
 * what the goods cost: a row is locked for one round trip more and the commit.
 */
import { businessDate } from '../../canonical/rules/posting/business-date';
import { afterMoves } from '../../canonical/rules/order/after';
import type { CapturePlan } from '../../canonical/rules/money/capture';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { sum } from '../../canonical/rules/money/money';
import { openUnits } from '../../canonical/rules/order/state';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import {
  invoiceTotal,
  postShipment,
  type ShippedLine,
} from '../../canonical/rules/posting/posting';
import { costed, documentNumber, planShipment } from '../../canonical/rules/order/shipment';
import type { PlannedShipment } from '../../canonical/rules/order/shipment';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Applied } from '../../canonical/flows/order';
import { only, type Database, type Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { postJournal } from '../../store/ledger/ledger';
import { appliedWrite, markEventApplied, type Fact } from '../../store/inbox/facts';
import { factWrite, moveWrites } from '../../store/orders/orders';
import { messageWrites } from '../../store/outbox/outbox';
import { orderJournal } from '../order/of-order';
import { recordOrderFact, type OrderInHand } from '../order/order-moment';
import { shipmentMessages, type WhomToTell } from './shipment-messages';
import { afterMoney, capturePlanOf, moneyWrites, openUncovered } from '../money/shipment-money';
import { moveStock } from '../../store/stock/stock-rows';
import { writeTogether } from '../../store/writes';

/** Idempotent: the warehouse's shipment id, and the event itself, count once. */
export function recordShipment(
  db: Database,
  input: { readonly orderId: string; readonly eventNo: number },
): Promise<Applied> {
  const { orderId, eventNo } = input;
  return recordOrderFact<ShipmentConfirmed>(
    db,
    input,
    'shipment.confirmed.v1',
    async (sql, inHand, fact) => {
      const { earlier, invoices, ...whom } = await readBeside(sql, orderId);
      if (earlier.includes(fact.data.shipmentId)) {
        await markEventApplied(sql, eventNo, 'superseded', 'that shipment is recorded already');
        return 'duplicate';
      }
      const planned = fact.timeZone
        ? planShipment(inHand.order, fact.data)
        : unknownPlace(fact.data.location);
      if (planned.outcome === 'impossible') await cannotShip(sql, inHand, eventNo, planned.reason);
      else {
        const numbers = { shipmentNo: earlier.length + 1, invoiceNo: invoices + 1 };
        await record(sql, inHand, fact, planned, { ...numbers, whom });
      }
      return 'applied';
    },
  );
}

interface Beside extends WhomToTell {
  /** The warehouse's ids of earlier shipments: as many as the last one's number. */
  readonly earlier: readonly string[];
  /** Invoices that the order has, of whatever passed control before. */
  readonly invoices: number;
}

async function readBeside(sql: Sql, orderId: string): Promise<Beside> {
  const { rows } = await sql.query<Beside>({
    name: 'beside-shipment',
    text: `select array(select s.shipment_ref from shipment s where s.order_id = $1) as earlier,
                  (select count(*) from invoice i where i.order_id = $1)::int as invoices,
                  content -> 'customer' as customer, content -> 'shipTo' as "shipTo"
             from sales_order where order_id = $1`,
    values: [orderId],
  });
  return only(rows, `order ${orderId}`);
}

/** Stock that leaves a place which nobody knows is booked nowhere. */
const unknownPlace = (location: string) => ({
  outcome: 'impossible' as const,
  reason: `${location} is not in the location master`,
});

/** More units than the order has, or a line it does not have: no rule says what that means. */
async function cannotShip(sql: Sql, { order }: OrderInHand, eventNo: number, reason: string) {
  await openException(sql, {
    code: 'event.no-rule',
    detail: `a shipment for ${order.channelInstance}/${order.orderNo} was not recorded: ${reason}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `event:${eventNo}`,
    subject: order.orderId,
    orderId: order.orderId,
    severity: 'high',
    eventNo,
    correlationId: order.correlationId,
  });
  await markEventApplied(sql, eventNo, 'dead', reason);
}

async function record(
  sql: Sql,
  inHand: OrderInHand,
  fact: Fact<ShipmentConfirmed>,
  planned: PlannedShipment,
  about: { readonly shipmentNo: number; readonly invoiceNo: number; readonly whom: WhomToTell },
): Promise<void> {
  const { order } = inHand;
  const { data, eventNo } = fact;
  const { shipmentNo, invoiceNo, whom } = about;
  const { orderId } = order;
  const onDate = businessDate(data.shippedAt, fact.timeZone ?? order.timeZone);
  const invoiceMinor = invoiceTotal(planned.lines);
  const plan = capturePlanOf(inHand, invoiceMinor, isLastShipment(order, planned));
  const prepaidMinor = sum(plan.prepaid.map((part) => part.amountMinor));
  const invoice = { shipmentNo, invoiceNo, onDate, invoiceMinor, prepaidMinor };
  const writes = [
    ...moveWrites(orderId, planned.moves),
    ...moneyWrites(order, invoiceNo, plan),
    factWrite(orderId, {
      kind: 'shipped',
      eventNo,
      occurredAt: data.shippedAt,
      moves: planned.moves,
      about: { shipmentNo, invoiceNo, location: data.location, invoiceMinor },
    }),
    ...messageWrites(shipmentMessages(inHand, whom, { ...about, onDate, data, planned })),
    appliedWrite(eventNo),
  ];
  const isTrouble = await openTrouble(sql, inHand, fact, { planned, plan, ...about });
  // An exception is part of what is due: with one, the order is read again.
  if (isTrouble) await writeTogether(sql, writes);
  else inHand.becomes(afterMoney(afterMoves(order, planned.moves), invoiceNo, plan), writes);
  inHand.lastly(async () => {
    const moved = await moveStock(sql, planned.stock, {
      orderId,
      eventNo,
      reason: null,
      occurredAt: data.shippedAt,
      businessDate: onDate,
    });
    const lines = costed(planned.lines, moved);
    await Promise.all([
      keepShipment(sql, inHand, fact, { ...invoice, lines, groupNo: groupOf(planned) }),
      post(sql, inHand, fact, lines, invoice),
    ]);
  });
}

/** What of it needs a person; false where nothing does. */
async function openTrouble(
  sql: Sql,
  inHand: OrderInHand,
  { data, eventNo }: Fact<ShipmentConfirmed>,
  shipment: {
    readonly planned: PlannedShipment;
    readonly plan: CapturePlan;
    readonly shipmentNo: number;
    readonly invoiceNo: number;
  },
): Promise<boolean> {
  const { order } = inHand;
  const { planned, plan, shipmentNo, invoiceNo } = shipment;
  const foreign = freightIn(order, data) === undefined ? data.carrierCost : undefined;
  if (foreign) await foreignFreight(sql, inHand, eventNo, foreign.currency);
  if (planned.afterCancel > 0) {
    await shippedAfterCancel(sql, inHand, shipmentNo, planned.afterCancel);
  }
  const isUncovered = await openUncovered(sql, order, invoiceNo, plan);
  return foreign !== undefined || planned.afterCancel > 0 || isUncovered;
}

/** Freight in another currency has no rate here: it is not booked as if it were ours. */
function freightIn(order: OrderSnapshot, data: ShipmentConfirmed) {
  return data.carrierCost?.currency === order.currency ? data.carrierCost : undefined;
}

async function foreignFreight(
  sql: Sql,
  { order }: OrderInHand,
  eventNo: number,
  currency: string,
): Promise<void> {
  await openException(sql, {
    code: 'event.no-rule',
    detail: `the shipment is recorded; its freight in ${currency} is not booked to an order in ${order.currency}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `freight:${eventNo}`,
    subject: order.orderId,
    orderId: order.orderId,
    correlationId: order.correlationId,
  });
}

function isLastShipment(order: OrderSnapshot, planned: PlannedShipment): boolean {
  return order.lines.every((line) => {
    const moves = planned.moves.filter(
      (move) => move.lineNo === line.lineNo && move.from !== 'cancelled',
    );
    return openUnits(line) === sum(moves.map((move) => move.quantity));
  });
}

/** Whose units left: of several groups the first; null: units that no group had. */
const groupOf = ({ moves }: PlannedShipment) =>
  moves.find(({ groupNo }) => groupNo !== null)?.groupNo ?? null;

interface Invoice {
  readonly shipmentNo: number;
  readonly invoiceNo: number;
  readonly onDate: string;
  readonly invoiceMinor: number;
  readonly prepaidMinor: number;
}

/** What left, and the invoice that it makes. */
async function keepShipment(
  sql: Sql,
  { order }: OrderInHand,
  { data, eventNo }: Fact<ShipmentConfirmed>,
  invoice: Invoice & { readonly lines: readonly ShippedLine[]; readonly groupNo: number | null },
): Promise<void> {
  await sql.query({
    name: 'keep-shipment',
    text: `with i as (
             insert into invoice (order_id, source_kind, source_no, invoice_no, group_no,
               document_no, business_date, amount_minor, prepaid_minor, lines)
             values ($1, 'shipment', $2, $9, $10, $11, $12, $13, $14, $15))
           insert into shipment (order_id, shipment_no, shipment_ref, location_id, carrier,
             tracking_number, shipped_at, event_no)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
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
      JSON.stringify(invoice.lines),
    ],
  });
}

async function post(
  sql: Sql,
  inHand: OrderInHand,
  fact: Fact<ShipmentConfirmed>,
  lines: readonly ShippedLine[],
  invoice: Invoice,
): Promise<void> {
  const { order } = inHand;
  const { orderId } = order;
  const { data } = fact;
  await postJournal(
    sql,
    orderJournal(inHand, {
      momentKey: `invoice:${orderId}:${invoice.invoiceNo}`,
      businessDate: invoice.onDate,
      eventNo: fact.eventNo,
      source: fact.source,
      occurredAt: data.shippedAt,
      posting: postShipment({
        orderId,
        location: data.location,
        prepaidMinor: invoice.prepaidMinor,
        carrierCostMinor: freightIn(order, data)?.minorUnits ?? 0,
        lines,
      }),
    }),
  );
}

async function shippedAfterCancel(
  sql: Sql,
  { order }: OrderInHand,
  shipmentNo: number,
  units: number,
): Promise<void> {
  await openException(sql, {
    code: 'fulfilment.shipped-after-cancel',
    detail: `${units} cancelled units left in shipment ${shipmentNo}: recall the parcel, or expect a return`,
    cause: { kind: 'order', ref: effectKey.fulfil(order.orderId, shipmentNo) },
    blocks: `recall-parcel:${shipmentNo}`,
    subject: order.orderId,
    severity: 'high',
    orderId: order.orderId,
    correlationId: order.correlationId,
  });
}
