/** Periods as rows: which month of which entity is closing or closed, and who signed that. */
import type { Accepted, CheckResult, CloseCheck } from '../../canonical/rules/close/checks';
import { CLOSE_CHECKS, type Found } from '../../canonical/rules/close/checks';
import type { PeriodSnapshot } from '../../canonical/rules/close/period';
import { briefOf, briefRows, type BriefRow } from '../exceptions/briefs';
import type { Sql } from '../database';
import type { SubjectRow } from '../flows/subject';

export const periodRow = (periodId: string): SubjectRow => ({
  table: 'accounting_period',
  key: 'period_id',
  id: periodId,
});

const SNAPSHOT = `
  select p.period_id as "periodId", p.workflow_id as "workflowId", p.entity,
         p.first_day as "firstDay", p.last_day as "lastDay", p.state, p.closings,
         p.closing_since as "closingSince", p.prepared_by as "preparedBy",
         p.prepared_at as "preparedAt", p.accepted, p.approved_by as "approvedBy",
         p.approved_at as "approvedAt", p.closed_at as "closedAt",
         p.reopening_by as "reopeningBy", p.reopening_reason as "reopeningReason",
         p.recheck_at as "recheckAt", p.correlation_id as "correlationId",
         (select coalesce(jsonb_agg(jsonb_build_object('name', c.name, 'state', c.state,
              'finding', c.finding, 'count', c.count, 'checkedAt',
              to_char(c.checked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))), '[]')
            from period_check c where c.period_id = p.period_id) as checks,
         ${briefRows('p.workflow_id')} as exceptions
    from accounting_period p`;

type Row = Omit<PeriodSnapshot, 'exceptions'> & { readonly exceptions: BriefRow[] };

const order = (one: CheckResult) => CLOSE_CHECKS.indexOf(one.name);
const snapshotOf = (row: Row): PeriodSnapshot => ({
  ...row,
  checks: [...row.checks].sort((a, b) => order(a) - order(b)),
  exceptions: row.exceptions.map(briefOf),
});

/** Null where nothing was ever done about it: it is open. */
export async function loadPeriod(sql: Sql, periodId: string): Promise<PeriodSnapshot | null> {
  const { rows } = await sql.query<Row>({
    name: 'load-period',
    text: `${SNAPSHOT} where p.period_id = $1`,
    values: [periodId],
  });
  return rows[0] ? snapshotOf(rows[0]) : null;
}

/** Locked: whoever decides on it does so one after the other. */
export async function lockedPeriod(sql: Sql, periodId: string): Promise<PeriodSnapshot | null> {
  await sql.query('select 1 from accounting_period where period_id = $1 for update', [periodId]);
  return loadPeriod(sql, periodId);
}

export type NewPeriod = Pick<
  PeriodSnapshot,
  'periodId' | 'workflowId' | 'entity' | 'firstDay' | 'lastDay' | 'correlationId'
>;

/** Closing from now on, for the first time or once more. True: it has a row for the first time. */
export async function beginClosing(sql: Sql, one: NewPeriod): Promise<boolean> {
  const { rows } = await sql.query<{ closings: number }>(
    `insert into accounting_period as p (period_id, workflow_id, entity, first_day, last_day,
       state, closings, closing_since, correlation_id)
     values ($1, $2, $3, $4, $5, 'closing', 1, now(), $6)
     on conflict (period_id) do update
        set state = 'closing', closings = p.closings + 1, closing_since = now(),
            prepared_by = null, prepared_at = null, accepted = '[]', approved_by = null,
            approved_at = null, closed_at = null, recheck_at = null,
            correlation_id = excluded.correlation_id
     returning closings`,
    [one.periodId, one.workflowId, one.entity, one.firstDay, one.lastDay, one.correlationId],
  );
  return rows[0]?.closings === 1;
}

/** The first person's word, and what is taken as it is. */
export async function recordPrepared(
  sql: Sql,
  periodId: string,
  { by, accepted }: { readonly by: string; readonly accepted: readonly Accepted[] },
): Promise<void> {
  await sql.query(
    `update accounting_period set prepared_by = $2, prepared_at = now(), accepted = $3,
            approved_by = null, approved_at = null where period_id = $1`,
    [periodId, by, JSON.stringify(accepted)],
  );
}

/** The second person's. */
export async function recordApproved(sql: Sql, periodId: string, by: string): Promise<void> {
  await sql.query(
    `update accounting_period set approved_by = $2, approved_at = now() where period_id = $1`,
    [periodId, by],
  );
}

/** Nobody has signed it. */
export async function unsign(sql: Sql, periodId: string): Promise<void> {
  await sql.query(
    `update accounting_period set prepared_by = null, prepared_at = null, accepted = '[]',
            approved_by = null, approved_at = null where period_id = $1`,
    [periodId],
  );
}

/** From now on the database refuses a journal of its days. */
export async function recordClosed(sql: Sql, periodId: string): Promise<void> {
  await sql.query(
    `update accounting_period set state = 'closed', closed_at = now(), recheck_at = null
      where period_id = $1`,
    [periodId],
  );
}

/** Somebody wants it open again; null: no longer. */
export async function recordReopening(
  sql: Sql,
  periodId: string,
  asked: { readonly by: string; readonly reason: string } | null,
): Promise<void> {
  await sql.query(
    `update accounting_period set reopening_by = $2, reopening_reason = $3 where period_id = $1`,
    [periodId, asked?.by ?? null, asked?.reason ?? null],
  );
}

export async function recordReopened(sql: Sql, periodId: string): Promise<void> {
  await sql.query(
    `update accounting_period set state = 'reopened', closed_at = null, reopening_by = null,
            reopening_reason = null, prepared_by = null, prepared_at = null, accepted = '[]',
            approved_by = null, approved_at = null where period_id = $1`,
    [periodId],
  );
}

/** A later month of the entity that is closed; null: there is none. */
export async function closedAfter(
  sql: Sql,
  { entity, lastDay }: Pick<PeriodSnapshot, 'entity' | 'lastDay'>,
): Promise<string | null> {
  const { rows } = await sql.query<{ period_id: string }>(
    `select period_id from accounting_period
      where entity = $1 and state = 'closed' and first_day > $2::date order by 1 limit 1`,
    [entity, lastDay],
  );
  return rows[0]?.period_id ?? null;
}

/** What the checks came to, in place of what they came to before; looked at again at that time. */
export async function keepChecks(
  sql: Sql,
  periodId: string,
  found: Readonly<Record<CloseCheck, Found>>,
  { now, recheckAt }: { readonly now: string; readonly recheckAt: string | null },
): Promise<void> {
  const rows = CLOSE_CHECKS.map((name) => ({ name, ...found[name] }));
  await sql.query(
    `insert into period_check (period_id, name, state, finding, count, checked_at)
     select $1, c.name, c.state, c.finding, c.count, $3::timestamptz
       from jsonb_to_recordset($2) as c(name text, state text, finding text, count int)
     on conflict (period_id, name) do update
        set state = excluded.state, finding = excluded.finding, count = excluded.count,
            checked_at = excluded.checked_at`,
    [periodId, JSON.stringify(rows), now],
  );
  await sql.query(`update accounting_period set recheck_at = $2 where period_id = $1`, [
    periodId,
    recheckAt,
  ]);
}

/**
 * Waits until no transaction that was given a day of the month is under way, and holds those back
 * that want one; how long a statement waits for a lock is bounded by its connection.
 */
export async function holdPostings(sql: Sql, periodId: string): Promise<void> {
  await sql.query(`select pg_advisory_xact_lock(hashtextextended('period:' || $1, 0))`, [periodId]);
}
