// The ledger in sums: trial balance, journals and batches page by page, items outside any order.
import type { Sql } from '../store/database';
import type {
  AccountSum,
  KeptBalance,
  OwnBatch,
  OwnJournal,
  StrayItem,
  TrialBalance,
} from './check-ledger';
import { pagesOf } from './pages';

/** Rows a page; all the journals of a batch are added up for each. */
const BATCHES_A_PAGE = 100;
const STRAY_ITEMS_MAX = 1_000;

const SIDES = `
  coalesce(sum(g.functional_minor) filter (where g.side = 'debit'), 0) as "debitMinor",
  coalesce(sum(g.functional_minor) filter (where g.side = 'credit'), 0) as "creditMinor"`;
const SUMS = `
  coalesce(sum(g.amount_minor) filter (where g.side = 'debit'), 0)::bigint as debit,
  coalesce(sum(g.amount_minor) filter (where g.side = 'credit'), 0)::bigint as credit`;
const NET = `sum(case g.side when 'debit' then g.amount_minor else -g.amount_minor end)`;

/** Σ of the debits of a JSON array of lines. */
const debitsOf = (lines: string) =>
  `coalesce((select sum((l ->> 'amountMinor')::bigint) from jsonb_array_elements(${lines}) l
              where l ->> 'side' = 'debit'), 0)`;

export async function loadTrialBalance(sql: Sql): Promise<readonly TrialBalance[]> {
  const { rows } = await sql.query<TrialBalance>(
    `select j.entity, g.currency, ${SIDES} from journal j join journal_line g using (journal_id)
      group by 1, 2 order by 1, 2`,
  );
  return rows;
}

export function journalPages(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly OwnJournal[]> {
  return pagesOf(
    sql,
    `select j.journal_id as "journalId", j.rule, j.source, j.currency, g.*,
            (select count(*)::int from posting_batch_journal b where b.journal_id = j.journal_id)
              + (select count(*)::int from journal_to_batch q
                  where q.entity = j.entity and q.business_date = j.business_date
                    and q.channel_instance = coalesce(j.channel_instance, '-')
                    and q.currency = j.currency and q.journal_id = j.journal_id) as batches
       from journal j cross join lateral (
              select count(*)::int as lines, ${SIDES} from journal_line g
               where g.journal_id = j.journal_id) g
      where $1::timestamptz is null or j.posted_at >= $1`,
    [since],
  );
}

/** Balances as they are kept and as the lines have them, a business date a page; only what differs. */
export async function* differingBalances(sql: Sql): AsyncGenerator<readonly KeptBalance[]> {
  const days = await sql.query<{ day: string }>(
    `select business_date as day from account_balance union select business_date from journal
      order by 1`,
  );
  for (const { day } of days.rows) {
    const { rows } = await sql.query<KeptBalance>(
      `with lines as (
         select j.entity, g.account, g.currency, ${SUMS}
           from journal j join journal_line g using (journal_id) where j.business_date = $1::date
          group by 1, 2, 3),
       kept as (
         select entity, account, currency, sum(debit_minor)::bigint as debit,
                sum(credit_minor)::bigint as credit
           from (select entity, account, currency, debit_minor, credit_minor
                   from account_balance where business_date = $1::date
                 union all
                 select j.entity, g.account, g.currency,
                        case g.side when 'debit' then g.amount_minor else 0 end,
                        case g.side when 'credit' then g.amount_minor else 0 end
                   from journal_to_balance q join journal j using (journal_id)
                        join journal_line g using (journal_id) where j.business_date = $1::date) k
          group by 1, 2, 3)
       select entity, account, currency, $1::date as "businessDate",
              coalesce(k.debit, 0) as "keptDebitMinor", coalesce(k.credit, 0) as "keptCreditMinor",
              coalesce(l.debit, 0) as "debitMinor", coalesce(l.credit, 0) as "creditMinor"
         from kept k full join lines l using (entity, account, currency)
        where (k.debit, k.credit) is distinct from (l.debit, l.credit) order by 1, 2, 3`,
      [day],
    );
    if (rows.length > 0) yield rows;
  }
}

interface BatchRow extends Omit<OwnBatch, 'lines'> {
  readonly lines: readonly {
    readonly account: string;
    readonly side: 'debit' | 'credit';
    readonly amountMinor: number;
  }[];
}

function sumsOf(lines: BatchRow['lines']): AccountSum[] {
  const sums = new Map<string, number>();
  for (const { account, side, amountMinor } of lines) {
    sums.set(account, (sums.get(account) ?? 0) + (side === 'debit' ? amountMinor : -amountMinor));
  }
  return [...sums].map(([account, netMinor]) => ({ account, netMinor }));
}

export async function* batchPages(
  sql: Sql,
  since: string | null,
): AsyncGenerator<readonly OwnBatch[]> {
  const statement = `
    select b.batch_id as "batchId", b.state, b.document_no as "documentNo", b.currency,
           b.lines, b.journal_count as "journalCount",
           (select count(*)::int from posting_batch_journal m
             where m.batch_id = b.batch_id) as journals,
           coalesce((select jsonb_agg(jsonb_build_object('account', s.account, 'netMinor', s.net))
              from (select g.account, ${NET} as net
                      from posting_batch_journal m join journal_line g using (journal_id)
                     where m.batch_id = b.batch_id group by 1) s), '[]') as "journalLines",
           e.state as "effectState",
           ${debitsOf("e.body -> 'lines'")} as "effectDebitMinor",
           ${debitsOf('b.lines')} as "debitMinor",
           exists (select from exception x where x.batch_id = b.batch_id
                      and x.resolution = 'overridden') as "isByHand"
      from posting_batch b left join effect e on e.effect_key = 'journal:' || b.batch_id
     where $1::timestamptz is null or b.created_at >= $1 or b.posted_at >= $1`;
  for await (const rows of pagesOf<BatchRow>(sql, statement, [since], BATCHES_A_PAGE)) {
    yield rows.map((row) => ({ ...row, lines: sumsOf(row.lines) }));
  }
}

/** Items that journals of neither an order nor a settlement left open; the worst first. */
export async function loadStrayItems(
  sql: Sql,
  openItemAccounts: readonly string[],
): Promise<readonly StrayItem[]> {
  const { rows } = await sql.query<StrayItem>(
    `select g.account, coalesce(g.dimensions ->> 'item', '') as item, g.currency,
            ${NET} as "netMinor"
       from journal j join journal_line g using (journal_id)
      where j.order_id is null and j.source not like 'settlement:%'
        and g.account = any($1::text[])
      group by 1, 2, 3 having ${NET} <> 0 order by abs(${NET}) desc limit $2`,
    [openItemAccounts, STRAY_ITEMS_MAX],
  );
  return rows;
}

/** Of these accounts of ours, the one each is mapped to at the ERP: `1200` → `CLR`. */
export async function keptAccounts(
  sql: Sql,
  erps: readonly string[],
  accounts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql.query<{ target: string; value: string }>(
    `select target, value from mapping
      where kind = 'account' and source = any($1) and value = any($2) order by source, value`,
    [erps, accounts],
  );
  return new Map(rows.map(({ target, value }) => [target, value]));
}
