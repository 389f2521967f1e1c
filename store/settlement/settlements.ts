/** Settlements as rows: what a moment decides on, and what it writes of them. */
import type {
  SettlementSnapshot,
  SettlementState,
} from '../../canonical/rules/settlement/snapshot';
import { briefOf, briefRows, type BriefRow } from '../exceptions/briefs';
import type { Sql } from '../database';
import type { SubjectRow } from '../flows/subject';

export const settlementRow = (settlementId: string): SubjectRow => ({
  table: 'settlement',
  key: 'settlement_id',
  id: settlementId,
});

const SNAPSHOT = `
  select s.settlement_id as "settlementId", s.workflow_id as "workflowId", s.source, s.account,
         s.entity, s.reference, s.file_id as "fileId", s.state, s.currency,
         s.payout_date as "payoutDate", s.period_start as "periodStart",
         s.period_end as "periodEnd", s.declared_net_minor as "declaredNetMinor",
         s.lines_net_minor as "linesNetMinor", s.line_count as "lineCount",
         s.business_date as "businessDate", s.bank_minor as "bankMinor",
         s.failed_minor as "failedMinor", s.recheck_at as "recheckAt", s.rechecks,
         s.correlation_id as "correlationId", s.received_at as "receivedAt",
         s.posted_at as "postedAt", ${briefRows('s.workflow_id')} as exceptions
    from settlement s`;

/** Null where there is none. */
export async function loadSettlement(
  sql: Sql,
  settlementId: string,
): Promise<SettlementSnapshot | null> {
  const { rows } = await sql.query<
    Omit<SettlementSnapshot, 'exceptions'> & { exceptions: BriefRow[] }
  >({
    name: 'load-settlement',
    text: `${SNAPSHOT} where s.settlement_id = $1`,
    values: [settlementId],
  });
  const [row] = rows;
  return row ? { ...row, exceptions: row.exceptions.map(briefOf) } : null;
}

/** Who opens a settlement of that name does so one after the other. */
export async function lockReference(sql: Sql, source: string, reference: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `settlement:${source}/${reference}`,
  ]);
}

/** The settlement that the vendor calls so. */
export async function settlementCalled(
  sql: Sql,
  source: string,
  reference: string,
): Promise<{ readonly settlementId: string; readonly state: SettlementState } | null> {
  const { rows } = await sql.query<{ settlementId: string; state: SettlementState }>(
    `select settlement_id as "settlementId", state from settlement
      where source = $1 and reference = $2`,
    [source, reference],
  );
  return rows[0] ?? null;
}

/** The first settlement of a file that is here. */
export async function settlementOfFile(sql: Sql, fileId: string): Promise<string | null> {
  const { rows } = await sql.query<{ settlement_id: string }>(
    `select settlement_id from settlement where file_id = $1 order by settlement_id limit 1`,
    [fileId],
  );
  return rows[0]?.settlement_id ?? null;
}

export interface NewSettlement {
  readonly source: string;
  readonly account: string;
  readonly reference: string;
  readonly settlementId: string;
  readonly workflowId: string;
  readonly entity: string;
  readonly fileId: string;
  readonly correlationId: string;
}

export async function insertSettlement(sql: Sql, one: NewSettlement): Promise<void> {
  await sql.query(
    `insert into settlement (settlement_id, workflow_id, source, account, entity, reference,
       file_id, state, correlation_id)
     values ($1, $2, $3, $4, $5, $6, $7, 'received', $8)`,
    [
      one.settlementId,
      one.workflowId,
      one.source,
      one.account,
      one.entity,
      one.reference,
      one.fileId,
      one.correlationId,
    ],
  );
}

/** Another file says it: nothing of the one before was booked. */
export async function replaceFile(sql: Sql, settlementId: string, fileId: string): Promise<void> {
  await sql.query(
    `update settlement set file_id = $2, state = 'received' where settlement_id = $1`,
    [settlementId, fileId],
  );
}

export async function setSettlementState(
  sql: Sql,
  settlementId: string,
  state: SettlementState,
): Promise<void> {
  await sql.query(`update settlement set state = $2 where settlement_id = $1`, [
    settlementId,
    state,
  ]);
}

export interface StagedSettlement {
  readonly settlementId: string;
  readonly reference: string;
  readonly currency: string;
  readonly periodStart: string | null;
  readonly periodEnd: string | null;
  readonly payoutDate: string | null;
  readonly declaredNetMinor: number | null;
  readonly linesNetMinor: number;
  readonly lineCount: number;
}

export async function recordStaged(
  sql: Sql,
  staged: StagedSettlement,
  state: 'tied' | 'untied',
): Promise<void> {
  await sql.query(
    `update settlement set reference = $2, currency = $3, period_start = $4, period_end = $5,
            payout_date = $6::date, declared_net_minor = $7, lines_net_minor = $8, line_count = $9,
            business_date = coalesce($6::date, (received_at at time zone 'UTC')::date), state = $10
      where settlement_id = $1`,
    [
      staged.settlementId,
      staged.reference,
      staged.currency,
      staged.periodStart,
      staged.periodEnd,
      staged.payoutDate,
      staged.declaredNetMinor,
      staged.linesNetMinor,
      staged.lineCount,
      state,
    ],
  );
}

export async function recordPosted(sql: Sql, settlementId: string): Promise<void> {
  await sql.query(
    `update settlement set state = 'posted', posted_at = now() where settlement_id = $1`,
    [settlementId],
  );
}

/** When what is not explained is looked at again; null: nothing is left. */
export async function setRecheck(sql: Sql, settlementId: string, at: string | null): Promise<void> {
  await sql.query(
    `update settlement set recheck_at = $2, rechecks = rechecks + 1 where settlement_id = $1`,
    [settlementId, at],
  );
}
