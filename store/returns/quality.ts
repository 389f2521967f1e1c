/** Units that came back and were accepted, counted by item, reason and condition. */
import type { ReturnQuality } from '../../canonical/schema/return-quality';
import type { Sql } from '../database';

export interface QualityFilter {
  readonly sku: string | null;
  /** Business dates of the acceptance, both included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly after: Readonly<Record<'sku' | 'reason' | 'condition' | 'disposition', string>> | null;
  readonly limit: number;
}

export async function countQuality(
  sql: Sql,
  { sku, from, to, after, limit }: QualityFilter,
): Promise<ReturnQuality[]> {
  const { rows } = await sql.query<ReturnQuality & Record<string, unknown>>(
    `select coalesce(o.sku, o.channel_sku) as sku, s.reason, l.condition, l.disposition,
            sum(l.quantity)::int as units
       from return_inspection i
       join sales_return s using (rma)
      cross join jsonb_to_recordset(i.lines) as l("lineNo" int, quantity int, condition text,
              disposition text)
       join order_line o on o.order_id = s.order_id and o.line_no = l."lineNo"
      where i.state = 'accepted' and i.kind = 'inspected'
        and ($1::text is null or coalesce(o.sku, o.channel_sku) = $1)
        and ($2::date is null or i.business_date >= $2)
        and ($3::date is null or i.business_date <= $3)
        and ($4::text is null or
             (coalesce(o.sku, o.channel_sku), s.reason, l.condition, l.disposition) > ($4, $5, $6, $7))
      group by 1, 2, 3, 4 order by 1, 2, 3, 4 limit $8`,
    [
      sku,
      from,
      to,
      after?.sku ?? null,
      after?.reason ?? null,
      after?.condition ?? null,
      after?.disposition ?? null,
      limit,
    ],
  );
  return rows;
}
