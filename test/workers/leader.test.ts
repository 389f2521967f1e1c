/** Of all workers one holds a loop's lease; the next one follows when it stops. */
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAsLeader } from '../../workers/loop';
import { cloneDatabase, type TestDatabase } from '../postgres/database';
import { until } from '../workflows/flow-bench';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

/** One of the workers: its ticks, and how it is stopped. */
function worker() {
  const stop = new AbortController();
  const seen = { ticks: 0 };
  const ended = runAsLeader({
    db: database.db,
    log: pino({ level: 'silent' }),
    name: 'one-at-a-time',
    leaseMs: 600,
    idleMs: 10,
    busyMs: 10,
    signal: stop.signal,
    tick: () => Promise.resolve((seen.ticks += 1) < 0),
  });
  return { seen, stop: () => (stop.abort(), ended) };
}

test('one worker leads; another follows at once when it stops', async () => {
  const first = worker();
  await until('the first leads', () => first.seen.ticks > 0);
  const second = worker();
  const before = first.seen.ticks;
  // Longer than the lease: it is said again while the leader lives.
  await until('it leads on', () => first.seen.ticks > before + 100);
  expect(second.seen.ticks).toBe(0);
  await first.stop();
  await until('the second leads', () => second.seen.ticks > 0);
  await second.stop();
});
