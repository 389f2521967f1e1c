/** The subledger as it is read: journals, what they add up to, and all of them in order. */
import type { Sql } from '../database';

export interface JournalSeen {
  readonly journalId: string;
  readonly momentKey: string;
  readonly entity: string;
  readonly channelInstance: string | null;
  /** `YYYY-MM-DD`. */
  readonly businessDate: string;
  readonly rule: string;
  readonly ruleVersion: number;
  readonly currency: string;
  readonly orderId: string | null;
  readonly eventNo: number | null;
  readonly source: string;
  readonly correlationId: string;
  readonly reverses: string | null;
  readonly occurredAt: string;
  readonly postedAt: string;
  /** The ERP batch that holds it, and the ERP's document once it is posted. */
  readonly batchId: string | null;
  readonly documentNo: string | null;
  readonly lines: readonly {
    readonly lineNo: number;
    readonly account: string;
    readonly side: 'debit' | 'credit';
    readonly amountMinor: number;
    readonly currency: string;
    readonly functionalMinor: number;
    readonly dimensions: Readonly<Record<string, string | number>>;
  }[];
}

const SELECT = `select j.journal_id as "journalId", j.moment_key as "momentKey", j.entity,
  j.channel_instance as "channelInstance", j.business_date as "businessDate", j.rule,
  j.rule_version as "ruleVersion", j.currency, j.order_id as "orderId", j.event_no as "eventNo",
  j.source, j.correlation_id as "correlationId", j.reverses, j.occurred_at as "occurredAt",
  j.posted_at as "postedAt", b.batch_id as "batchId", b.document_no as "documentNo",
  (select jsonb_agg(jsonb_build_object('lineNo', l.line_no, 'account', l.account, 'side', l.side,
      'amountMinor', l.amount_minor, 'currency', l.currency,
      'functionalMinor', l.functional_minor, 'dimensions', l.dimensions) order by l.line_no)
     from journal_line l where l.journal_id = j.journal_id) as lines
  from journal j
  left join posting_batch_journal bj on bj.journal_id = j.journal_id
  left join posting_batch b on b.batch_id = bj.batch_id`;

export interface JournalFilter {
  readonly orderId: string | null;
  readonly account: string | null;
  /** Business dates, both included. */
  readonly from: string | null;
  readonly to: string | null;
  /** The last one of the page before. */
  readonly after: { readonly businessDate: string; readonly journalId: string } | null;
  readonly limit: number;
}

/** By business date, then id. */
export async function listJournals(sql: Sql, filter: JournalFilter): Promise<JournalSeen[]> {
  const { orderId, account, from, to, after, limit } = filter;
  const { rows } = await sql.query<JournalSeen>(
    `${SELECT}
     where ($1::text is null or j.order_id = $1)
       and ($2::text is null or exists (select from journal_line l
              where l.journal_id = j.journal_id and l.account = $2))
       and ($3::date is null or j.business_date >= $3)
       and ($4::date is null or j.business_date <= $4)
       and ($5::date is null or (j.business_date, j.journal_id) > ($5, $6))
     order by j.business_date, j.journal_id limit $7`,
    [orderId, account, from, to, after?.businessDate ?? null, after?.journalId ?? null, limit],
  );
  return rows;
}

export async function readJournal(sql: Sql, journalId: string): Promise<JournalSeen | null> {
  const { rows } = await sql.query<JournalSeen>(`${SELECT} where j.journal_id = $1`, [journalId]);
  return rows[0] ?? null;
}

export interface AccountBalance {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly debitMinor: number;
  readonly creditMinor: number;
}

/** What each account adds up to, to a business date (included). */
export async function readTrialBalance(
  sql: Sql,
  entity: string | null,
  to: string | null,
): Promise<AccountBalance[]> {
  const { rows } = await sql.query<AccountBalance>(
    `select j.entity, l.account, l.currency,
            coalesce(sum(l.amount_minor) filter (where l.side = 'debit'), 0) as "debitMinor",
            coalesce(sum(l.amount_minor) filter (where l.side = 'credit'), 0) as "creditMinor"
       from journal_line l join journal j using (journal_id)
      where ($1::text is null or j.entity = $1) and ($2::date is null or j.business_date <= $2)
      group by 1, 2, 3 order by 1, 2, 3`,
    [entity, to],
  );
  return rows;
}

/** The currencies that the ledger holds. */
export async function ledgerCurrencies(sql: Sql): Promise<string[]> {
  const { rows } = await sql.query<{ currency: string }>(
    'select distinct currency from journal order by 1',
  );
  return rows.map((row) => row.currency);
}
