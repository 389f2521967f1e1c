/**
 * Balances by account and business date, so that a trial balance reads days, not lines.
 *
 * A journal does not touch them: a row of today that every capture updated would make all captures
 * wait for one another. It leaves its id in `journal_to_balance`; one statement every second takes
 * what is there and adds it up. What is not added up yet is read from its lines, in the same
 * snapshot: a trial balance is never behind.
 */
import type { Sql } from '../database';

/** Journals added up at once; more come with the next look. */
export const MAX_JOURNALS_A_FOLD = 5_000;

export interface AccountBalance {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly debitMinor: number;
  readonly creditMinor: number;
}

/** Adds waiting journals to the balances; gives their number. Two at once take different ones. */
export async function foldBalances(sql: Sql): Promise<number> {
  const { rows } = await sql.query<{ folded: number }>({
    name: 'fold-balances',
    text: `with taken as (
             delete from journal_to_balance where journal_id in (
               select journal_id from journal_to_balance
                limit ${MAX_JOURNALS_A_FOLD} for update skip locked)
             returning journal_id),
           sums as (
             select j.entity, l.account, l.currency, l.business_date,
                    coalesce(sum(l.amount_minor) filter (where l.side = 'debit'), 0) as debit,
                    coalesce(sum(l.amount_minor) filter (where l.side = 'credit'), 0) as credit
               from taken join journal j using (journal_id) join journal_line l using (journal_id)
              group by 1, 2, 3, 4),
           added as (
             insert into account_balance as b
               (entity, account, currency, business_date, debit_minor, credit_minor)
             select * from sums order by 1, 2, 3, 4
             on conflict (entity, account, currency, business_date) do update
                set debit_minor = b.debit_minor + excluded.debit_minor,
                    credit_minor = b.credit_minor + excluded.credit_minor)
           select count(*)::int as folded from taken`,
  });
  return rows[0]?.folded ?? 0;
}

/** What each account adds up to between two business dates, both included; null: of all there are. */
export async function readTrialBalance(
  sql: Sql,
  {
    entity,
    from,
    to,
  }: { readonly entity: string | null; readonly from: string | null; readonly to: string | null },
): Promise<AccountBalance[]> {
  const { rows } = await sql.query<AccountBalance>(
    `with known as (
       select entity, account, currency, business_date, debit_minor, credit_minor
         from account_balance
       union all
       select j.entity, l.account, l.currency, l.business_date,
              case l.side when 'debit' then l.amount_minor else 0 end,
              case l.side when 'credit' then l.amount_minor else 0 end
         from journal_to_balance q join journal j using (journal_id)
              join journal_line l using (journal_id))
     select entity, account, currency, sum(debit_minor)::bigint as "debitMinor",
            sum(credit_minor)::bigint as "creditMinor"
       from known
      where ($1::text is null or entity = $1) and ($2::date is null or business_date <= $2)
        and ($3::date is null or business_date >= $3)
      group by 1, 2, 3 order by 1, 2, 3`,
    [entity, to, from],
  );
  return rows;
}
