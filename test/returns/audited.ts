/** What the audit finds of an order and of all stock, by our own rows; and what hledger says of the books. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Findings } from '../../audit/findings';
import { checkStock } from '../../audit/invariants/stock';
import { stockPages } from '../../audit/load-stock';
import { checkOwn, loadChunk } from '../../audit/orders';
import type { Scope } from '../../audit/scope';
import type { Database } from '../../store/database';
import { exportHledger } from '../../store/ledger/journal-export';

export async function differencesOf(db: Database, orderId: string): Promise<string[]> {
  const now = new Date().toISOString();
  const scope: Scope = { beganAt: now, writtenSince: null, cutoff: now, since: null };
  const findings = new Findings();
  checkOwn(await loadChunk(db, [orderId]), scope, findings);
  await db.transaction(async (sql) => {
    for await (const page of stockPages(sql, null)) findings.add(page.flatMap(checkStock));
  });
  return findings.report().differences.map(({ detail }) => detail);
}

/** Throws what it complains of; `skip` where there is none on this machine. */
export async function requireStrictBook(db: Database, skip: (why: string) => void): Promise<void> {
  try {
    execFileSync('hledger', ['--version'], { stdio: 'ignore' });
  } catch {
    return skip('hledger is not on PATH');
  }
  let book = '';
  for await (const part of exportHledger(db, { from: null, to: null })) book += part;
  const file = join(mkdtempSync(join(tmpdir(), 'returns-hledger-')), 'book.journal');
  writeFileSync(file, book);
  execFileSync('hledger', ['-f', file, 'check', '--strict'], { encoding: 'utf8' });
}
