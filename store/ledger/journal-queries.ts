/** The subledger as it is read: journals in order, by order and by account. */
import type { Journal } from '../../canonical/schema/journal';
import type { Sql } from '../database';

const SELECT = `select j.journal_id as "journalId", j.moment_key as "momentKey", j.entity,
  j.channel_instance as "channelInstance", j.business_date as "businessDate",
  coalesce(j.document_date, j.business_date) as "documentDate", j.rule,
  j.rule_version as "ruleVersion", j.currency, j.order_id as "orderId", j.event_no as "eventNo",
  j.source, j.correlation_id as "correlationId", j.reverses, j.occurred_at as "occurredAt",
  j.posted_at as "postedAt", b.batch_id as "batchId", b.document_no as "documentNo",
  (select jsonb_agg(jsonb_build_object('lineNo', l.line_no, 'account', l.account, 'side', l.side,
      'amount', jsonb_build_object('currency', l.currency, 'minorUnits', l.amount_minor),
      'functional', jsonb_build_object('currency', l.functional_currency,
        'minorUnits', l.functional_minor),
      'rate', l.rate::text, 'dimensions', l.dimensions) order by l.line_no)
     from journal_line l where l.journal_id = j.journal_id) as lines
  from journal j
  left join posting_batch_journal bj on bj.journal_id = j.journal_id
  left join posting_batch b on b.batch_id = bj.batch_id`;

export interface JournalFilter {
  readonly orderId: string | null;
  readonly settlementId: string | null;
  readonly account: string | null;
  /** Business dates, both included. */
  readonly from: string | null;
  readonly to: string | null;
  /** The last one of the page before. */
  readonly after: { readonly businessDate: string; readonly journalId: string } | null;
  readonly limit: number;
}

/**
 * By business date, then id. An account's journals are a page of its index, however rare it is; an
 * order's are few.
 */
export async function listJournals(sql: Sql, filter: JournalFilter): Promise<Journal[]> {
  const { orderId, settlementId, account, from, to, after, limit } = filter;
  const range = [from, to, after?.businessDate ?? null, after?.journalId ?? null, limit];
  const isOfAccount = account !== null && orderId === null && settlementId === null;
  const { rows } = await (isOfAccount
    ? sql.query<Journal>(OF_ACCOUNT, [null, account, ...range])
    : sql.query<Journal>(BY_DATE, [orderId, account, ...range, settlementId]));
  return rows;
}

const BY_DATE = `${SELECT}
     where ($1::text is null or j.order_id = $1)
       and ($2::text is null or exists (select from journal_line l
              where l.journal_id = j.journal_id and l.account = $2))
       and ($8::text is null or j.journal_id in (
              select k.journal_id from settlement_journal k where k.settlement_id = $8))
       and ($3::date is null or j.business_date >= $3)
       and ($4::date is null or j.business_date <= $4)
       and ($5::date is null or (j.business_date, j.journal_id) > ($5, $6))
     order by j.business_date, j.journal_id limit $7`;

const OF_ACCOUNT = `with page as materialized (
       select distinct l.business_date, l.journal_id from journal_line l
        where $1::text is null and l.account = $2
          and ($3::date is null or l.business_date >= $3)
          and ($4::date is null or l.business_date <= $4)
          and ($5::date is null or (l.business_date, l.journal_id) > ($5, $6))
        order by l.business_date, l.journal_id limit $7)
     ${SELECT} join page on page.journal_id = j.journal_id
     order by j.business_date, j.journal_id`;

export async function readJournal(sql: Sql, journalId: string): Promise<Journal | null> {
  const { rows } = await sql.query<Journal>(`${SELECT} where j.journal_id = $1`, [journalId]);
  return rows[0] ?? null;
}

/** The currencies that the ledger holds. */
export async function ledgerCurrencies(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ currency: string }>(
    `select currency from account_balance
     union select j.currency from journal_to_balance join journal j using (journal_id) order by 1`,
  );
  return rows.map((row) => row.currency);
}
