// The audit: our records against themselves, and against each outside system's own, both ways. A
// difference is read once more before it is reported.
import { openDatabase, type Database } from '../store/database';
import type { StackJson } from '../stack/supervisor/stack-json';
import type { OutsideRecords } from './outside-records';
import { compareWithOutside, Findings, readOwn } from './reading';
import { seenTwice, type AuditReport } from './report';
import { sandboxRecords } from './sandbox-records';

/** An effect that is younger may still be on its way. */
export const GRACE_MS = 5_000;
/** One for the snapshot, one beside it. */
const CONNECTIONS = 2;
/** The largest page of the largest order stays well below it. */
const STATEMENT_LIMIT_MS = 120_000;

export interface AuditOptions {
  readonly stackJson: Pick<StackJson, 'databaseUrl' | 'sandbox'>;
  readonly graceMs?: number;
}

/** Audits the stack. @throws OutsideUnreadable, and what Postgres throws */
export async function runAudit({ stackJson, graceMs }: AuditOptions): Promise<AuditReport> {
  const db = openDatabase(stackJson.databaseUrl, {
    connections: CONNECTIONS,
    applicationName: 'throughline-audit',
  });
  try {
    return await auditOf(db, sandboxRecords(stackJson.sandbox), graceMs);
  } finally {
    await db.end();
  }
}

/** The same over a database and a reader that the caller has. */
export async function auditOf(
  db: Database,
  outside: OutsideRecords,
  graceMs: number = GRACE_MS,
): Promise<AuditReport> {
  const first = await readOnce(db, outside, graceMs);
  if (first.differences.length === 0) return first;
  const second = await readOnce(db, outside, graceMs);
  return { ...second, differences: seenTwice(first.differences, second.differences) };
}

async function readOnce(
  db: Database,
  outside: OutsideRecords,
  graceMs: number,
): Promise<AuditReport> {
  const findings = new Findings();
  const own = await db.transaction(async (sql) => {
    await sql.query('set transaction isolation level repeatable read, read only');
    await sql.query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`);
    return readOwn(sql, graceMs, findings);
  });
  await compareWithOutside(db, own, outside, findings);
  return findings.report();
}
