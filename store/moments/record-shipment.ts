/**
 * A shipment is recorded: units, stock, invoice, revenue, tax and cost of goods, what its capture
 * takes, and what channel, customer and tax service are told; one transaction. Goods that left are
 * on the books even when the card then fails. Rules 3, 3a, 3b.
 */
import { effectKey } from '../../canonical/rules/effect-keys';
import { businessDate } from '../../canonical/rules/business-date';
import { sum } from '../../canonical/rules/money';
import { openUnits } from '../../canonical/rules/order-state';
import { invoiceTotal, postShipment } from '../../canonical/rules/posting';
import { planShipment, type PlannedShipment } from '../../canonical/rules/shipment';
import type { ShipmentConfirmed } from '../../canonical/schema/event';
import type { Applied } from '../../canonical/schema/order-flow';
import { only, type Database, type Sql } from '../database';
import { openException } from '../exceptions';
import { postJournal } from '../ledger';
import { appendFact, markEventApplied, moveUnits } from '../orders';
import { enqueue } from '../outbox';
import { orderMoment, type OrderInHand } from './order-moment';
import { timeZoneOf } from './place';
import { shipmentMessages } from './shipment-messages';
import { capturePlanOf, planMoney } from './shipment-money';
import { moveStock } from './stock-rows';

interface FactInput {
  readonly orderId: string;
  readonly eventNo: number;
}

/** Idempotent: the warehouse's shipment id, and the event itself, count once. */
export async function recordShipment(db: Database, input: FactInput): Promise<Applied> {
  const { answer, agenda } = await orderMoment(db, input.orderId, async (sql, inHand) => {
    const fact = await takeFact<ShipmentConfirmed>(sql, input.eventNo);
    if (!fact) return 'duplicate' as const;
    return apply(sql, inHand, input.eventNo, fact);
  });
  return { outcome: answer, agenda };
}

/** The event's data while it is unapplied; null once a moment has applied it. */
export async function takeFact<T>(
  sql: Sql,
  eventNo: number,
): Promise<{ readonly data: T; readonly source: string } | null> {
  const { rows } = await sql.query<{ state: string; body: T; source: string; event_id: string }>({
    name: 'take-fact',
    text: `select state, body, source, event_id from inbox where event_no = $1 for update`,
    values: [eventNo],
  });
  const row = only(rows, `event ${eventNo}`);
  if (row.state !== 'routed') return null;
  return { data: row.body, source: `event:${row.source}#${row.event_id}` };
}

async function apply(
  sql: Sql,
  inHand: OrderInHand,
  eventNo: number,
  fact: { readonly data: ShipmentConfirmed; readonly source: string },
): Promise<'applied' | 'duplicate'> {
  const { order } = inHand;
  const known = await sql.query(
    'select 1 from shipment where order_id = $1 and shipment_ref = $2',
    [order.orderId, fact.data.shipmentId],
  );
  if (known.rows.length > 0) {
    await markEventApplied(sql, eventNo, 'superseded', 'that shipment is recorded already');
    return 'duplicate';
  }
  const costs = await standardCosts(sql, order.lines);
  const planned = planShipment(order, fact.data, costs);
  if (planned.outcome === 'impossible') {
    await cannotShip(sql, inHand, eventNo, planned.reason);
    return 'applied';
  }
  await record(sql, inHand, eventNo, fact, planned);
  return 'applied';
}

/** More units than the order has, or a line it does not have: no rule says what that means. */
async function cannotShip(sql: Sql, { order }: OrderInHand, eventNo: number, reason: string) {
  await openException(sql, {
    code: 'event.no-rule',
    detail: `a shipment for ${order.channelInstance}/${order.orderNo} was not recorded: ${reason}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `event:${eventNo}`,
    subject: order.orderId,
    severity: 'high',
    eventNo,
    correlationId: order.correlationId,
  });
  await markEventApplied(sql, eventNo, 'dead', reason);
}

async function standardCosts(
  sql: Sql,
  lines: OrderInHand['order']['lines'],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql.query<{ sku: string; cost: number }>({
    name: 'standard-costs',
    text: 'select sku, standard_cost_minor as cost from item where sku = any($1::text[])',
    values: [[...new Set(lines.map((line) => line.sku))]],
  });
  return new Map(rows.map((row) => [row.sku, row.cost]));
}

async function record(
  sql: Sql,
  inHand: OrderInHand,
  eventNo: number,
  fact: { readonly data: ShipmentConfirmed; readonly source: string },
  planned: PlannedShipment,
): Promise<void> {
  const { order, setup } = inHand;
  const { data } = fact;
  const { orderId, currency } = order;
  const onDate = businessDate(data.shippedAt, await timeZoneOf(sql, data.location));
  const invoiceMinor = invoiceTotal(planned.lines);
  const isLast = order.lines.every(
    (line) =>
      openUnits(line) ===
      sum(
        planned.moves
          .filter((m) => m.lineNo === line.lineNo && m.from !== 'cancelled')
          .map((m) => m.quantity),
      ),
  );
  const plan = capturePlanOf(inHand, invoiceMinor, isLast);
  const prepaidMinor = sum(plan.prepaid.map((part) => part.amountMinor));
  const shipmentNo = await keepShipment(sql, inHand, eventNo, data, planned, {
    onDate,
    invoiceMinor,
    prepaidMinor,
  });
  await moveUnits(sql, orderId, planned.moves);
  await planMoney(sql, inHand, shipmentNo, plan);
  await postJournal(sql, {
    momentKey: `shipment:${orderId}:${shipmentNo}`,
    entity: setup.entity,
    channelInstance: order.channelInstance,
    businessDate: onDate,
    currency,
    orderId,
    eventNo,
    source: fact.source,
    correlationId: order.correlationId,
    occurredAt: data.shippedAt,
    posting: postShipment({
      orderId,
      location: data.location,
      prepaidMinor,
      carrierCostMinor: data.carrierCost?.minorUnits ?? 0,
      lines: planned.lines,
    }),
  });
  await appendFact(sql, orderId, {
    kind: 'shipped',
    eventNo,
    occurredAt: data.shippedAt,
    moves: planned.moves,
    about: { shipmentNo, location: data.location, invoiceMinor },
  });
  if (planned.afterCancel > 0)
    await shippedAfterCancel(sql, inHand, shipmentNo, planned.afterCancel);
  await enqueue(sql, await shipmentMessages(sql, inHand, { shipmentNo, onDate, data, planned }));
  await markEventApplied(sql, eventNo);
  inHand.lastly(() =>
    moveStock(sql, planned.stock, {
      orderId,
      eventNo,
      reason: null,
      occurredAt: data.shippedAt,
      businessDate: onDate,
    }),
  );
}

async function keepShipment(
  sql: Sql,
  { order }: OrderInHand,
  eventNo: number,
  data: ShipmentConfirmed,
  planned: PlannedShipment,
  invoice: {
    readonly onDate: string;
    readonly invoiceMinor: number;
    readonly prepaidMinor: number;
  },
): Promise<number> {
  const { rows } = await sql.query<{ shipment_no: number }>({
    name: 'keep-shipment',
    text: `insert into shipment (order_id, shipment_no, shipment_ref, invoice_no, location_id,
             carrier, tracking_number, shipped_at, business_date, invoice_minor, prepaid_minor,
             lines, event_no)
           select $1, n.no, $2, $3 || '-' || n.no, $4, $5, $6, $7, $8, $9, $10, $11, $12
             from (select coalesce(max(shipment_no), 0) + 1 as no from shipment
                    where order_id = $1) n
           returning shipment_no`,
    values: [
      order.orderId,
      data.shipmentId,
      `INV-${order.channelInstance}-${order.orderNo}`,
      data.location,
      data.carrier ?? null,
      data.trackingNumber ?? null,
      data.shippedAt,
      invoice.onDate,
      invoice.invoiceMinor,
      invoice.prepaidMinor,
      JSON.stringify(planned.lines),
      eventNo,
    ],
  });
  return only(rows, 'keepShipment').shipment_no;
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
