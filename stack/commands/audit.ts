// npm run audit: compares the running stack's records with each outside system's own. Exits 1 if
// there is a difference. `-- --json` prints the result for programs, `-- --all` audits the whole and
// not only what was written since the last clean audit. `-- --raise` names what it found to people,
// as the platform does every hour: each difference once, as an exception.
import { parseArgs } from 'node:util';
import type { Audit } from '../../audit/report';
import { runAudit } from '../../audit/run';
import { useInstallation } from '../../canonical/installation';
import { nameDifferences } from '../../moments/reconciliation/name-differences';
import { openDatabase } from '../../store/database';
import { resolveHome } from '../supervisor/home';
import { readStackJson } from '../supervisor/stack-json';
import { runningInstallation } from './env-file';
import { printAudit } from './print-audit';
import { runCommand } from './run-command';

const FLAG = { type: 'boolean', default: false } as const;

async function audit(): Promise<number> {
  const { values } = parseArgs({ options: { json: FLAG, all: FLAG, raise: FLAG } });
  const home = resolveHome(process.env);
  const { databaseUrl } = readStackJson(home);
  useInstallation(runningInstallation(home, process.env));
  const isWhole = values.all;
  const onProgress = (line: string) => console.error(line);
  const result = await runAudit({ databaseUrl, isWhole, onProgress });
  if (values.json) console.log(JSON.stringify(result, undefined, 2));
  else printAudit(result);
  if (values.raise) await raise(databaseUrl, result);
  return result.differences.length === 0 ? 0 : 1;
}

async function raise(databaseUrl: string, audit: Audit): Promise<void> {
  const db = openDatabase(databaseUrl, { connections: 1, applicationName: 'throughline-audit' });
  try {
    const { named, known, left, closed } = await nameDifferences(db, audit);
    const rest = left > 0 ? `, ${left} left to the next audit` : '';
    console.error(`${named} named, ${known} known before, ${closed} no longer there${rest}`);
  } finally {
    await db.end();
  }
}

runCommand(audit);
