/**
 * A shipment is recorded: units, stock, invoice, revenue, tax and cost of goods, what its capture
 * takes, and what channel, customer and tax service are told; one transaction. Goods that left are
 * on the books even when the card then fails. Rules 3, 3a, 3b.
 */
import { planCaptures } from '../../canonical/rules/capture';
import type { AuthorizationFacts, CapturePlan } from '../../canonical/rules/capture';
import { effectKey, stepName, type SnapshotTender } from '../../canonical/rules/agenda';
import { businessDate } from '../../canonical/rules/business-date';
import { formatMoney, sum } from '../../canonical/rules/money';
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
  const plan = planCaptures(
    invoiceMinor,
    order.tenders.map((tender) => ({
      tenderNo: tender.tenderNo,
      amountMinor: tender.amountMinor - owedElsewhere(inHand, tender.tenderNo),
      prepaidMinor: tender.prepaidMinor - tender.prepaidUsedMinor,
      capturedMinor: tender.capturedMinor,
      authorizations: usableAuthorizations(inHand, tender),
    })),
    isLast,
  );
  const prepaidMinor = sum(plan.prepaid.map((part) => part.amountMinor));
  const shipmentNo = await keepShipment(sql, inHand, eventNo, data, planned, {
    onDate,
    invoiceMinor,
    prepaidMinor,
  });
  await moveUnits(sql, orderId, planned.moves);
  await moveStock(sql, planned.stock, {
    orderId,
    eventNo,
    reason: null,
    occurredAt: data.shippedAt,
    businessDate: onDate,
  });
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
}

/** As the captures that are still due will leave them: a single-capture one is spoken for. */
function usableAuthorizations(
  { order }: OrderInHand,
  tender: SnapshotTender,
): AuthorizationFacts[] {
  return tender.authorizations.flatMap(({ state, ...authorization }) => {
    if (state === 'planned') return [];
    const dueMinor = sum(
      order.captures
        .filter(
          (one) =>
            one.state === 'due' &&
            one.tenderNo === tender.tenderNo &&
            one.authorizationNo === authorization.authorizationNo,
        )
        .map((one) => one.amountMinor),
    );
    const capturedMinor = authorization.capturedMinor + dueMinor;
    const isSpokenFor = dueMinor > 0 && !authorization.isMulticapture;
    return [{ ...authorization, capturedMinor, state: isSpokenFor ? 'consumed' : state }];
  });
}

/** Captures of earlier shipments that are still due take their part of the tender first. */
function owedElsewhere({ order }: OrderInHand, tenderNo: number): number {
  return sum(
    order.captures
      .filter((one) => one.tenderNo === tenderNo && (one.state === 'due' || one.state === 'failed'))
      .map((one) => one.amountMinor),
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

/** Rows for what is to be captured; an authorization that is spent is asked for anew. */
async function planMoney(
  sql: Sql,
  { order }: OrderInHand,
  shipmentNo: number,
  plan: CapturePlan,
): Promise<void> {
  const { orderId, currency } = order;
  for (const part of plan.prepaid) {
    await sql.query(
      `update tender set prepaid_used_minor = prepaid_used_minor + $3
        where order_id = $1 and tender_no = $2`,
      [orderId, part.tenderNo, part.amountMinor],
    );
  }
  for (const capture of plan.captures) {
    const authorizationNo =
      capture.authorizationNo ??
      (await planAuthorization(sql, orderId, capture.tenderNo, capture.amountMinor));
    await sql.query({
      name: 'plan-capture',
      text: `insert into capture (order_id, tender_no, shipment_no, amount_minor,
               authorization_no, is_final, state)
             values ($1, $2, $3, $4, $5, $6, 'due')`,
      values: [
        orderId,
        capture.tenderNo,
        shipmentNo,
        capture.amountMinor,
        authorizationNo,
        capture.isFinal,
      ],
    });
  }
  if (plan.uncoveredMinor > 0) {
    await openException(sql, {
      code: 'payment.capture-failed',
      detail: `${formatMoney(plan.uncoveredMinor, currency)} of shipment ${shipmentNo}, which has left, is covered by no tender`,
      cause: { kind: 'order', ref: orderId },
      blocks: stepName.capture(0, shipmentNo),
      subject: orderId,
      severity: 'high',
      orderId,
      workflowId: order.workflowId,
      moneyMinor: plan.uncoveredMinor,
      currency,
      correlationId: order.correlationId,
    });
  }
}

/** The next authorization of a tender; its number, which only a new need raises. */
export async function planAuthorization(
  sql: Sql,
  orderId: string,
  tenderNo: number,
  amountMinor: number,
): Promise<number> {
  const { rows } = await sql.query<{ authorization_no: number }>(
    `insert into payment_authorization (order_id, tender_no, authorization_no, state, amount_minor)
     select $1, $2, coalesce(max(authorization_no), 0) + 1, 'planned', $3
       from payment_authorization where order_id = $1 and tender_no = $2
     returning authorization_no`,
    [orderId, tenderNo, amountMinor],
  );
  return only(rows, 'planAuthorization').authorization_no;
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
