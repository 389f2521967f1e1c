/**
 * Batches for the ERP: journals summed by account, location, tax code and clearing account, each
 * journal in exactly one batch (its primary key says so), the batch id as the way back. What is in
 * no batch yet waits in `journal_to_batch`: the ledger's length costs nothing here.
 */
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { ExceptionCause } from '../../canonical/schema/exception';
import type { Database, Sql } from '../database';
import { finishEffect } from '../effects/effects';
import { openException } from '../exceptions/exceptions';
import { newId } from '../ids';
import { refusalsOf } from '../inbox/refusals';

/** Journals in one batch at the most; the rest goes into the next. */
export const MAX_JOURNALS_A_BATCH = 5_000;
/** Batches formed in one go. */
const MAX_BATCHES_A_RUN = 200;

export interface BatchLine {
  readonly account: string;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: number;
  readonly location: string | null;
  readonly taxCode: string | null;
  readonly clearingAccount: string | null;
}

export interface PostingBatch {
  readonly batchId: string;
  readonly erpInstance: string;
  readonly entity: string;
  readonly channelInstance: string;
  /** `YYYY-MM-DD`. */
  readonly businessDate: string;
  readonly currency: string;
  readonly lines: readonly BatchLine[];
  readonly journalCount: number;
  /** Definite refusals so far: each retry after one is a new try. */
  readonly refusals: number;
}

interface Group {
  readonly entity: string;
  readonly channel_instance: string;
  readonly business_date: string;
  readonly currency: string;
}

/** Is there anything to post: a journal that waits for longer than the window, or a formed batch? */
export async function isPostingDue(
  sql: Sql,
  erp: { readonly erpInstance: string; readonly entities: readonly string[] },
  windowMs: number,
): Promise<boolean> {
  const { rows } = await sql.query<{ due: boolean }>({
    name: 'is-posting-due',
    text: `select exists (select from posting_batch where erp_instance = $1 and state = 'formed')
               or exists (select from journal_to_batch
                   where entity = any($2)
                     and posted_at <= now() - $3 * interval '1 millisecond') as due`,
    values: [erp.erpInstance, erp.entities, windowMs],
  });
  return rows[0]?.due === true;
}

/** Gathers every journal that is in no batch: entity × channel × business date × currency. */
export async function formBatches(
  db: Database,
  erp: { readonly erpInstance: string; readonly entities: readonly string[] },
): Promise<{ readonly formed: number; readonly journals: number }> {
  let formed = 0;
  let journals = 0;
  while (formed < MAX_BATCHES_A_RUN) {
    const groups = await ungathered(db, erp.entities, MAX_BATCHES_A_RUN - formed);
    if (groups.length === 0) break;
    for (const group of groups) {
      const count = await formBatch(db, erp.erpInstance, group);
      formed += count > 0 ? 1 : 0;
      journals += count;
    }
  }
  return { formed, journals };
}

async function ungathered(sql: Sql, entities: readonly string[], limit: number): Promise<Group[]> {
  const { rows } = await sql.query<Group>({
    name: 'ungathered-journals',
    text: `select entity, channel_instance, business_date, currency from journal_to_batch
            where entity = any($1)
            group by 1, 2, 3, 4 order by 3, 1, 2, 4 limit $2`,
    values: [entities, limit],
  });
  return rows;
}

/** One statement: the batch, its summed lines, its journals. Gives the number of journals. */
async function formBatch(sql: Sql, erpInstance: string, group: Group): Promise<number> {
  const { rowCount } = await sql.query({
    name: 'form-batch',
    text: `with picked as (
             delete from journal_to_batch q
              where q.entity = $3 and q.channel_instance = $4 and q.business_date = $5
                and q.currency = $6 and q.journal_id in (
                    select journal_id from journal_to_batch
                     where entity = $3 and channel_instance = $4 and business_date = $5
                       and currency = $6
                     order by journal_id limit ${MAX_JOURNALS_A_BATCH})
             returning q.journal_id),
           summed as (
             select l.account, l.side, l.dimensions ->> 'location' as location,
                    l.dimensions ->> 'taxCode' as tax_code,
                    l.dimensions ->> 'clearingAccount' as clearing_account,
                    sum(l.amount_minor)::bigint as amount
               from journal_line l join picked using (journal_id) group by 1, 2, 3, 4, 5),
           made as (
             insert into posting_batch (batch_id, erp_instance, entity, channel_instance,
               business_date, currency, lines, journal_count)
             select $1, $2, $3, $4, $5, $6,
                    (select jsonb_agg(jsonb_build_object('account', account, 'side', side,
                        'amountMinor', amount, 'location', location, 'taxCode', tax_code,
                        'clearingAccount', clearing_account)
                        order by account, side, location, tax_code, clearing_account) from summed),
                    (select count(*) from picked)
              where exists (select from picked)
             returning batch_id)
           insert into posting_batch_journal (journal_id, batch_id)
           select journal_id, batch_id from picked, made`,
    values: [
      newId('bat'),
      erpInstance,
      group.entity,
      group.channel_instance,
      group.business_date,
      group.currency,
    ],
  });
  return rowCount ?? 0;
}

/** What is formed and not posted, oldest first. */
export async function formedBatches(
  sql: Sql,
  erpInstance: string,
  limit: number,
): Promise<PostingBatch[]> {
  const { rows } = await sql.query<PostingBatch>({
    name: 'formed-batches',
    text: `select batch_id as "batchId", erp_instance as "erpInstance", entity,
                  channel_instance as "channelInstance", business_date as "businessDate", currency,
                  lines, journal_count as "journalCount",
                  ${refusalsOf("'journal:' || p.batch_id")} as refusals
             from posting_batch p where erp_instance = $1 and state = 'formed'
            order by created_at, batch_id limit $2`,
    values: [erpInstance, limit],
  });
  return rows;
}

/** The ERP's account ids by our own; only those that are mapped. */
export async function accountsOf(
  sql: Sql,
  erpInstance: string,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql.query<{ value: string; target: string }>({
    name: 'account-mappings',
    text: `select value, target from mapping where kind = 'account' and source = $1`,
    values: [erpInstance],
  });
  return new Map(rows.map((row) => [row.value, row.target]));
}

/** The effect and the batch end together. */
export async function markPosted(
  db: Database,
  batchId: string,
  effectKey: string,
  end: { readonly documentNo: string; readonly answer: unknown },
): Promise<void> {
  await db.transaction(async (sql) => {
    const { documentNo, answer } = end;
    await finishEffect(sql, effectKey, { state: 'done', reference: documentNo, answer });
    await sql.query({
      name: 'mark-posted',
      text: `update posting_batch set state = 'posted', document_no = $2, posted_at = now()
              where batch_id = $1 and state <> 'posted'`,
      values: [batchId, documentNo],
    });
  });
}

export interface BatchProblem {
  readonly code: Extract<ExceptionCode, 'mapping.account' | 'erp.refused'>;
  readonly cause: ExceptionCause;
  readonly detail: string;
}

/** The batch waits for a person; what refused it is recorded in the same transaction. */
export async function parkBatch(
  db: Database,
  batch: PostingBatch,
  problems: readonly BatchProblem[],
  refused: { readonly effectKey: string; readonly answer: unknown } | null,
): Promise<void> {
  const moneyMinor = batch.lines
    .filter((line) => line.side === 'debit')
    .reduce((sum, line) => sum + line.amountMinor, 0);
  await db.transaction(async (sql) => {
    if (refused) {
      const { effectKey, answer } = refused;
      await finishEffect(sql, effectKey, { state: 'refused', reference: null, answer });
    }
    await sql.query(
      `update posting_batch set state = 'parked' where batch_id = $1 and state = 'formed'`,
      [batch.batchId],
    );
    for (const { code, cause, detail } of problems) {
      await openException(sql, {
        code,
        detail,
        cause,
        blocks: `batch:${batch.batchId}`,
        subject: batch.erpInstance,
        batchId: batch.batchId,
        moneyMinor,
        currency: batch.currency,
      });
    }
  });
}
