/**
 * Store pickup at the size of a chain: what one costs, what the server and the worker hold with all of
 * them waiting on their timers, how soon after its instant a timer has been applied, a morning in
 * which many deadlines fall in the same minute, and stores that press meanwhile.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchStack } from '../bench-stack';
import { residentMiB } from '../process-usage';
import { inParallel, percentile } from '../statistics';
import { pollUntil } from '../../stack/supervisor/poll';
import { closeStoresAt } from '../../stack/worked-order/closing';
import { measureOne, type OneOfEach } from './one';
import { presser, type OpenPickup, type Presser } from './presses';
import { loadPickups } from './load';
import { sellForPickup, untilStill } from './sell';
import { openStores } from './stores';

const STORES = 800;
const PRESSING_STORES = 50;
/** Sold over the API, asked of their stores, pressed; all others are copies of one. */
const REALLY_SOLD = 400;
/** Of a store whose associate presses once a second. */
const PRESSED_EVERY_MS = 1_000;
/** In the same minute, or half of all there are. */
const MOST_DEADLINES = 2_000;
/** Timers that end one by one, while all others wait. */
const LONE_TIMERS = 20;
const LONE_TIMERS_APART_MS = 500;
/** From being told of a deadline to its instant: every flow has its timer by then. */
const AHEAD_MS = 30_000;
const MINUTE_MS = 60_000;
const DRAIN_LIMIT_MS = 900_000;
const ASKED_EVERY_MS = 500;

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface PickupFigures {
  readonly open: number;
  readonly stores: number;
  readonly one: OneOfEach;
  readonly openedPerSecond: number;
  /** Of copies: the time for their rows, and how fast their flows were started. */
  readonly copies: { readonly rowsSeconds: number; readonly flowsPerSecond: number } | null;
  readonly memoryMiB: Readonly<Record<'server' | 'worker', { idle: number; open: number }>>;
  readonly workerStartUpMs: number;
  /** Of stores that press at the same time: each as fast as it has answers, and once a second. */
  readonly pressing: Latency & { readonly perSecond: number };
  readonly pressingInTurn: Latency;
  readonly timerLag: Latency;
  readonly morning: {
    readonly deadlines: number;
    readonly drainedAfterSeconds: number;
    readonly pressing: Latency & { readonly presses: number };
  };
}

const latencyOf = (values: readonly number[]): Latency => ({
  p50Ms: percentile(values, 0.5),
  p99Ms: percentile(values, 0.99),
});

async function memoryOf({ stack }: BenchStack) {
  const { pids } = stack.stackJson;
  return {
    server: await residentMiB(pids.temporal ?? 0),
    worker: await residentMiB(pids.worker ?? 0),
  };
}

export async function measurePickups(
  stack: BenchStack,
  { sku, count }: { readonly sku: string; readonly count: number },
): Promise<PickupFigures> {
  const stores = await openStores(stack.db, { stores: STORES, sku });
  const door = presser(stack);
  try {
    const one = await measureOne(stack, { sku, stores }, door);
    await stack.stack.restart('worker');
    const idle = await memoryOf(stack);
    const really = Math.min(count, REALLY_SOLD);
    const copies =
      count > really
        ? await loadPickups(stack, { sku, stores, count: count - really }, door)
        : null;
    const soldAt = performance.now();
    const sold = await sellForPickup(stack, { sku, stores, count: really });
    const openedPerSecond = really / ((performance.now() - soldAt) / 1000);
    const half = Math.floor(really / 2);
    const pressing = await pressAll(sold.slice(0, half), door, 0);
    const pressingInTurn = await pressAll(sold.slice(half), door, PRESSED_EVERY_MS);
    const open = [...(copies?.pickups ?? []), ...sold];
    await untilStill(stack, DRAIN_LIMIT_MS);
    const holding = await memoryOf(stack);
    const restartedAt = performance.now();
    await stack.stack.restart('worker');
    const workerStartUpMs = performance.now() - restartedAt;
    const lone = open.slice(0, LONE_TIMERS);
    const timerLag = latencyOf(await lagOf(stack, lone));
    const deadlines = Math.min(MOST_DEADLINES, Math.floor((count - LONE_TIMERS) / 2));
    const ending = open.slice(LONE_TIMERS, LONE_TIMERS + deadlines);
    const staying = open.slice(LONE_TIMERS + deadlines);
    const morning = await measureMorning(stack, { ending, staying, door });
    return {
      ...{ open: count, stores: STORES, one, openedPerSecond, pressing, workerStartUpMs },
      ...{ timerLag, morning, copies, pressingInTurn },
      memoryMiB: {
        server: { idle: idle.server, open: holding.server },
        worker: { idle: idle.worker, open: holding.worker },
      },
    };
  } finally {
    await door.close();
  }
}

/** Every pickup is accepted and made ready, fifty stores at a time. */
async function pressAll(open: readonly OpenPickup[], { press }: Presser, everyMs: number) {
  const answeredMs: number[] = [];
  const pressed = async (pickup: OpenPickup, step: 'accept' | 'ready') => {
    const tookMs = await press(pickup, step);
    answeredMs.push(tookMs);
    await delay(Math.max(0, everyMs - tookMs));
  };
  const seconds = await inParallel(open.length, PRESSING_STORES, async (index) => {
    const pickup = open[index];
    if (pickup === undefined) return;
    await pressed(pickup, 'accept');
    await pressed(pickup, 'ready');
  });
  return { ...latencyOf(answeredMs), perSecond: answeredMs.length / seconds };
}

/** From each deadline to the moment that applied it. */
async function lagOf(stack: BenchStack, pickups: readonly OpenPickup[]): Promise<number[]> {
  const firstMs = Date.now() + AHEAD_MS;
  for (const [index, pickup] of pickups.entries()) {
    const at = new Date(firstMs + index * LONE_TIMERS_APART_MS);
    await closeStoresAt(stack.db, [pickup.pickupId], at);
  }
  return untilAllEnded(stack, pickups);
}

async function untilAllEnded(
  { db }: BenchStack,
  pickups: readonly OpenPickup[],
): Promise<number[]> {
  const ids = pickups.map(({ pickupId }) => pickupId);
  let lags: number[] = [];
  await pollUntil(`${ids.length} deadlines applied`, DRAIN_LIMIT_MS, async () => {
    await delay(ASKED_EVERY_MS);
    const { rows } = await db.query<{ lagMs: number }>(
      `select /* bench */ extract(epoch from ended_at - deadline_at)::float * 1000 as "lagMs"
         from pickup where pickup_id = any($1) and ended_at is not null`,
      [ids],
    );
    lags = rows.map(({ lagMs }) => lagMs);
    return lags.length === ids.length;
  });
  return lags;
}

/**
 * Deadlines over one minute; until all are applied, fifty stores say once a second that a customer is
 * here.
 */
async function measureMorning(
  stack: BenchStack,
  of: {
    readonly ending: readonly OpenPickup[];
    readonly staying: readonly OpenPickup[];
    readonly door: Presser;
  },
): Promise<PickupFigures['morning']> {
  const { ending, staying, door } = of;
  const firstMs = Date.now() + AHEAD_MS;
  const perSecond = Math.ceil(ending.length / 60);
  for (let from = 0; from < ending.length; from += perSecond) {
    const at = new Date(firstMs + (from / ending.length) * MINUTE_MS);
    const ids = ending.slice(from, from + perSecond).map(({ pickupId }) => pickupId);
    await closeStoresAt(stack.db, ids, at);
  }
  await delay(Math.max(0, firstMs - Date.now()));
  const answeredMs: number[] = [];
  const state = { isDrained: false };
  const stores = Array.from({ length: PRESSING_STORES }, async (_, lane) => {
    for (let at = lane; !state.isDrained; at += PRESSING_STORES) {
      const pickup = staying[at % staying.length];
      const tookMs = pickup === undefined ? 0 : await door.press(pickup, 'arrived');
      answeredMs.push(tookMs);
      await delay(Math.max(0, PRESSED_EVERY_MS - tookMs));
    }
  });
  await untilAllEnded(stack, ending);
  const drainedAfterSeconds = (Date.now() - firstMs) / 1000;
  state.isDrained = true;
  await Promise.all(stores);
  return {
    deadlines: ending.length,
    drainedAfterSeconds,
    pressing: { ...latencyOf(answeredMs), presses: answeredMs.length },
  };
}
