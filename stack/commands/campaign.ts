// npm run campaign -- --seed N --count M: M seeds from N, each on a stack of its own: random lives
// under faults, then the audit and every outside system's books. Exits 1 if there is a difference.
// `--seconds` says how long a seed lives. `--shop`: lives of a Shopify shop's orders instead, all
// seeds on one stack, each order judged by what its merchant meant; `--each` tells of every order.
import { parseArgs } from 'node:util';
import { playSeed, type SeedResult } from '../../campaign/run';
import { isWrong, playShops } from '../../campaign/shop/play';
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

async function shops(seed: number, count: number, isEach: boolean): Promise<number> {
  const onProgress = (line: string) => console.error(line);
  const { verdicts, unnamed, home } = await playShops({
    seed,
    count,
    abort: abortOnSignals(),
    onProgress,
  });
  const codes = new Map<string, number>();
  for (const { code } of verdicts.flatMap(({ exceptions }) => exceptions)) {
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  for (const verdict of verdicts.filter((one) => isEach || isWrong(one))) {
    const { seed: of, number, story, differences, exceptions } = verdict;
    console.log(`seed ${of}: order ${number}: ${differences.join('; ') || 'as meant'}`);
    for (const line of story) console.log(`  ${line}`);
    for (const { code, detail } of exceptions) console.log(`  ${code}: ${detail}`);
  }
  for (const detail of unnamed) console.log(detail);
  const asked = verdicts.filter(({ exceptions }) => exceptions.length > 0);
  const asMeant = asked.filter(({ differences }) => differences.length === 0).length;
  const named = [...codes].map(([code, times]) => `${times} ${code}`).join(', ');
  const wrong = verdicts.filter(isWrong).length;
  console.log(
    `${plural(count, 'seed')}, ${plural(verdicts.length, 'order')}: ` +
      `${verdicts.length - asked.length - wrong} as meant, ${asked.length} with an open exception ` +
      `(${asMeant} of them as meant; ${named || 'none'}), ${wrong} wrong without a word, ` +
      `${plural(unnamed.length, 'difference')} that nothing names.`,
  );
  if (home) console.log(`data and logs are kept in ${home}`);
  return wrong + unnamed.length === 0 ? 0 : 1;
}

async function campaign(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      count: { type: 'string', default: '1' },
      seconds: { type: 'string', default: LIFE_DEFAULT_SECONDS },
      shop: { type: 'boolean', default: false },
      each: { type: 'boolean', default: false },
    },
  });
  const first = wholeNumber('seed', values.seed);
  const count = wholeNumber('count', values.count);
  if (values.shop) return shops(first, count, values.each);
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
