/** What is asked of returns beside one whole: which there are, and what they have of an order. */
import type { Sql } from '../database';

/** The return that this asked for before. */
export async function returnAskedBy(sql: Sql, requestKey: string): Promise<string | null> {
  const { rows } = await sql.query<{ rma: string }>({
    name: 'return-asked-by',
    text: 'select rma from sales_return where request_key = $1',
    values: [requestKey],
  });
  return rows[0]?.rma ?? null;
}

/** SQL for units of each line of order `$1` that returns have, but for return `$2`. */
export const SPOKEN_FOR = `
  select l.line_no, sum(greatest(l.expected, l.received) - l.accepted)::int as units
    from sales_return s join return_line l using (rma)
   where s.order_id = $1 and s.state in ('requested', 'approved')
     and s.rma is distinct from $2::text
   group by 1`;

/** Units of an order's lines that its other returns have: expected, or here and undecided. */
export async function spokenFor(
  sql: Sql,
  orderId: string,
  exceptRma: string,
): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql.query<{ line_no: number; units: number }>({
    name: 'spoken-for',
    text: SPOKEN_FOR,
    values: [orderId, exceptRma],
  });
  return new Map(rows.map((row) => [row.line_no, row.units]));
}

export async function orderOfReturn(sql: Sql, rma: string): Promise<string | null> {
  const { rows } = await sql.query<{ orderId: string }>({
    name: 'order-of-return',
    text: 'select order_id as "orderId" from sales_return where rma = $1',
    values: [rma],
  });
  return rows[0]?.orderId ?? null;
}

/** The oldest return of an order that is open and still has units to come. */
export async function openReturnExpecting(sql: Sql, orderId: string): Promise<string | null> {
  const { rows } = await sql.query<{ rma: string }>({
    name: 'open-return-expecting',
    text: `select s.rma from sales_return s
            where s.order_id = $1 and s.state = 'approved'
              and exists (select from return_line l
                           where l.rma = s.rma and l.expected > l.received)
            order by s.opened_at, s.rma limit 1`,
    values: [orderId],
  });
  return rows[0]?.rma ?? null;
}

/**
 * The oldest return of an order that expects all of these units, one that somebody has said yes to
 * before others; null: none does. A gift's is who was given it's, and no other.
 */
export async function openReturnTaking(
  sql: Sql,
  orderId: string,
  {
    units,
    isGift,
  }: {
    readonly units: readonly { readonly lineNo: number; readonly quantity: number }[];
    readonly isGift: boolean;
  },
): Promise<string | null> {
  const { rows } = await sql.query<{ rma: string }>({
    name: 'open-return-taking',
    text: `select s.rma from sales_return s
            where s.order_id = $1 and s.state in ('approved', 'requested') and s.is_gift = $3
              and not exists (
                select from jsonb_to_recordset($2) as w("lineNo" int, quantity int)
                  left join return_line l on l.rma = s.rma and l.line_no = w."lineNo"
                 where coalesce(l.expected - l.received, 0) < w.quantity)
            order by s.state, s.opened_at, s.rma limit 1`,
    values: [orderId, JSON.stringify(units), isGift],
  });
  return rows[0]?.rma ?? null;
}

/** The channel that sold what each of these returns is about. */
export async function channelsOfReturns(
  sql: Sql,
  rmas: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (rmas.length === 0) return new Map();
  const { rows } = await sql.query<{ rma: string; channel: string }>({
    name: 'channels-of-returns',
    text: 'select rma, channel_instance as channel from sales_return where rma = any($1::text[])',
    values: [rmas],
  });
  return new Map(rows.map((row) => [row.rma, row.channel]));
}
