// npm run audit: compares the running stack's records with each outside system's own. Exits 1 if
// there is a difference. `-- --json` prints the result for programs, `-- --all` audits the whole and
// not only what was written since the last clean audit.
import { parseArgs } from 'node:util';
import { runAudit } from '../../audit/run';
import { useInstallation } from '../../canonical/installation';
import { resolveHome } from '../supervisor/home';
import { readStackJson } from '../supervisor/stack-json';
import { runningInstallation } from './env-file';
import { printAudit } from './print-audit';
import { runCommand } from './run-command';

const FLAG = { type: 'boolean', default: false } as const;

async function audit(): Promise<number> {
  const { values } = parseArgs({ options: { json: FLAG, all: FLAG } });
  const home = resolveHome(process.env);
  const { databaseUrl } = readStackJson(home);
  useInstallation(runningInstallation(home, process.env));
  const isWhole = values.all;
  const onProgress = (line: string) => console.error(line);
  const result = await runAudit({ databaseUrl, isWhole, onProgress });
  if (values.json) console.log(JSON.stringify(result, undefined, 2));
  else printAudit(result);
  return result.differences.length === 0 ? 0 : 1;
}

runCommand(audit);
