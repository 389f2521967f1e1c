/** What people read of returns beside what a moment decides on: times, names, amounts, who said what. */
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { ReturnedPiece } from '../../canonical/rules/return/worth';
import type { Sql } from '../database';
import { GOODS_NAME } from './find-sold';
import { RETURN_FIELDS, returnOfRow, type ReturnRow } from './returns';

/** On one list; older ones are found by their id. */
export const MAX_RETURNS_LISTED = 200;

const utc = (instant: string) =>
  `to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export interface ReturnListed {
  readonly ret: ReturnSnapshot;
  /** RFC 3339, as `closedAt`. */
  readonly openedAt: string;
  readonly closedAt: string | null;
}

async function listed(
  sql: Sql,
  name: string,
  rmas: string,
  values: readonly unknown[],
): Promise<readonly ReturnListed[]> {
  const { rows } = await sql.query<ReturnRow & Omit<ReturnListed, 'ret'> & Record<string, unknown>>(
    {
      name,
      text: `select ${utc('s.opened_at')} as "openedAt", ${utc('s.closed_at')} as "closedAt",
                    ${RETURN_FIELDS}
               from sales_return s join sales_order o on o.order_id = s.order_id
              where s.rma in (${rmas})
              order by s.opened_at, s.rma`,
      values: [...values],
    },
  );
  return rows.map(({ openedAt, closedAt, ...row }) => ({
    ret: returnOfRow(row),
    openedAt,
    closedAt,
  }));
}

/** Those that have not ended, the oldest first. */
export const openReturns = (sql: Sql): Promise<readonly ReturnListed[]> =>
  listed(
    sql,
    'open-returns',
    `select rma from sales_return where closed_at is null
      order by opened_at limit ${MAX_RETURNS_LISTED}`,
    [],
  );

export const returnsOfOrder = (sql: Sql, orderId: string): Promise<readonly ReturnListed[]> =>
  listed(
    sql,
    'returns-of-order',
    `select rma from sales_return where order_id = $1 order by opened_at desc
      limit ${MAX_RETURNS_LISTED}`,
    [orderId],
  );

/** Of all, those that ended last. */
export const endedReturns = (sql: Sql): Promise<readonly ReturnListed[]> =>
  listed(
    sql,
    'ended-returns',
    `select rma from (select rma, closed_at from sales_return
                       order by opened_at desc limit ${MAX_RETURNS_LISTED}) s
      where closed_at is not null`,
    [],
  );

/** What came to a store or is expected there, since that instant. */
export const returnsAtStore = (
  sql: Sql,
  storeId: string,
  since: string,
): Promise<readonly ReturnListed[]> =>
  listed(
    sql,
    'returns-at-store',
    `(select rma from return_receipt where location_id = $1 and received_at > $2
       order by received_at desc limit ${MAX_RETURNS_LISTED})
      union
     (select rma from sales_return where expected_at = $1 and state = 'approved'
       order by opened_at desc limit ${MAX_RETURNS_LISTED})`,
    [storeId, since],
  );

export interface ReturnStory {
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly orderStatus: string;
  readonly orderWorkflowId: string;
  /** Of the order; by them lines are named. */
  readonly goods: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly name: string;
  }[];
  readonly receipts: readonly { readonly receiptNo: number; readonly receivedAt: string }[];
  readonly inspections: readonly {
    readonly inspectionNo: number;
    readonly feeMinor: number | null;
    readonly acceptedAt: string | null;
    /** Null until it was accepted. */
    readonly worth: readonly ReturnedPiece[] | null;
  }[];
  readonly refunds: readonly {
    readonly tenderNo: number;
    readonly refundNo: number;
    readonly kind: string;
    readonly reference: string | null;
    readonly refundedAt: string | null;
    readonly isOutside: boolean;
  }[];
  /** Oldest first. */
  readonly decisions: readonly {
    readonly action: string;
    readonly actor: string;
    readonly role: string;
    readonly reason: string | null;
    readonly decidedAt: string;
  }[];
}

const each = (fields: string, from: string, by: string) =>
  `coalesce((select jsonb_agg(jsonb_build_object(${fields}) order by ${by}) from ${from}), '[]')`;

/** Null where there is no such return. */
export async function readReturnStory(sql: Sql, rma: string): Promise<ReturnStory | null> {
  const { rows } = await sql.query<ReturnStory & Record<string, unknown>>({
    name: 'return-story',
    text: `
      select ${utc('s.opened_at')} as "openedAt", ${utc('s.closed_at')} as "closedAt",
             o.status as "orderStatus", o.workflow_id as "orderWorkflowId",
        ${each(
          `'lineNo', l.line_no, 'sku', coalesce(l.sku, l.channel_sku), 'name', ${GOODS_NAME}`,
          'order_line l left join item i using (sku) where l.order_id = s.order_id',
          'l.line_no',
        )} as goods,
        ${each(
          `'receiptNo', r.receipt_no, 'receivedAt', ${utc('r.received_at')}`,
          'return_receipt r where r.rma = s.rma',
          'r.receipt_no',
        )} as receipts,
        ${each(
          `'inspectionNo', i.inspection_no, 'feeMinor', i.fee_minor,
           'acceptedAt', ${utc('i.accepted_at')}, 'worth', i.worth`,
          'return_inspection i where i.rma = s.rma',
          'i.inspection_no',
        )} as inspections,
        ${each(
          `'tenderNo', f.tender_no, 'refundNo', f.refund_no, 'kind', t.kind,
           'reference', f.reference, 'refundedAt', ${utc('f.refunded_at')},
           'isOutside', f.is_outside`,
          `refund f join tender t on t.order_id = f.order_id and t.tender_no = f.tender_no
            where f.rma = s.rma`,
          'f.tender_no, f.refund_no',
        )} as refunds,
        ${each(
          `'action', d.action, 'actor', d.actor, 'role', d.role, 'reason', d.reason,
           'decidedAt', ${utc('d.decided_at')}`,
          `decision d where d.order_id = s.order_id and d.subject = s.rma`,
          'd.decision_no',
        )} as decisions
        from sales_return s join sales_order o on o.order_id = s.order_id
       where s.rma = $1`,
    values: [rma],
  });
  return rows[0] ?? null;
}

export interface CounterLine {
  readonly lineNo: number;
  readonly sku: string;
  readonly name: string;
  /** Sent or collected. */
  readonly moved: number;
  /** Units that came back, or are expected by an open return. */
  readonly back: number;
  /** Of these: what open returns still expect. */
  readonly expected: number;
}

/** An order's lines as a counter shows them. */
export async function counterLines(sql: Sql, orderId: string): Promise<readonly CounterLine[]> {
  const { rows } = await sql.query<CounterLine & Record<string, unknown>>({
    name: 'counter-lines',
    text: `select l.line_no as "lineNo", coalesce(l.sku, l.channel_sku) as sku,
                  ${GOODS_NAME} as name, l.shipped + l.picked_up as moved,
                  (l.returned + coalesce(r.spoken, 0))::int as back,
                  coalesce(r.expected, 0)::int as expected
             from order_line l join sales_order o using (order_id) left join item i using (sku)
             left join lateral (
               select sum(greatest(x.expected, x.received) - x.accepted) as spoken,
                      sum(greatest(x.expected - x.received, 0)) as expected
                 from sales_return s join return_line x using (rma)
                where s.order_id = l.order_id and x.line_no = l.line_no
                  and s.state in ('requested', 'approved')) r on true
            where l.order_id = $1 order by l.line_no`,
    values: [orderId],
  });
  return rows;
}
