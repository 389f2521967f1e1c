// npm start: brings the embedded stack up, plays a worked order through each flow, and stays until Ctrl-C.
import { homePaths, resolveHome } from '../supervisor/home';
import { type RunningStack, startStack } from '../supervisor/start-stack';
import { playFlows } from '../worked-order/play';
import { abortOnSignals, runCommand, untilAborted } from './run-command';

const INTERRUPTED_EXIT_CODE = 130;

function printWhereToLook(stack: RunningStack): void {
  const { apiUrl, consoleUrl, temporalUiUrl } = stack.stackJson;
  console.log('');
  console.log(`Console      ${consoleUrl}`);
  console.log(`API          ${apiUrl}/docs`);
  console.log(`Temporal UI  ${temporalUiUrl || '(not ours)'}`);
  console.log(`Keys, URLs   ${homePaths(stack.home).stackJson}`);
  console.log(`Logs         ${homePaths(stack.home).logOf('*')}`);
  console.log('Audit        npm run audit');
  console.log('Ctrl-C stops everything.');
}

async function start(): Promise<number> {
  const startedAtMs = Date.now();
  const abort = abortOnSignals();
  let stack: RunningStack;
  try {
    stack = await startStack({ home: resolveHome(process.env), abort });
  } catch (error) {
    if (abort.aborted) return INTERRUPTED_EXIT_CODE;
    throw error;
  }
  try {
    if (process.env['THROUGHLINE_SETUP']) {
      console.log('The shops are those of THROUGHLINE_SETUP: no worked order is played in them.');
    } else {
      await playFlows(stack.stackJson, console.log, 'once');
      const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
      console.log(`From start to worked order: ${seconds} s`);
    }
  } catch (error) {
    // The stack stays up: whoever started it can look for the cause.
    if (!abort.aborted) console.error('The worked order did not end as it should:', error);
  }
  if (!abort.aborted) printWhereToLook(stack);
  await untilAborted(abort);
  console.log('Stopping …');
  await stack.stop();
  console.log('Stopped.');
  return 0;
}

runCommand(start);
