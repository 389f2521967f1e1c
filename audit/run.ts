// The audit: our records against themselves, and against each outside system's own, both ways. In
// chunks of orders, so that what it holds does not grow with their number. A difference is read once
// more before it is reported. Since the last clean audit, or the whole.
import { openDatabase, type Database, type Sql } from '../store/database';
import { installation } from '../canonical/installation';
import { OutsideUnreadable, type OutsideRecords } from '../canonical/ports/records';
import { recordsOfAccounts } from '../connectors/records';
import { standingsOf } from '../store/reconciliation/differences';
import { isWholeDue, keepRun } from './audit-runs';
import { Readings, type Findings } from './findings';
import { checkOwn, compareChunk, loadChunk, namesOf } from './orders';
import {
  checkAccounts,
  compareBalances,
  compareLeftovers,
  compareOrderless,
  readInbox,
  readLedger,
  readOrphans,
  readStock,
} from './reading';
import type { Audit, AuditReport, Difference } from './report';
import { orderChunks, readScope, type Scope } from './scope';
import { countRecords, createSpool, fillSpool, indexSpool, nameOfBooks, recordsOf } from './spool';

/** An effect that is younger may still be on its way. */
export const GRACE_MS = 5_000;
/** Chunks of orders at once. */
const LANES = 2;
/** One for the spool, one for the snapshot of each lane, one beside them. */
const CONNECTIONS = LANES + 2;
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
  readonly databaseUrl: string;
  readonly graceMs?: number;
}

/** Audits the installation of this process. @throws what Postgres throws */
export async function runAudit({ databaseUrl, graceMs, ...how }: AuditOptions): Promise<Audit> {
  const db = openDatabase(databaseUrl, {
    connections: CONNECTIONS,
    applicationName: 'throughline-audit',
  });
  try {
    return await auditOf(db, recordsOfAccounts(installation().accounts), graceMs, how);
  } finally {
    await db.end();
  }
}

/** Of the whole where that is due, else of what was written since the last clean one. */
export async function auditAsDue(databaseUrl: string): Promise<Audit> {
  const db = openDatabase(databaseUrl, { connections: 1, applicationName: 'throughline-audit' });
  const isWhole = await isWholeDue(db).finally(() => db.end());
  return runAudit({ databaseUrl, isWhole });
}

/** The same over a database and readers that the caller has. */
export async function auditOf(
  db: Database,
  outside: readonly OutsideRecords[],
  graceMs: number = GRACE_MS,
  { isWhole = false, onProgress = () => undefined }: AuditScope = {},
): Promise<Audit> {
  const scope = await readScope(db, graceMs, isWhole);
  const how = scope.writtenSince === null ? 'everything' : `since ${scope.writtenSince}`;
  onProgress(`auditing ${how}`);
  // One transaction for the spool and its statements; between two it holds no snapshot.
  const { report, orders } = await db.transaction((spool) =>
    auditWith({ db, spool, outside, unreadable: new Map(), scope, onProgress }),
  );
  const { checked, differences } = await withoutAccepted(db, report);
  await keepRun(db, scope, { orders, differences: differences.length });
  return {
    ...{ checked, differences },
    beganAt: scope.beganAt,
    isWhole: scope.writtenSince === null,
  };
}

/** What a person has accounted for, in these very words, is counted and differs no more. */
async function withoutAccepted(sql: Sql, report: AuditReport): Promise<AuditReport> {
  const standings = await standingsOf(sql, report.differences);
  const differences = report.differences.filter((_one, at) => standings[at] !== 'accepted');
  const count = report.differences.length - differences.length;
  if (count === 0) return report;
  const what = 'differences that a person accounted for';
  return { checked: [...report.checked, { invariant: 'I10', what, count }], differences };
}

interface Auditing {
  readonly db: Database;
  readonly spool: Sql;
  readonly outside: readonly OutsideRecords[];
  /** Why not, by {@link nameOfBooks}; what is here is compared no more. */
  readonly unreadable: Map<string, string>;
  readonly scope: Scope;
  readonly onProgress: (line: string) => void;
}

async function auditWith(audit: Auditing): Promise<{ report: AuditReport; orders: number }> {
  const { spool, outside, scope, onProgress } = audit;
  await createSpool(spool);
  await readTheirs(audit, scope.since);
  await indexSpool(spool);
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
    inSnapshot(audit, (sql) => compareOrderless(sql, spool, readable(audit), scope, findings)),
  );
  await readings.read((findings) => compareLeftovers(spool, readable(audit), scope, findings));
  await readings.read((findings) =>
    inSnapshot(audit, (sql) => compareBalances(sql, spool, readable(audit), scope, findings)),
  );
  await readings.read((findings) =>
    inSnapshot(audit, (sql) => checkAccounts(sql, outside, scope, findings)),
  );
  if (readings.hasDifferences) {
    onProgress('reading what differs once more');
    // What arrived meanwhile was changed since the audit began, or is of the span that it reads.
    const began = new Date(Date.parse(scope.beganAt) - RENEWED_MS).toISOString();
    await readTheirs(audit, began);
  }
  const { checked, differences } = await readings.readAgain();
  const all = [...unreadableAccounts(audit), ...differences];
  return { report: { checked, differences: all }, orders };
}

/** The other systems' clocks may be behind ours by that much. */
const RENEWED_MS = 600_000;

/** Every account's records, but for those that could not be read before. */
async function readTheirs(audit: Auditing, since: string | null): Promise<void> {
  const { spool, unreadable, onProgress } = audit;
  for (const one of readable(audit)) {
    const name = nameOfBooks(one);
    try {
      await fillSpool(spool, one, since, (kind, records) => {
        onProgress(`${name}: read ${records} records of kind ${kind}`);
      });
    } catch (error) {
      if (!(error instanceof OutsideUnreadable)) throw error;
      unreadable.set(name, error.message);
      onProgress(`${name}: cannot be read`);
    }
  }
}

const readable = ({ outside, unreadable }: Auditing): readonly OutsideRecords[] =>
  outside.filter((one) => !unreadable.has(nameOfBooks(one)));

const unreadableAccounts = ({ unreadable }: Auditing): Difference[] =>
  [...unreadable].map(([account, why]) => ({
    invariant: 'I4',
    code: 'account-unreadable',
    subject: account,
    detail: `${account}: its records cannot be read, and nothing was compared with them: ${why}`,
  }));

/** A read-only snapshot of our side for one part. */
function inSnapshot<T>({ db }: Auditing, work: (sql: Sql) => Promise<T>): Promise<T> {
  return db.transaction(async (sql) => {
    await sql.query('set transaction isolation level repeatable read, read only');
    await sql.query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`);
    await sql.query('set local idle_in_transaction_session_timeout = 0');
    return work(sql);
  });
}

/** In a few lanes: while one compares, Postgres reads for another. */
async function readOrders(audit: Auditing, readings: Readings): Promise<number> {
  const { spool, scope, onProgress } = audit;
  const chunks = orderChunks(spool, scope);
  let orders = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const { value: orderIds, done } = await chunks.next();
      if (done) return;
      await readings.read((findings) => readChunk(audit, orderIds, findings));
      const before = Math.floor(orders / PROGRESS_EVERY_ORDERS);
      orders += orderIds.length;
      if (Math.floor(orders / PROGRESS_EVERY_ORDERS) > before) {
        onProgress(`audited ${orders} orders`);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
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
  checkOwn(chunk, scope, findings);
  const theirs = await recordsOf(spool, namesOf(chunk));
  compareChunk(chunk, readable(audit), theirs, scope, findings);
}

async function countTheirs(spool: Sql, findings: Findings): Promise<void> {
  for (const { books, kind, count } of await countRecords(spool)) {
    findings.checked('I4', `${books}'s records: ${kind}`, count);
  }
}
