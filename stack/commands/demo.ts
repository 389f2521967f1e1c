// npm run demo: a stack of its own on free ports, the worked orders, pickups, returns and a payout,
// the audit; exits 0 only if everything held.
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runAudit } from '../../audit/run';
import { removeHome } from '../supervisor/home';
import { type RunningStack, startStack } from '../supervisor/start-stack';
import { playFlows } from '../worked-order/play';
import { printAudit } from './print-audit';
import { abortOnSignals, runCommand, untilAborted } from './run-command';

/** Away from the ports that `npm start` likes. */
const PORT_OFFSET = 10_000;
const INTERRUPTED_EXIT_CODE = 130;

async function playAndAudit(stack: RunningStack): Promise<boolean> {
  await playFlows(stack.stackJson, console.log, 'all');
  const audit = await runAudit({ databaseUrl: stack.stackJson.databaseUrl, isWhole: true });
  printAudit(audit);
  return audit.differences.length === 0;
}

async function demo(): Promise<number> {
  const abort = abortOnSignals();
  const home = mkdtempSync(path.join(os.tmpdir(), 'throughline-demo-'));
  let held = false;
  try {
    // The worked orders are of the shops that the stack ships.
    const env = { ...process.env, THROUGHLINE_SETUP: undefined };
    const stack = await startStack({ home, env, abort, portOffset: PORT_OFFSET });
    const interrupted = untilAborted(abort).then(() => false);
    try {
      held = await Promise.race([playAndAudit(stack), interrupted]);
    } finally {
      await stack.stop();
    }
  } catch (error) {
    if (!abort.aborted) throw error;
  } finally {
    if (held || abort.aborted) removeHome(home);
    else console.log(`Its data and logs are kept in ${home}`);
  }
  if (abort.aborted) return INTERRUPTED_EXIT_CODE;
  console.log(held ? 'Everything held.' : 'Not everything held.');
  return held ? 0 : 1;
}

runCommand(demo);
