/** Returns as rows: what a moment decides on, and the writes that it makes of them. */
import type { ReturnSnapshot, ReturnReceipt } from '../../canonical/rules/return/snapshot';
import type { Role } from '../../canonical/schema/api-key';
import { briefOf, briefRows, type BriefRow } from '../exceptions/briefs';
import type { Sql } from '../database';
import type { SubjectRow } from '../flows/subject';
import { CHARGES_OF_RETURN } from './charges';

/** Its order's row is locked before it, whoever asks for it. */
export const returnRow = (rma: string): SubjectRow => ({
  table: 'sales_return',
  key: 'rma',
  id: rma,
  under: { table: 'sales_order', key: 'order_id' },
});

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const children = (fields: string, from: string, order: string) =>
  `coalesce((select jsonb_agg(jsonb_build_object(${fields}) order by ${order}) from ${from}), '[]')`;

/** Fields of a return as a moment has it in hand, over `sales_return s` and its order `o`. */
export const RETURN_FIELDS = `
         s.rma, s.workflow_id as "workflowId", s.order_id as "orderId",
         s.channel_instance as "channelInstance", s.order_no as "orderNo",
         s.is_announced as "isAnnounced", s.reason, s.state, s.asked_by as "askedBy",
         s.is_exception as "isException", s.expected_at as "expectedAt",
         s.refund_timing as "refundTiming", s.refund_to as "refundTo", s.is_gift as "isGift",
         s.conceded_minor as "concededMinor", s.exchange_order_id as "exchangeOrderId",
         case when s.exchange is not null then jsonb_build_object('orderNo',
           s.exchange -> 'orderNo', 'totalMinor', s.exchange -> 'totalMinor') end as exchange,
         to_char(s.receive_by at time zone 'UTC', ${INSTANT}) as "receiveBy", s.correlation_id as "correlationId",
         s.channel_return_ref as "channelReturnRef", s.is_of_channel as "isOfChannel",
         o.currency, ${CHARGES_OF_RETURN} as charges,
    ${children(
      `'creditId', c.credit_id, 'amountMinor', c.amount_minor, 'bonusMinor', c.bonus_minor`,
      'store_credit c where c.rma = s.rma',
      'c.issued_at, c.credit_id',
    )} as credits,
    ${children(
      `'lineNo', l.line_no, 'expected', l.expected, 'received', l.received,
       'inspected', l.inspected, 'accepted', l.accepted`,
      'return_line l where l.rma = s.rma',
      'l.line_no',
    )} as lines,
    ${children(
      `'receiptNo', r.receipt_no, 'receiptRef', r.receipt_ref, 'locationId', r.location_id,
       'lines', r.lines`,
      'return_receipt r where r.rma = s.rma',
      'r.receipt_no',
    )} as receipts,
    ${children(
      `'inspectionNo', i.inspection_no, 'inspectionRef', i.inspection_ref, 'kind', i.kind,
       'state', i.state, 'locationId', i.location_id, 'lines', i.lines,
       'inspectedBy', i.inspected_by, 'inspectedRole', i.inspected_role,
       'inspectedAt', to_char(i.inspected_at at time zone 'UTC', ${INSTANT}),
       'refundMinor', i.refund_minor, 'approvalsNeeded', i.approvals_needed,
       'isApproved', i.is_approved,
       'approvedBy', array(select a.approved_by
          from exception e join resolution_request q using (exception_id)
          join resolution_approval a using (request_id)
         where e.workflow_id = s.workflow_id and e.code = 'refund.to-approve'
           and (e.about ->> 'inspectionNo')::int = i.inspection_no and q.state <> 'denied'
         order by a.approved_at)`,
      'return_inspection i where i.rma = s.rma',
      'i.inspection_no',
    )} as inspections,
    ${children(
      `'tenderNo', f.tender_no, 'refundNo', f.refund_no, 'amountMinor', f.amount_minor,
       'account', t.money_account, 'paidBy', f.paid_by, 'try', f.try, 'state', f.state`,
      `refund f join tender t on t.order_id = f.order_id and t.tender_no = f.tender_no
        where f.rma = s.rma`,
      'f.tender_no, f.refund_no',
    )} as refunds,
    ${briefRows('s.workflow_id')} as exceptions`;
const SNAPSHOT = `select ${RETURN_FIELDS}
    from sales_return s join sales_order o on o.order_id = s.order_id
   where s.rma = $1`;

/** As `RETURN_FIELDS` are read. */
export type ReturnRow = Omit<ReturnSnapshot, 'exceptions'> & {
  readonly exceptions: readonly BriefRow[];
};

export const returnOfRow = (row: ReturnRow): ReturnSnapshot => ({
  ...row,
  exceptions: row.exceptions.map(briefOf),
});

/** Null where there is no such return. */
export async function loadReturn(sql: Sql, rma: string): Promise<ReturnSnapshot | null> {
  const { rows } = await sql.query<ReturnRow>({
    name: 'load-return',
    text: SNAPSHOT,
    values: [rma],
  });
  const [row] = rows;
  return row ? returnOfRow(row) : null;
}

export interface NewReturn {
  readonly rma: string;
  readonly workflowId: string;
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly isAnnounced: boolean;
  readonly reason: ReturnSnapshot['reason'];
  readonly state: ReturnSnapshot['state'];
  readonly askedBy: string;
  readonly isException: boolean;
  readonly expectedAt: string | null;
  readonly refundTiming: ReturnSnapshot['refundTiming'];
  readonly refundTo: ReturnSnapshot['refundTo'];
  readonly isGift: boolean;
  readonly concededMinor: number | null;
  /** RFC 3339. */
  readonly receiveBy: string;
  readonly correlationId: string;
  readonly channelReturnRef: string | null;
  readonly isOfChannel: boolean;
  /** What asked for it; asked twice, it is one. */
  readonly requestKey: string;
  /** Expected units; none of goods that nobody had asked about. */
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}

export async function insertReturn(sql: Sql, ret: NewReturn): Promise<void> {
  await sql.query({
    name: 'insert-return',
    text: `with s as (
             insert into sales_return (rma, workflow_id, order_id, channel_instance, order_no,
               is_announced, reason, state, asked_by, is_exception, expected_at, refund_timing,
               correlation_id, request_key, receive_by, refund_to, conceded_minor,
               channel_return_ref, is_of_channel, is_gift)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $18, $19, $20, $15,
               $16, $21)
             returning rma)
           insert into return_line (rma, line_no, expected)
           select s.rma, l."lineNo", l.quantity
             from s, jsonb_to_recordset($17) as l("lineNo" int, quantity int)`,
    values: [
      ret.rma,
      ret.workflowId,
      ret.orderId,
      ret.channelInstance,
      ret.orderNo,
      ret.isAnnounced,
      ret.reason,
      ret.state,
      ret.askedBy,
      ret.isException,
      ret.expectedAt,
      ret.refundTiming,
      ret.correlationId,
      ret.requestKey,
      ret.channelReturnRef,
      ret.isOfChannel,
      JSON.stringify(ret.lines),
      ret.receiveBy,
      ret.refundTo,
      ret.concededMinor,
      ret.isGift,
    ],
  });
}

export async function setReturnState(
  sql: Sql,
  rma: string,
  state: ReturnSnapshot['state'],
): Promise<void> {
  await sql.query({
    name: 'set-return-state',
    text: `update sales_return set state = $2,
                  closed_at = case when $2 in ('closed', 'denied', 'expired') then now() end
            where rma = $1`,
    values: [rma, state],
  });
}

export interface NewReceipt extends ReturnReceipt {
  readonly receivedAt: string;
  readonly eventNo: number | null;
}

export async function insertReceipt(sql: Sql, rma: string, receipt: NewReceipt): Promise<void> {
  await sql.query({
    name: 'insert-return-receipt',
    text: `with r as (
             insert into return_receipt (rma, receipt_no, receipt_ref, location_id, lines,
               received_at, event_no)
             values ($1, $2, $3, $4, $5, $6, $7))
           insert into return_line (rma, line_no, received)
           select $1, l."lineNo", sum(l.quantity)::int
             from jsonb_to_recordset($5) as l("lineNo" int, quantity int) group by 2
           on conflict (rma, line_no) do update set received = return_line.received + excluded.received`,
    values: [
      rma,
      receipt.receiptNo,
      receipt.receiptRef,
      receipt.locationId,
      JSON.stringify(receipt.lines),
      receipt.receivedAt,
      receipt.eventNo,
    ],
  });
}

export interface NewInspection {
  readonly inspectionNo: number;
  readonly inspectionRef: string;
  readonly kind: ReturnSnapshot['refundTiming'];
  readonly locationId: string | null;
  readonly lines: ReturnSnapshot['inspections'][number]['lines'];
  readonly inspectedBy: string;
  readonly inspectedRole: Role;
  readonly inspectedAt: string;
  readonly eventNo: number | null;
}

/** Goods that were looked at count as inspected; an advance has none. */
export async function insertInspection(
  sql: Sql,
  rma: string,
  inspection: NewInspection,
): Promise<void> {
  await sql.query({
    name: 'insert-return-inspection',
    text: `with i as (
             insert into return_inspection (rma, inspection_no, inspection_ref, kind, state,
               location_id, lines, inspected_by, inspected_at, event_no, inspected_role)
             values ($1, $2, $3, $4, 'open', $5, $6, $7, $8, $9, $10))
           update return_line l set inspected = l.inspected + d.units
             from (select "lineNo" as line_no, sum(quantity)::int as units
                     from jsonb_to_recordset($6) as q("lineNo" int, quantity int) group by 1) d
            where l.rma = $1 and l.line_no = d.line_no and $4 = 'inspected'`,
    values: [
      rma,
      inspection.inspectionNo,
      inspection.inspectionRef,
      inspection.kind,
      inspection.locationId,
      JSON.stringify(inspection.lines),
      inspection.inspectedBy,
      inspection.inspectedAt,
      inspection.eventNo,
      inspection.inspectedRole,
    ],
  });
}

export interface InspectionValue {
  readonly refundMinor: number;
  readonly feeMinor: number;
  readonly approvalsNeeded: number;
}

/** What an inspection is worth, and who has to say yes; before it is accepted. */
export async function valueInspection(
  sql: Sql,
  rma: string,
  inspectionNo: number,
  value: InspectionValue,
): Promise<void> {
  await sql.query({
    name: 'value-return-inspection',
    text: `update return_inspection set refund_minor = $3, fee_minor = $4, approvals_needed = $5
            where rma = $1 and inspection_no = $2`,
    values: [rma, inspectionNo, value.refundMinor, value.feeMinor, value.approvalsNeeded],
  });
}

export async function endInspection(
  sql: Sql,
  rma: string,
  inspectionNo: number,
  end: {
    readonly state: 'accepted' | 'denied';
    readonly onDate: string;
    /** What goes back for it; left out: as it was valued before, or nothing. */
    readonly value?: InspectionValue;
    readonly worth: readonly object[];
    readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
  },
): Promise<void> {
  await sql.query({
    name: 'end-return-inspection',
    text: `with i as (
             update return_inspection set state = $3, accepted_at = now(), business_date = $4,
                    worth = $5, refund_minor = coalesce($7, refund_minor),
                    fee_minor = coalesce($8, fee_minor),
                    approvals_needed = coalesce($9, approvals_needed)
              where rma = $1 and inspection_no = $2)
           update return_line l set accepted = l.accepted + d.units
             from (select "lineNo" as line_no, sum(quantity)::int as units
                     from jsonb_to_recordset($6) as q("lineNo" int, quantity int) group by 1) d
            where l.rma = $1 and l.line_no = d.line_no and $3 = 'accepted'`,
    values: [
      rma,
      inspectionNo,
      end.state,
      end.onDate,
      JSON.stringify(end.worth),
      JSON.stringify(end.lines),
      end.value?.refundMinor ?? null,
      end.value?.feeMinor ?? null,
      end.value?.approvalsNeeded ?? null,
    ],
  });
}

/** Everybody whose word it needed has said yes. */
export async function markApproved(sql: Sql, rma: string, inspectionNo: number): Promise<void> {
  await sql.query({
    name: 'mark-inspection-approved',
    text: `update return_inspection set is_approved = true where rma = $1 and inspection_no = $2`,
    values: [rma, inspectionNo],
  });
}
