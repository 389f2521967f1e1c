/** Which cohorts were set to what is expected of them, period by period (rule 16). */
import type { Sql } from '../database';

export interface ReserveTrueUp {
  readonly decisionId: string;
  readonly cohort: string;
  /** `YYYY-MM-DD`: the end of the period. */
  readonly asOf: string;
  readonly expectedPermille: number;
  /** By a person; else by the policy as the period ended. */
  readonly isDecided: boolean;
}

export async function keepTrueUp(sql: Sql, made: ReserveTrueUp): Promise<void> {
  await sql.query({
    name: 'keep-true-up',
    text: `insert into reserve_true_up (decision_id, cohort, as_of, expected_permille, is_decided)
           values ($1, $2, $3, $4, $5)`,
    values: [made.decisionId, made.cohort, made.asOf, made.expectedPermille, made.isDecided],
  });
}

/** Cohorts of sales up to that period's end which the policy has not been applied to for it. */
export async function cohortsToTrueUp(
  sql: Sql,
  asOf: string,
  limit: number,
): Promise<readonly string[]> {
  // From one cohort to the next by its index: a month of sales has a provision for each line.
  const { rows } = await sql.query<{ cohort: string }>({
    name: 'cohorts-to-true-up',
    text: `with recursive c (cohort) as (
             select min(cohort) from return_provision
             union all
             select (select min(p.cohort) from return_provision p where p.cohort > c.cohort)
               from c where c.cohort is not null)
           select c.cohort from c
            where right(c.cohort, 7) <= left($1, 7)
              and not exists (select from reserve_true_up t
                               where t.cohort = c.cohort and t.as_of = $1::date
                                 and not t.is_decided)
            order by 1 limit $2`,
    values: [asOf, limit],
  });
  return rows.map((row) => row.cohort);
}

export interface CohortKnown {
  readonly isDone: boolean;
  readonly decidedPermille: number | null;
  readonly hasOpenReturn: boolean;
}

/** What is known of a cohort as a period ends; `isDone`: the policy was applied for it. */
export async function cohortKnown(sql: Sql, cohort: string, asOf: string): Promise<CohortKnown> {
  const { rows } = await sql.query<CohortKnown & Record<string, unknown>>({
    name: 'cohort-known',
    text: `select exists (select from reserve_true_up
                           where cohort = $1 and as_of = $2 and not is_decided) as "isDone",
                  (select expected_permille from reserve_true_up
                    where cohort = $1 and is_decided and as_of <= $2
                    order by as_of desc, made_at desc limit 1) as "decidedPermille",
                  exists (select from sales_return s
                           where s.state in ('requested', 'approved')
                             and exists (select from return_provision p
                                          where p.order_id = s.order_id and p.cohort = $1))
                    as "hasOpenReturn"`,
    values: [cohort, asOf],
  });
  const [known] = rows;
  if (!known) throw new RangeError(`nothing is known of cohort ${cohort}`);
  return known;
}
