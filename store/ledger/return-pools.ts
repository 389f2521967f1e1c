/** What is set aside for returns, by cohort (entity, channel, month of the sales) and currency. */
import type { PoolState } from '../../canonical/rules/posting/true-up';
import type { Sql } from '../database';

export interface PoolBalance {
  readonly cohort: string;
  readonly currency: string;
  readonly rflMinor: number;
  readonly rraMinor: number;
}

/** Cohorts are few: one for each entity, channel and month. */
export const MAX_POOLS = 1_000;

/** Newest month first; those that nothing is left of are not shown. */
export async function readPools(sql: Sql, entity: string | null): Promise<PoolBalance[]> {
  const { rows } = await sql.query<PoolBalance & Record<string, unknown>>({
    name: 'read-return-pools',
    text: `select l.dimensions ->> 'cohort' as cohort, l.currency,
                  coalesce(sum(${SIGNED}) filter (where l.account = 'RFL'), 0)::bigint as "rflMinor",
                  coalesce(sum(-(${SIGNED})) filter (where l.account = 'RRA'), 0)::bigint as "rraMinor"
             from journal_line l
            where l.account in ('RFL', 'RRA')
              and ($1::text is null or l.dimensions ->> 'cohort' like $1 || '/%')
            group by 1, 2
           having sum(abs(l.amount_minor)) > 0
            order by right(l.dimensions ->> 'cohort', 7) desc, 1, 2 limit ${MAX_POOLS}`,
    values: [entity],
  });
  return rows;
}

/** Of a liability: credits less debits. */
const SIGNED = `case l.side when 'credit' then l.amount_minor else -l.amount_minor end`;

/** True-ups of one pool wait for each other; sales and returns do not wait. */
export async function lockPool(sql: Sql, cohort: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('return-pool:' || $1, 0))`, [
    cohort,
  ]);
}

/**
 * One pool in each of its currencies, as a true-up needs it, locked. Each line is rounded as it was when it was sold.
 */
export async function takePool(
  sql: Sql,
  cohort: string,
  ratePermille: number,
): Promise<(PoolState & { readonly currency: string })[]> {
  await lockPool(sql, cohort);
  const { rows } = await sql.query<PoolState & { currency: string }>({
    name: 'take-return-pool',
    text: `with sold as (
             select o.currency, sum(p.rfl_minor) as rfl, sum(p.rra_minor) as rra,
                    sum(round((w.net - round(w.net * p.fee_permille / 1000.0)) * $2 / 1000.0)) as rfl_now,
                    sum(round((w.cost - least(p.recovery_per_unit_minor * w.units, w.cost))
                              * $2 / 1000.0)) as rra_now
               from return_provision p
               join sales_order o using (order_id)
               join invoice i using (order_id, invoice_no)
               join lateral (
                 select sum(x."grossMinor" - x."discountMinor") as net, sum(x."costMinor") as cost,
                        sum(x.quantity) as units
                   from jsonb_to_recordset(i.lines) as x("lineNo" int, quantity int,
                     "grossMinor" bigint, "discountMinor" bigint, "costMinor" bigint)
                  where x."lineNo" = p.line_no) w on true
              where p.cohort = $1 group by 1),
           booked as (
             select l.currency,
                    sum(${SIGNED}) filter (where l.account = 'RFL') as rfl,
                    sum(-(${SIGNED})) filter (where l.account = 'RRA') as rra,
                    sum(${SIGNED}) filter (where l.account = 'RFL' and j.rule = '16') as rfl_16,
                    sum(-(${SIGNED})) filter (where l.account = 'RRA' and j.rule = '16') as rra_16
               from journal_line l join journal j using (journal_id)
              where l.account in ('RFL', 'RRA') and l.dimensions ->> 'cohort' = $1 group by 1)
           select currency, coalesce(b.rfl, 0)::bigint as "rflMinor",
                  coalesce(b.rra, 0)::bigint as "rraMinor",
                  (s.rfl + coalesce(b.rfl_16, 0))::bigint as "rflSetAsideMinor",
                  (s.rra + coalesce(b.rra_16, 0))::bigint as "rraSetAsideMinor",
                  s.rfl_now::bigint as "rflAtRateMinor", s.rra_now::bigint as "rraAtRateMinor"
             from sold s left join booked b using (currency) order by currency`,
    values: [cohort, ratePermille],
  });
  return rows;
}
