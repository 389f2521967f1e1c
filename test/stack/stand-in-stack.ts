// A supervisor in a process of its own, for tests that kill it: starts a stack of stand-ins on the
// home of its first argument and keeps it up until SIGTERM or SIGINT.
import { abortOnSignals, untilAborted } from '../../stack/commands/run-command';
import { startStack } from '../../stack/supervisor/start-stack';
import { STAND_INS } from './stand-ins';

const PORT_OFFSET = 21_000;

async function main(): Promise<void> {
  const abort = abortOnSignals();
  const stack = await startStack({
    home: process.argv[2] ?? '',
    portOffset: PORT_OFFSET,
    processes: STAND_INS,
    abort,
  });
  await untilAborted(abort);
  await stack.stop();
}

main().then(
  () => process.exit(0),
  () => process.exit(1),
);
