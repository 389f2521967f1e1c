/**
 * (d) `POST /orders` in an open loop: a buyer comes every 5 ms, whether or not those before have an
 * answer, while the flows of all of them drain on the same machine. Latency counts from the instant
 * a buyer was due, so that a stall shows in everybody who waited behind it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchStack } from './bench-stack';
import { closedAmong, submitter, untilDrained } from './orders';
import { benchOrder, prepareShop } from './shop';
import { inParallel, percentile } from './statistics';

const RATE_PER_SECOND = 200;
const SECONDS = 10;
const DRAIN_LIMIT_MS = 600_000;
/** A catalogue; one hot row is measured by (e). */
const SKUS = 1_000;
const STOCK = 100_000;
const WARM_UP_ORDERS = 200;

export interface OpenLoopFigures {
  readonly accepted: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Orders closed a second while buyers came. */
  readonly drainedPerSecond: number;
  /** Orders closed a second once nobody came any more. */
  readonly drainedAfterPerSecond: number;
}

export async function measureOpenLoop(stack: BenchStack): Promise<OpenLoopFigures> {
  const skus = Array.from({ length: SKUS }, (_, index) => `LOOP-${index}`);
  await prepareShop(stack.db, skus, STOCK);
  const orders = Array.from({ length: RATE_PER_SECOND * SECONDS }, (_, index) =>
    benchOrder(skus[index % SKUS] ?? ''),
  );
  const orderNos = orders.map((order) => order.orderNo);
  const door = submitter(stack);
  // A process that has served before: compiled code, prepared statements.
  await inParallel(WARM_UP_ORDERS, 10, async (index) => {
    await door.submit(benchOrder(skus[index % SKUS] ?? ''));
  });
  await untilDrained(stack, DRAIN_LIMIT_MS);
  const latenciesMs: number[] = [];
  let failed = 0;
  const answers: Promise<void>[] = [];
  const startedAt = performance.now();
  for (const [index, order] of orders.entries()) {
    const dueAt = startedAt + (index * 1000) / RATE_PER_SECOND;
    const early = dueAt - performance.now();
    if (early > 0) await delay(early);
    const answer = door.submit(order).then(
      () => void latenciesMs.push(performance.now() - dueAt),
      () => void (failed += 1),
    );
    answers.push(answer);
  }
  const closedInTime = (await closedAmong(stack, orderNos)).size;
  const loopSeconds = (performance.now() - startedAt) / 1000;
  await Promise.all(answers);
  await door.close();
  const drainStartedAt = performance.now();
  await untilDrained(stack, DRAIN_LIMIT_MS);
  const drainSeconds = (performance.now() - drainStartedAt) / 1000;
  return {
    accepted: latenciesMs.length,
    failed,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    drainedPerSecond: closedInTime / loopSeconds,
    drainedAfterPerSecond: (latenciesMs.length - closedInTime) / drainSeconds,
  };
}
