/** The lines of one account, as a ledger card shows them; and what each channel earned, by account. */
import type { Account } from '../../canonical/rules/posting/posting';
import type { Sql } from '../database';

export interface AccountLine {
  readonly journalId: string;
  readonly lineNo: number;
  readonly businessDate: string;
  readonly documentDate: string;
  readonly rule: string;
  readonly orderId: string | null;
  readonly source: string;
  readonly side: 'debit' | 'credit';
  readonly currency: string;
  readonly amountMinor: number;
  readonly item: string | null;
}

export interface LinesAsked {
  readonly entity: string;
  readonly account: string;
  /** Business dates, both included. */
  readonly from: string;
  readonly to: string;
  /** The last one of the page before. */
  readonly after: { readonly businessDate: string; readonly journalId: string } | null;
  readonly limit: number;
}

/** By business date, then journal; whole journals only, so that a page may be a little longer. */
export async function accountLines(sql: Sql, asked: LinesAsked): Promise<AccountLine[]> {
  const { rows } = await sql.query<AccountLine>(
    `with page as materialized (
       select distinct l.business_date, l.journal_id
         from journal_line l join journal j using (journal_id)
        where l.account = $2 and j.entity = $1 and l.business_date between $3::date and $4::date
          and ($5::date is null or (l.business_date, l.journal_id) > ($5, $6))
        order by 1, 2 limit $7)
     select j.journal_id as "journalId", l.line_no as "lineNo", j.business_date as "businessDate",
            coalesce(j.document_date, j.business_date) as "documentDate", j.rule,
            j.order_id as "orderId", j.source, l.side, l.currency, l.amount_minor as "amountMinor",
            l.dimensions ->> 'item' as item
       from page join journal j using (journal_id) join journal_line l using (journal_id)
      where l.account = $2 order by j.business_date, j.journal_id, l.line_no`,
    [
      asked.entity,
      asked.account,
      asked.from,
      asked.to,
      asked.after?.businessDate ?? null,
      asked.after?.journalId ?? null,
      asked.limit,
    ],
  );
  return rows;
}

export interface ChannelSum {
  /** A channel; of journals of none the clearing account that they name, else empty. */
  readonly channel: string;
  readonly currency: string;
  readonly account: Account;
  /** Credits less debits: what is earned is above zero. */
  readonly earnedMinor: number;
}

/** Of accounts of revenue and expense, in a month's books. */
export async function channelSums(
  sql: Sql,
  asked: {
    readonly entity: string;
    readonly from: string;
    readonly to: string;
    readonly accounts: readonly string[];
  },
): Promise<ChannelSum[]> {
  const { rows } = await sql.query<ChannelSum>(
    `select coalesce(j.channel_instance, l.dimensions ->> 'clearingAccount', '') as channel,
            l.currency, l.account,
            sum(case l.side when 'credit' then l.amount_minor else -l.amount_minor end)::bigint
              as "earnedMinor"
       from journal_line l join journal j using (journal_id)
      where j.entity = $1 and l.account = any($4::text[])
        and l.business_date between $2::date and $3::date
      group by 1, 2, 3 order by 1, 2, 3`,
    [asked.entity, asked.from, asked.to, asked.accounts],
  );
  return rows;
}
