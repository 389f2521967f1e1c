// npm run campaign -- --seed N --count M: M seeds from N, each on a stack of its own: random lives
// under faults, then the audit and every outside system's books. Exits 1 if there is a difference.
// `--seconds` says how long a seed lives.
import { parseArgs } from 'node:util';
import { playSeed, type SeedResult } from '../../campaign/run';
import { abortOnSignals, runCommand } from './run-command';

const INTERRUPTED_EXIT_CODE = 130;
const LIFE_DEFAULT_SECONDS = '60';

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} is a whole number, not ${text}`);
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function printSeed(result: SeedResult): void {
  const { seed, orders, refused, kills, stops, faults, events, duplicates, waits } = result;
  const { pickups, collected, expired, returns, accepted, outside } = result;
  const found = result.differences.length;
  const verdict = found === 0 ? 'held' : plural(found, 'difference');
  console.log(
    `seed ${seed}: ${plural(orders, 'order')}, ${refused} refused, ${plural(pickups, 'pickup')} ` +
      `(${collected} collected, ${expired} expired), ${plural(returns, 'return')} ` +
      `(${accepted} accepted), ${plural(outside, 'refund')} past us, ${plural(kills, 'kill')}, ` +
      `${plural(stops, 'stop')}, ${plural(faults, 'fault')}, ${events} events, ` +
      `${plural(duplicates, 'duplicate')}, ${plural(waits, 'named wait')}: ${verdict}`,
  );
  for (const { invariant, detail } of result.differences) {
    console.log(`seed ${seed}: ${invariant}: ${detail}`);
  }
  if (result.home) console.log(`seed ${seed}: its data and logs are kept in ${result.home}`);
}

async function campaign(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '1' },
      seconds: { type: 'string', default: LIFE_DEFAULT_SECONDS },
    },
  });
  const first = wholeNumber('seed', values.seed);
  const count = wholeNumber('count', values.count);
  const lifeMs = wholeNumber('seconds', values.seconds) * 1_000;
  const abort = abortOnSignals();
  const failed: number[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const onProgress = (line: string) => console.error(line);
    const playing = playSeed({ seed, lifeMs, abort, onProgress });
    const result = await playing.catch((error: unknown) => {
      if (!abort.aborted) throw error;
    });
    if (!result) return INTERRUPTED_EXIT_CODE;
    printSeed(result);
    if (result.differences.length > 0) failed.push(seed);
  }
  const how = failed.length === 0 ? 'all held' : `${failed.join(', ')} did not hold`;
  console.log(`${plural(count, 'seed')}: ${how}.`);
  return failed.length === 0 ? 0 : 1;
}

runCommand(campaign);
