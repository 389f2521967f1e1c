/** What was sold to whom, as a return of it asks. */
import type { InvoiceOfOrder, Provision, ReturnedPiece } from '../../canonical/rules/return/worth';
import type { Sql } from '../database';
import { SPOKEN_FOR } from './return-queries';

interface InvoiceRow {
  readonly invoiceNo: number;
  readonly onDate: string;
  readonly lines: InvoiceOfOrder['lines'];
  readonly provisions: readonly { readonly lineNo: number; readonly provision: Provision }[];
}

/** The invoices of an order in their order, with what was set aside for their lines. */
export async function invoicesOf(sql: Sql, orderId: string): Promise<InvoiceOfOrder[]> {
  const { rows } = await sql.query<InvoiceRow & Record<string, unknown>>({
    name: 'invoices-of-order',
    text: `select i.invoice_no as "invoiceNo", i.business_date as "onDate", i.lines,
                  coalesce((select jsonb_agg(jsonb_build_object('lineNo', p.line_no, 'provision',
                      jsonb_build_object('cohort', p.cohort, 'feePermille', p.fee_permille,
                        'recoveryPerUnitMinor', p.recovery_per_unit_minor)))
                    from return_provision p
                   where p.order_id = i.order_id and p.invoice_no = i.invoice_no), '[]')
                    as provisions
             from invoice i where i.order_id = $1 order by i.invoice_no`,
    values: [orderId],
  });
  return rows.map(({ invoiceNo, onDate, lines, provisions }) => ({
    invoiceNo,
    onDate,
    lines: lines.map((line) => {
      const provision = provisions.find((one) => one.lineNo === line.lineNo)?.provision;
      return provision ? { ...line, provision } : line;
    }),
  }));
}

/** What an inspection was paid back for, as an invoice says it. */
export async function worthOfInspection(
  sql: Sql,
  rma: string,
  inspectionNo: number,
): Promise<readonly InvoiceOfOrder[]> {
  const { rows } = await sql.query<{ worth: readonly ReturnedPiece[] }>({
    name: 'worth-of-inspection',
    text: 'select worth from return_inspection where rma = $1 and inspection_no = $2',
    values: [rma, inspectionNo],
  });
  return (rows[0]?.worth ?? []).map(({ invoiceNo, invoicedOn, provision, ...line }) => ({
    invoiceNo,
    onDate: invoicedOn,
    lines: [provision === null ? line : { ...line, provision }],
  }));
}

interface ReturnedAndMoved {
  /** Units that other returns have: expected, or here and undecided. */
  readonly spokenFor: number;
  /** RFC 3339: when the last of its units left; null: none did. */
  readonly movedAt: string | null;
  /** Its item was sold for good when the order was placed. */
  readonly isFinalSale: boolean;
}

/** What decides, line by line, whether units of an order may come back. */
export async function returnedAndMoved(
  sql: Sql,
  orderId: string,
): Promise<ReadonlyMap<number, ReturnedAndMoved>> {
  const { rows } = await sql.query<ReturnedAndMoved & { lineNo: number }>({
    name: 'returned-and-moved',
    text: `with spoken as (${SPOKEN_FOR}),
           moved as (
             select (m ->> 'lineNo')::int as line_no, max(f.occurred_at) as moved_at
               from order_fact f, jsonb_array_elements(f.body -> 'moves') m
              where f.order_id = $1 and m ->> 'to' in ('shipped', 'pickedUp')
              group by 1)
           select l.line_no as "lineNo", coalesce(s.units, 0) as "spokenFor",
                  m.moved_at as "movedAt",
                  coalesce(i.final_sale_from <= o.placed_at, false) as "isFinalSale"
             from order_line l join sales_order o using (order_id)
             left join item i on i.sku = l.sku
             left join spoken s on s.line_no = l.line_no
             left join moved m on m.line_no = l.line_no
            where l.order_id = $1`,
    values: [orderId, null],
  });
  return new Map(rows.map((row) => [row.lineNo, row]));
}

export interface SoldOrder {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
}

/** The order by our id, or by what its channel calls it; null where it is not here. */
export async function findSold(
  sql: Sql,
  by: { readonly orderId?: string; readonly channelInstance?: string; readonly orderNo?: string },
): Promise<SoldOrder | null> {
  const { rows } = await sql.query<SoldOrder & Record<string, unknown>>({
    name: 'find-sold',
    text: `select order_id as "orderId", channel_instance as "channelInstance",
                  order_no as "orderNo"
             from sales_order
            where case when $1::text is not null then order_id = $1
                       else channel_instance = $2 and order_no = $3 end`,
    values: [by.orderId ?? null, by.channelInstance ?? null, by.orderNo ?? null],
  });
  return rows[0] ?? null;
}
