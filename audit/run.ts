// The audit: our records against themselves, and against each outside system's own, both ways. In
// chunks of orders, so that what it holds does not grow with their number. A difference is read once
// more before it is reported. Since the last clean audit, or the whole.
import { openDatabase, type Database, type Sql } from '../store/database';
import type { StackJson } from '../stack/supervisor/stack-json';
import type { OutsideRecords } from '../canonical/ports/records';
import { keepRun } from './audit-runs';
import { KEYED } from './comparisons/keyed';
import { Readings, type Findings } from './findings';
import { checkOwn, compareChunk, loadChunk, namesOf } from './orders';
import {
  compareLeftovers,
  compareOrderless,
  readInbox,
  readLedger,
  readOrphans,
  readStock,
} from './reading';
import { recordsOfStack } from './records';
import type { AuditReport } from './report';
import { orderChunks, readScope, type Scope } from './scope';
import { countRecords, createSpool, fillSpool, recordsOf } from './spool';

/** An effect that is younger may still be on its way. */
export const GRACE_MS = 5_000;
/** One for the spool, one for the snapshots, one beside them. */
const CONNECTIONS = 3;
/** The largest page of the largest order stays well below it. */
const STATEMENT_LIMIT_MS = 120_000;
const PROGRESS_EVERY_ORDERS = 10_000;

export interface AuditScope {
  /** True: everything, whatever was audited before. */
  readonly isWhole?: boolean;
  /** Told what was done so far, in words. */
  readonly onProgress?: (line: string) => void;
}
export interface AuditOptions extends AuditScope {
  readonly stackJson: Pick<StackJson, 'databaseUrl' | 'sandbox'>;
  readonly graceMs?: number;
}

/** Audits the stack. @throws OutsideUnreadable, and what Postgres throws */
export async function runAudit({ stackJson, graceMs, ...how }: AuditOptions): Promise<AuditReport> {
  const db = openDatabase(stackJson.databaseUrl, {
    connections: CONNECTIONS,
    applicationName: 'throughline-audit',
  });
  try {
    return await auditOf(db, recordsOfStack(stackJson.sandbox), graceMs, how);
  } finally {
    await db.end();
  }
}

/** The same over a database and a reader that the caller has. */
export async function auditOf(
  db: Database,
  outside: OutsideRecords,
  graceMs: number = GRACE_MS,
  { isWhole = false, onProgress = () => undefined }: AuditScope = {},
): Promise<AuditReport> {
  const scope = await readScope(db, graceMs, isWhole);
  const how = scope.writtenSince === null ? 'everything' : `since ${scope.writtenSince}`;
  onProgress(`auditing ${how}`);
  // One transaction for the spool and its statements; between two it holds no snapshot.
  const { report, orders } = await db.transaction((spool) =>
    auditWith({ db, spool, outside, scope, onProgress }),
  );
  await keepRun(db, scope, { orders, differences: report.differences.length });
  return report;
}

interface Auditing {
  readonly db: Database;
  readonly spool: Sql;
  readonly outside: OutsideRecords;
  readonly scope: Scope;
  readonly onProgress: (line: string) => void;
}

async function auditWith(audit: Auditing): Promise<{ report: AuditReport; orders: number }> {
  const { spool, outside, scope, onProgress } = audit;
  await createSpool(spool);
  await fillSpool(spool, outside, scope.since, (kind, records) => {
    onProgress(`read ${records} records of kind ${kind}`);
  });
  const readings = new Readings();
  await readings.read((findings) => countTheirs(spool, findings));
  const orders = await readOrders(audit, readings);
  for (const part of [readStock, readInbox, readLedger]) {
    await readings.read((findings) => inSnapshot(audit, (sql) => part(sql, scope, findings)));
  }
  if (scope.writtenSince === null) {
    await readings.read((findings) => inSnapshot(audit, (sql) => readOrphans(sql, null, findings)));
  }
  await readings.read((findings) =>
    inSnapshot(audit, (sql) => compareOrderless(sql, spool, scope, findings)),
  );
  await readings.read((findings) => compareLeftovers(spool, scope, findings));
  if (readings.hasDifferences) {
    onProgress('reading what differs once more');
    // What arrived meanwhile was changed since the audit began, or is of the span that it reads.
    const began = new Date(Date.parse(scope.beganAt) - RENEWED_MS).toISOString();
    await fillSpool(spool, outside, began, () => undefined);
  }
  return { report: await readings.readAgain(), orders };
}

/** The other systems' clocks may be behind ours by that much. */
const RENEWED_MS = 600_000;

/** A read-only snapshot of our side for one part. */
function inSnapshot<T>({ db }: Auditing, work: (sql: Sql) => Promise<T>): Promise<T> {
  return db.transaction(async (sql) => {
    await sql.query('set transaction isolation level repeatable read, read only');
    await sql.query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`);
    await sql.query('set local idle_in_transaction_session_timeout = 0');
    return work(sql);
  });
}

async function readOrders(audit: Auditing, readings: Readings): Promise<number> {
  const { spool, scope, onProgress } = audit;
  let orders = 0;
  for await (const orderIds of orderChunks(spool, scope)) {
    await readings.read((findings) => readChunk(audit, orderIds, findings));
    const before = orders;
    orders += orderIds.length;
    const isRound =
      Math.floor(orders / PROGRESS_EVERY_ORDERS) > Math.floor(before / PROGRESS_EVERY_ORDERS);
    if (isRound) onProgress(`audited ${orders} orders`);
  }
  return orders;
}

async function readChunk(
  audit: Auditing,
  orderIds: readonly string[],
  findings: Findings,
): Promise<void> {
  const { spool, scope } = audit;
  const chunk = await inSnapshot(audit, async (sql) => {
    if (scope.writtenSince !== null) await readOrphans(sql, orderIds, findings);
    return loadChunk(sql, orderIds);
  });
  checkOwn(chunk, findings);
  compareChunk(chunk, await recordsOf(spool, namesOf(chunk)), scope, findings);
}

const OTHER_KINDS = [
  ['shop-transaction', "the shop's records: transactions"],
  ['shop-fulfillment', "the shop's records: fulfilments"],
] as const;

async function countTheirs(spool: Sql, findings: Findings): Promise<void> {
  const counts = await countRecords(spool);
  for (const { kind, system, noun } of KEYED) {
    findings.checked('I4', `${system}'s records: ${noun}`, counts.get(kind) ?? 0);
  }
  for (const [kind, what] of OTHER_KINDS) findings.checked('I4', what, counts.get(kind) ?? 0);
}
