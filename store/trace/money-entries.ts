/** The part of a trace that finance reads: journals, their batch, the ERP's document. */
import type { Sql } from '../database';
import {
  MAX_ROWS_A_TABLE,
  money,
  OWN_SYSTEM,
  refs,
  type Subject,
  type TraceEntry,
} from './entries';

/** Every journal of the subject, and the batches that hold them. */
export async function journalEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    journalId: string;
    rule: string;
    total: number;
    currency: string;
    orderId: string | null;
    eventNo: number | null;
    batchId: string | null;
    correlation: string;
    at: string;
  }>(
    `select j.journal_id as "journalId", j.rule, j.currency, j.order_id as "orderId",
            j.event_no as "eventNo", b.batch_id as "batchId", j.correlation_id as correlation,
            j.posted_at as at,
            (select coalesce(sum(l.amount_minor), 0) from journal_line l
              where l.journal_id = j.journal_id and l.side = 'debit') as total
       from journal j left join posting_batch_journal b using (journal_id)
      where j.order_id = any($1::text[]) or j.journal_id = any($2::text[])
      order by j.posted_at limit ${MAX_ROWS_A_TABLE}`,
    [subject.orderIds, subject.journalIds],
  );
  return rows.map((row) => ({
    at: row.at,
    system: OWN_SYSTEM,
    kind: 'journal',
    summary: `rule ${row.rule} posted${money(row.total, row.currency)}`,
    refs: refs({
      journalId: row.journalId,
      orderId: row.orderId,
      eventNo: row.eventNo,
      batchId: row.batchId,
      correlationId: row.correlation,
    }),
  }));
}

export async function batchEntries(sql: Sql, subject: Subject): Promise<TraceEntry[]> {
  const { rows } = await sql.query<{
    batchId: string;
    erp: string;
    journals: number;
    state: string;
    documentNo: string | null;
    createdAt: string;
    postedAt: string | null;
  }>(
    `select batch_id as "batchId", erp_instance as erp, journal_count as journals, state,
            document_no as "documentNo", created_at as "createdAt", posted_at as "postedAt"
       from posting_batch where batch_id = any($1::text[])`,
    [subject.batchIds],
  );
  return rows.flatMap((row) => {
    const about = refs({ batchId: row.batchId, documentNo: row.documentNo });
    const state = row.state === 'parked' ? ', parked' : '';
    const formed: TraceEntry = {
      at: row.createdAt,
      system: OWN_SYSTEM,
      kind: 'batch-formed',
      summary: `batch of ${row.journals} journals for ${row.erp}${state}`,
      refs: about,
    };
    if (row.postedAt === null) return [formed];
    const summary = `posted as document ${row.documentNo ?? 'without a number'}`;
    return [
      formed,
      { at: row.postedAt, system: row.erp, kind: 'erp-document', summary, refs: about },
    ];
  });
}
