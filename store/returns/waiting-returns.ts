/** Returns that wait for their order: for an invoice of what came back, or for its money. */
import type { Sql } from '../database';

/** Units of the order's lines that are invoiced and not taken back, less those to be taken back. */
const IS_INVOICED = `not exists (
  select from jsonb_to_recordset(i.lines) as w("lineNo" int, quantity int)
    join order_line l on l.order_id = s.order_id and l.line_no = w."lineNo"
   group by l.line_no, l.shipped, l.picked_up, l.returned
  having sum(w.quantity) > l.shipped + l.picked_up - l.returned)`;

/** What was captured of the order, less what goes back or has gone. */
const IS_CAPTURED = `i.refund_minor <= (
  select coalesce(sum(t.captured_minor), 0) - coalesce((
           select sum(f.amount_minor) from refund f
            where f.order_id = s.order_id and f.state <> 'given-up'), 0)
    from tender t where t.order_id = s.order_id)`;

/** Open exceptions whose order has by now what they waited for; its cost is that of what waits. */
export async function returnsThatGoOn(sql: Sql): Promise<readonly string[]> {
  const { rows } = await sql.query<{ exceptionId: string }>({
    name: 'returns-that-go-on',
    text: `select e.exception_id as "exceptionId"
             from exception e
             join sales_return s on s.workflow_id = e.workflow_id
             join return_inspection i on i.rma = s.rma
              and i.inspection_no = (e.about ->> 'inspectionNo')::int
            where e.state <> 'resolved'
              and case e.code when 'return.not-invoiced' then ${IS_INVOICED}
                              when 'refund.not-captured' then ${IS_CAPTURED}
                              else false end`,
  });
  return rows.map((row) => row.exceptionId);
}
