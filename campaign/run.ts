/** One seed: a stack of its own, lives under faults, then peace, and then every book is read. */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runAudit } from '../audit/run';
import { removeHome } from '../stack/supervisor/home';
import { pollUntil } from '../stack/supervisor/poll';
import { startStack, type RunningStack } from '../stack/supervisor/start-stack';
import { apiClient } from '../stack/worked-order/api-client';
import { openShop, WAREHOUSE } from '../stack/worked-order/shop';
import { openDatabase, type Database, type Sql } from '../store/database';
import { compareBooks, type Difference } from './books';
import { endHarm, harm, setMood, strike, type HarmDone } from './harm';
import { planOf, SKUS, type Plan } from './plan';
import { checkWhatIsSaid } from './said';
import { live, type Acknowledged } from './sell';
import { namedWaits, settled, SETTLE_MS } from './settle';
import { checkStock } from './stock';

/** Away from the ports of a stack that a person started. */
const PORT_OFFSET = 12_000;
const OPENING_STOCK = 100_000;
const STOCKED_WITHIN_MS = 60_000;
/** Calls that were not answered are made again until then. */
const ANSWERED_WITHIN_MS = 120_000;
const CONNECTIONS = 3;

export interface SeedOptions {
  readonly seed: number;
  readonly lifeMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly portOffset?: number;
  readonly abort?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

export interface SeedResult extends Readonly<HarmDone> {
  readonly seed: number;
  readonly orders: number;
  readonly refused: number;
  readonly events: number;
  readonly duplicates: number;
  readonly waits: number;
  readonly differences: readonly Difference[];
  /** Where data and logs are kept; undefined: removed, as nothing differed. */
  readonly home: string | undefined;
}

async function openWithStock({ stackJson }: RunningStack, db: Sql): Promise<void> {
  const { apiUrl, keys } = stackJson;
  await openShop(apiClient(apiUrl, keys.operator));
  await apiClient(apiUrl, keys.oms).post('/v1/events', {
    specversion: '1.0',
    id: 'opening-receipt',
    source: '/wms/wms-main',
    type: 'inventory.received.v1',
    data: {
      location: WAREHOUSE,
      lines: SKUS.map((sku) => ({ sku, quantity: OPENING_STOCK })),
    },
  });
  await pollUntil('goods on the shelf', STOCKED_WITHIN_MS, async () => {
    const { rows } = await db.query('select from stock where on_hand > 0');
    return rows.length === SKUS.length;
  });
}

interface Lived {
  readonly done: HarmDone;
  readonly acknowledged: readonly Acknowledged[];
  readonly refused: number;
  readonly unanswered: readonly Difference[];
}

async function liveThrough(stack: RunningStack, plan: Plan): Promise<Lived> {
  const done: HarmDone = { kills: 0, stops: 0, faults: 0 };
  const acknowledged: Acknowledged[] = [];
  let refused = 0;
  const unanswered: Difference[] = [];
  const selling = {
    json: () => stack.stackJson,
    deadlineMs: Date.now() + plan.lifeMs + ANSWERED_WITHIN_MS,
    onAcknowledged: (one: Acknowledged) => void acknowledged.push(one),
    onRefused: () => void (refused += 1),
  };
  const lives = plan.sales.map((sale) =>
    live(plan, sale, selling).catch((error: unknown) => {
      const detail = `order ${sale.channel}/${sale.orderNo}: ${String(error)}`;
      unanswered.push({ invariant: 'I1', detail });
    }),
  );
  await Promise.all([
    ...plan.harms.map((planned) => harm(stack, planned, done)),
    ...plan.faults.map((planned) => strike(stack, planned, done)),
    ...plan.moods.map((mood) => setMood(stack, mood)),
  ]);
  await endHarm(stack);
  await Promise.all(lives);
  return { done, acknowledged, refused, unanswered };
}

/** I1, by what the callers were told and not by what is stored of it. */
async function checkAcknowledged(
  db: Sql,
  acknowledged: readonly Acknowledged[],
): Promise<readonly Difference[]> {
  const { rows } = await db.query<{ name: string }>(
    `select channel_instance || '/' || order_no as name from sales_order`,
  );
  return acknowledged.flatMap(({ sale, how }) => {
    const name = `${sale.channel}/${sale.orderNo}`;
    const times = rows.filter((row) => row.name === name).length;
    if (times === 1) return [];
    return [{ invariant: 'I1', detail: `order ${name} (${how}) is here ${times} times` }];
  });
}

interface Events {
  readonly events: number;
  readonly duplicates: number;
}

async function countEvents(db: Sql): Promise<Events> {
  const { rows } = await db.query<Events>(
    `select count(*)::int as events, coalesce(sum(duplicates), 0)::int as duplicates from inbox`,
  );
  return rows[0] ?? { events: 0, duplicates: 0 };
}

interface Books {
  readonly ours: Database;
  readonly theirs: Database;
}

/** Every invariant, when nothing is on its way any more. */
async function checkAll(
  stack: RunningStack,
  { ours, theirs }: Books,
  acknowledged: readonly Acknowledged[],
): Promise<readonly Difference[]> {
  const { databaseUrl } = stack.stackJson;
  const audit = await runAudit({ databaseUrl, graceMs: 0, isWhole: true });
  return [
    ...(await checkAcknowledged(ours, acknowledged)),
    ...(await compareBooks(ours, theirs)),
    ...(await checkStock(ours, theirs, OPENING_STOCK)),
    ...checkWhatIsSaid(stack.home, stack.stackJson),
    ...audit.differences.map(({ invariant, detail }) => ({
      invariant,
      detail: `audit: ${detail}`,
    })),
  ];
}

async function playOn(stack: RunningStack, plan: Plan, say: (line: string) => void) {
  const { databaseUrl, sandboxDatabaseUrl } = stack.stackJson;
  const open = (url: string) =>
    openDatabase(url, { connections: CONNECTIONS, applicationName: 'throughline-campaign' });
  const books = { ours: open(databaseUrl), theirs: open(sandboxDatabaseUrl) };
  try {
    await openWithStock(stack, books.ours);
    say(`seed ${plan.seed}: ${plan.sales.length} sales in ${plan.lifeMs / 1_000} s`);
    const { done, acknowledged, refused, unanswered } = await liveThrough(stack, plan);
    say(`seed ${plan.seed}: the faults have stopped; at most ${SETTLE_MS / 1_000} s to settle`);
    const unsettled = await settled(books.ours);
    const differences = [
      ...unanswered,
      ...unsettled,
      ...(await checkAll(stack, books, acknowledged)),
    ];
    const waits = await namedWaits(books.ours);
    const { events, duplicates } = await countEvents(books.ours);
    const orders = acknowledged.length;
    return { seed: plan.seed, orders, refused, ...done, events, duplicates, waits, differences };
  } finally {
    await Promise.all([books.ours.end(), books.theirs.end()]);
  }
}

/** Brings a stack up, plays the seed, and takes it down. @throws what starting a stack throws */
export async function playSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, lifeMs, env = process.env, portOffset = PORT_OFFSET, abort } = options;
  const home = mkdtempSync(path.join(os.tmpdir(), 'throughline-campaign-'));
  const stack = await startStack({
    home,
    // The orders are of the shops that the stack ships.
    env: { ...env, THROUGHLINE_SETUP: undefined },
    quiet: true,
    portOffset,
    ...(abort && { abort }),
  });
  let isClean = false;
  try {
    const onProgress = options.onProgress ?? (() => undefined);
    const result = await playOn(stack, planOf(seed, lifeMs), onProgress);
    isClean = result.differences.length === 0;
    return { ...result, home: isClean ? undefined : home };
  } finally {
    await stack.stop();
    if (isClean || abort?.aborted) removeHome(home);
  }
}
