/** What the checks of a close find, each from the rows themselves. */
import {
  CLEARING_LIMIT_DAYS,
  type CloseCheck,
  type Found,
} from '../../canonical/rules/close/checks';
import type { Sql } from '../database';
import { readTrialBalance } from '../ledger/balances';
import { agedBeyond, foreignItems } from './clearing-items';
import { failed, named, notApplicable, passed, type Closing } from './checks-found';
import { erpDiffers, notBatched, sourcesBehind, stockOffValue } from './checks-of-others';

/** One after the other, on one connection. */
export async function makeChecks(sql: Sql, of: Closing): Promise<Record<CloseCheck, Found>> {
  return {
    'earlier-periods': await earlierPeriods(sql, of),
    'trial-balance': await balanced(sql, of),
    'sources-in': await sourcesBehind(sql, of),
    'settlements-tied': await settlementsTied(sql, of),
    'clearing-aged': await clearingAged(sql, of),
    'journals-batched': await notBatched(sql, of),
    'erp-agrees': await erpDiffers(sql, of),
    'stock-valued': await stockOffValue(sql, of),
    'reserves-reviewed': await reservesReviewed(sql, of),
    'foreign-items': await foreign(sql, of),
    'exceptions-open': await exceptionsOpen(sql, of),
  };
}

async function earlierPeriods(sql: Sql, { entity, firstDay }: Closing): Promise<Found> {
  const { rows } = await sql.query<{ month: string }>(
    `select to_char(month, 'YYYY-MM') as month
       from (select date_trunc('month', business_date)::date as month from account_balance
              where entity = $1 and business_date < $2::date
             union
             select date_trunc('month', j.business_date)::date
               from journal_to_balance q join journal j using (journal_id)
              where j.entity = $1 and j.business_date < $2::date) known
      where not exists (select from accounting_period p
                         where p.entity = $1 and p.first_day = known.month and p.state = 'closed')
      order by 1`,
    [entity, firstDay],
  );
  const months = rows.map(({ month }) => month);
  if (months.length === 0) return passed('no earlier month with journals is open');
  return failed(months.length, `not closed: ${named(months)}`);
}

async function balanced(sql: Sql, { entity, lastDay }: Closing): Promise<Found> {
  const off = new Map<string, number>();
  for (const one of await readTrialBalance(sql, { entity, from: null, to: lastDay })) {
    off.set(one.currency, (off.get(one.currency) ?? 0) + one.debitMinor - one.creditMinor);
  }
  const wrong = [...off].filter(([, minor]) => minor !== 0);
  if (wrong.length === 0) return passed('debits are credits');
  return failed(
    wrong.length,
    named(wrong.map(([currency, minor]) => `${currency} off by ${minor}`)),
  );
}

async function settlementsTied(sql: Sql, { entity, lastDay }: Closing): Promise<Found> {
  const { rows } = await sql.query<{ name: string }>(
    `select source || ' ' || reference || ' (' || state || ')' as name from settlement
      where entity = $1 and state in ('received', 'unreadable', 'untied', 'tied')
        and coalesce(business_date, (received_at at time zone 'UTC')::date) <= $2::date
      order by received_at, 1`,
    [entity, lastDay],
  );
  if (rows.length === 0) return passed('each one that is here ties and is posted');
  return failed(rows.length, `not posted: ${named(rows.map(({ name }) => name))}`);
}

async function clearingAged(sql: Sql, { entity, lastDay }: Closing): Promise<Found> {
  const limits = CLEARING_LIMIT_DAYS;
  const { items, oldest } = await agedBeyond(sql, { entity, asOf: lastDay, limits });
  if (items === 0) return passed('no item is older than its limit without an owner');
  return failed(items, `${items} older than their limit and nobody's, the oldest ${oldest ?? ''}`);
}

/** Set to what was expected as of a day of the month, whether or not that changed anything. */
async function reservesReviewed(sql: Sql, of: Closing): Promise<Found> {
  const { entity, firstDay, lastDay } = of;
  const { rows } = await sql.query<{ cohort: string; is_reviewed: boolean }>(
    `select cohort, exists (select from reserve_true_up t
                             where t.cohort = pool.cohort
                               and t.as_of between $2::date and $3::date) as is_reviewed
       from (select l.dimensions ->> 'cohort' as cohort
               from journal_line l join journal j using (journal_id)
              where l.account in ('RFL', 'RRA') and j.entity = $1 and l.business_date <= $3::date
              group by 1, l.account, l.currency
             having sum(case l.side when 'debit' then l.amount_minor else -l.amount_minor end) <> 0
            ) pool
      where cohort is not null group by 1 order by 1`,
    [entity, firstDay, lastDay],
  );
  if (rows.length === 0) return notApplicable('nothing is set aside');
  const left = rows.filter((row) => !row.is_reviewed).map((row) => row.cohort);
  if (left.length === 0) return passed(`${rows.length} cohorts were trued up as of the month`);
  return failed(left.length, `not trued up as of the month: ${named(left)}`);
}

/** No rate is known here: what is in foreign currency is revalued in the ERP, and taken as it is. */
async function foreign(sql: Sql, of: Closing): Promise<Found> {
  const { entity, lastDay, functionalCurrency: functional, monetary: accounts } = of;
  const sums = await foreignItems(sql, { entity, asOf: lastDay, accounts, functional });
  if (sums.length === 0)
    return notApplicable(`no open item is in another currency than ${functional}`);
  const items = sums.reduce((count, one) => count + one.items, 0);
  const text = sums.map((one) => `${one.items} in ${one.currency}`);
  return failed(items, `to be revalued in the ERP, no rate is here: ${named(text)}`);
}

/** With money at stake, opened by the end of the month; what names no entity counts for each. */
async function exceptionsOpen(sql: Sql, { entity, lastDay, channels }: Closing): Promise<Found> {
  const { rows } = await sql.query<{ code: string; count: number }>(
    `select e.code, count(*)::int as count from exception e
       left join sales_order o on o.order_id = e.order_id
       left join settlement s on s.workflow_id = e.workflow_id
       left join posting_batch b on b.batch_id = e.batch_id
      where e.state <> 'resolved' and e.money_minor is not null
        and e.code not like 'close.%'
        and e.opened_at < ($2::date + 1)::timestamp at time zone 'UTC'
        and coalesce(case when o.channel_instance = any($3::text[]) then $1
                          when o.channel_instance is not null then '' end,
                     s.entity, b.entity, $1) = $1
      group by 1 order by 2 desc, 1`,
    [entity, lastDay, channels],
  );
  if (rows.length === 0) return passed('none is open');
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  return failed(count, `${count} open: ${named(rows.map((row) => `${row.count} ${row.code}`))}`);
}
