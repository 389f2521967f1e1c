/** An order with everything that belongs to it, as people and channels read it. No personal data. */
import type { NotSent } from '../../canonical/schema/not-sent';
import type { ShippedLine } from '../../canonical/rules/posting/posting';
import type { LineQuantities, OrderStatus, TenderFacts } from '../../canonical/rules/order/state';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import type { OrderFlowInput } from '../../canonical/flows/order';
import type { Sql } from '../database';
import { openBriefsOf } from '../exceptions/briefs';

interface OrderHead {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly workflowId: string;
  readonly status: OrderStatus;
  readonly stage: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly location: string | null;
  readonly holdReason: string | null;
  readonly rejectReason: string | null;
  readonly correlationId: string;
  readonly placedAt: string;
  readonly receivedAt: string;
  readonly acceptedAt: string | null;
  readonly releasedAt: string | null;
  readonly closedAt: string | null;
  /** The pickup in whose visit it was bought. */
  readonly addOnTo: string | null;
}
interface LineRow extends LineQuantities {
  readonly lineNo: number;
  readonly sku: string | null;
  readonly channelSku: string;
  readonly channelLineRef: string | null;
  readonly notSent: NotSent | null;
  /** What was sold, where a store gave something else. */
  readonly insteadOf: string | null;
  readonly location: string | null;
  readonly grossMinor: number;
  readonly discountMinor: number;
  readonly shippingMinor: number;
  readonly taxMinor: number;
}
interface TenderRow extends TenderFacts {
  readonly tenderNo: number;
  /** The channel's name of the means of payment. */
  readonly gateway: string;
  /** Null until the gateway is mapped, at acceptance. */
  readonly tenderType: string | null;
  readonly authorizationRefs: readonly string[];
}
/** What passed control, and what it is charged. */
interface InvoiceRow {
  readonly invoiceNo: number;
  readonly documentNo: string;
  readonly location: string;
  readonly businessDate: string;
  readonly invoiceMinor: number;
  readonly lines: readonly ShippedLine[];
  readonly captures: readonly {
    readonly tenderNo: number;
    readonly state: string;
    readonly amountMinor: number;
    readonly reference: string | null;
  }[];
}
interface ShipmentRow extends InvoiceRow {
  readonly shipmentNo: number;
  readonly shipmentRef: string;
  readonly groupNo: number | null;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly shippedAt: string;
}
interface HandoverRow extends InvoiceRow {
  readonly handoverNo: number;
  readonly groupNo: number;
  /** What of it was charged before, as it lay ready. */
  readonly prepaidMinor: number;
}
interface PickupRow {
  readonly pickupId: string;
  readonly groupNo: number;
  readonly storeId: string;
  readonly state: string;
  readonly workflowId: string;
  /** Held until then; null while nothing lies ready. */
  readonly deadlineAt: string | null;
}
interface RefundRow {
  readonly refundNo: number;
  readonly tenderNo: number;
  readonly state: string;
  readonly reason: string;
  readonly amountMinor: number;
  readonly reference: string | null;
}
export interface DecisionRow {
  readonly action: string;
  readonly actor: string;
  readonly role: string;
  readonly reason: string | null;
  readonly decidedAt: string;
  /** The flow's answer, or the code of what came instead of one; null: none was recorded. */
  readonly answer: string | null;
  /** The order's facts hold it: it took effect, whatever its caller heard. */
  readonly isMade: boolean;
}

export interface OrderRows {
  readonly order: OrderHead;
  readonly lines: readonly LineRow[];
  readonly tenders: readonly TenderRow[];
  readonly shipments: readonly ShipmentRow[];
  readonly pickups: readonly PickupRow[];
  readonly handovers: readonly HandoverRow[];
  readonly refunds: readonly RefundRow[];
  readonly decisions: readonly DecisionRow[];
  readonly exceptions: readonly ExceptionBrief[];
}

/** Decisions that a view shows; `GET /v1/trace/{id}` has them all. */
const MAX_DECISIONS_SHOWN = 200;

const HEAD = `select order_id as "orderId", channel_instance as "channelInstance",
  order_no as "orderNo", workflow_id as "workflowId", status, stage, currency,
  total_minor as "totalMinor", location_id as location, hold_reason as "holdReason",
  reject_reason as "rejectReason", correlation_id as "correlationId", placed_at as "placedAt",
  received_at as "receivedAt", accepted_at as "acceptedAt", released_at as "releasedAt",
  closed_at as "closedAt", add_on_to as "addOnTo" from sales_order`;

const LINES = `select line_no as "lineNo", sku, channel_sku as "channelSku",
  channel_line_ref as "channelLineRef", not_sent as "notSent",
  instead_of as "insteadOf", location_id as location, ordered, unallocated,
  backordered, reserved, released, shipped, picked_up as "pickedUp", cancelled, returned,
  gross_minor as "grossMinor", discount_minor as "discountMinor",
  shipping_minor as "shippingMinor", tax_minor as "taxMinor"
  from order_line where order_id = $1 order by line_no`;

const TENDERS = `select t.tender_no as "tenderNo", t.gateway, t.tender_type as "tenderType",
  t.amount_minor as "amountMinor", t.captured_minor as "capturedMinor",
  t.refunded_minor as "refundedMinor",
  coalesce((select sum(case a.state when 'live' then a.amount_minor else a.captured_minor end)
     from payment_authorization a
    where a.order_id = t.order_id and a.tender_no = t.tender_no), 0) as "authorizedMinor",
  (select a.state from payment_authorization a
    where a.order_id = t.order_id and a.tender_no = t.tender_no and a.state <> 'planned'
    order by a.authorization_no desc limit 1) as "lastAuthorization",
  array(select a.reference from payment_authorization a
     where a.order_id = t.order_id and a.tender_no = t.tender_no and a.reference is not null
     order by a.authorization_no) as "authorizationRefs"
  from tender t where t.order_id = $1 order by t.tender_no`;

const CAPTURES = `coalesce((select jsonb_agg(jsonb_build_object('tenderNo', c.tender_no,
      'state', c.state, 'amountMinor', c.amount_minor, 'reference', c.reference)
      order by c.tender_no)
     from capture c where c.order_id = i.order_id and c.invoice_no = i.invoice_no), '[]')
    as captures`;

const SHIPMENTS = `select s.shipment_no as "shipmentNo", s.shipment_ref as "shipmentRef",
  i.invoice_no as "invoiceNo", i.document_no as "documentNo", i.group_no as "groupNo",
  s.location_id as location, s.carrier,
  s.tracking_number as "trackingNumber", s.shipped_at as "shippedAt",
  i.business_date as "businessDate", i.amount_minor as "invoiceMinor", i.lines, ${CAPTURES}
  from shipment s join invoice i on i.order_id = s.order_id and i.source_kind = 'shipment'
       and i.source_no = s.shipment_no
 where s.order_id = $1 order by s.shipment_no`;

const PICKUPS = `select pickup_id as "pickupId", group_no as "groupNo", store_id as "storeId",
  state, workflow_id as "workflowId", deadline_at as "deadlineAt"
  from pickup where order_id = $1 order by group_no`;

const HANDOVERS = `select i.source_no as "handoverNo", i.invoice_no as "invoiceNo",
  i.document_no as "documentNo", i.group_no as "groupNo", g.location_id as location,
  i.business_date as "businessDate", i.amount_minor as "invoiceMinor",
  i.prepaid_minor + i.awaited_minor as "prepaidMinor", i.lines, ${CAPTURES}
  from invoice i join fulfilment_group g using (order_id, group_no)
 where i.order_id = $1 and i.source_kind = 'handover' order by i.invoice_no`;

const REFUNDS = `select refund_no as "refundNo", tender_no as "tenderNo", state, reason,
  amount_minor as "amountMinor", reference from refund where order_id = $1
  order by refund_no, tender_no`;

const DECISIONS = `select d.action, d.actor, d.role, d.reason, d.decided_at as "decidedAt",
  d.detail ->> 'outcome' as answer,
  exists (select from order_fact f where f.order_id = d.order_id
           and f.body -> 'about' ->> 'decisionId' = d.decision_id) as "isMade"
  from decision d where d.order_id = $1 order by d.decision_no limit ${MAX_DECISIONS_SHOWN}`;

/** Null where there is no such order. */
export async function readOrderView(sql: Sql, orderId: string): Promise<OrderRows | null> {
  const [order] = (await sql.query<OrderHead>(`${HEAD} where order_id = $1`, [orderId])).rows;
  if (order === undefined) return null;
  const of = [orderId];
  const lines = await sql.query<LineRow>(LINES, of);
  const tenders = await sql.query<TenderRow>(TENDERS, of);
  const shipments = await sql.query<ShipmentRow>(SHIPMENTS, of);
  const pickups = await sql.query<PickupRow>(PICKUPS, of);
  const handovers = await sql.query<HandoverRow>(HANDOVERS, of);
  const refunds = await sql.query<RefundRow>(REFUNDS, of);
  const decisions = await sql.query<DecisionRow>(DECISIONS, of);
  return {
    order,
    lines: lines.rows,
    tenders: tenders.rows,
    shipments: shipments.rows,
    pickups: pickups.rows,
    handovers: handovers.rows,
    refunds: refunds.rows,
    decisions: decisions.rows,
    exceptions: await openBriefsOf(sql, orderId),
  };
}

/** The order's id by what its channel calls it. */
export async function findOrderId(
  sql: Sql,
  channelInstance: string,
  orderNo: string,
): Promise<string | null> {
  const { rows } = await sql.query<{ order_id: string }>(
    'select order_id from sales_order where channel_instance = $1 and order_no = $2',
    [channelInstance, orderNo],
  );
  return rows[0]?.order_id ?? null;
}

/** The channel of each of these orders that is here, by the order's id. */
export async function channelsOfOrders(
  sql: Sql,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (orderIds.length === 0) return new Map();
  const { rows } = await sql.query<{ order_id: string; channel_instance: string }>(
    'select order_id, channel_instance from sales_order where order_id = any($1)',
    [orderIds],
  );
  return new Map(rows.map((row) => [row.order_id, row.channel_instance]));
}

export interface OrderFlowState {
  readonly channelInstance: string;
  readonly workflowId: string;
  readonly stage: 'received' | 'accepted' | 'rejected' | 'closed';
  /** What its first start begins with. */
  readonly input: OrderFlowInput;
  /** The relay still has to deliver that start. */
  readonly isStartPending: boolean;
}

/** How a decision reaches the order's flow; null where there is no such order. */
export async function readOrderFlow(sql: Sql, orderId: string): Promise<OrderFlowState | null> {
  const { rows } = await sql.query<OrderFlowState>(
    `select o.channel_instance as "channelInstance", o.workflow_id as "workflowId", o.stage,
            f.input, exists (select from dispatch d
              where d.order_id = o.order_id and d.workflow_id = o.workflow_id
                and d.kind = 'start' and d.state = 'pending') as "isStartPending"
       from sales_order o join flow f on f.workflow_id = o.workflow_id
      where o.order_id = $1`,
    [orderId],
  );
  return rows[0] ?? null;
}

/**
 * What a decision came to, where the moment that made it kept its result with the fact; null where
 * it was not made. Undelivered answers are found here after the flow has ended.
 */
export async function readDecisionResult(
  sql: Sql,
  orderId: string,
  decisionId: string,
): Promise<unknown> {
  const { rows } = await sql.query<{ result: unknown }>(
    `select (body -> 'about' ->> 'result')::jsonb as result from order_fact
      where order_id = $1 and body -> 'about' ->> 'decisionId' = $2
        and body -> 'about' ? 'result'
      order by fact_no limit 1`,
    [orderId, decisionId],
  );
  return rows[0]?.result ?? null;
}
