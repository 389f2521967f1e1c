/** Months that something was posted in, or that a close was begun for. */
import type { Sql } from '../database';

export interface MonthOf {
  readonly entity: string;
  /** `YYYY-MM`. */
  readonly month: string;
}

/** Of each entity. */
export const MAX_MONTHS = 60;

/** The newest first. */
export async function monthsOf(sql: Sql, entity: string | null): Promise<MonthOf[]> {
  const { rows } = await sql.query<MonthOf>(
    `select entity, month from (
       select entity, month, row_number() over (partition by entity order by month desc) as place
         from (select entity, to_char(business_date, 'YYYY-MM') as month from account_balance
               union
               select j.entity, to_char(j.business_date, 'YYYY-MM')
                 from journal_to_balance q join journal j using (journal_id)
               union
               select entity, to_char(first_day, 'YYYY-MM') from accounting_period) known
        where $1::text is null or entity = $1) w
      where place <= ${MAX_MONTHS} order by month desc, entity`,
    [entity],
  );
  return rows;
}
