// A supervisor in a process of its own, for tests that kill it: starts a stack of stand-ins on the
// home of its first argument and keeps it up until SIGTERM or SIGINT.
import { startStack } from '../../stack/supervisor/start-stack';
import { STAND_INS, migrateStandIn } from './stand-ins';

const PORT_OFFSET = 21_000;

async function main(): Promise<void> {
  const stack = await startStack({
    home: process.argv[2] ?? '',
    portOffset: PORT_OFFSET,
    processes: STAND_INS,
    migrate: migrateStandIn,
    env: process.env,
  });
  const end = (): void => void stack.stop().then(() => process.exit(0));
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  console.log('up');
}

void main();
