/** One seed: a stack of its own, lives under faults, then peace, and then every book is read. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { runAudit } from '../audit/run';
import { removeHome } from '../stack/supervisor/home';
import { startStack, type RunningStack } from '../stack/supervisor/start-stack';
import { apiClient } from '../stack/worked-order/api-client';
import { ALWAYS_OPEN } from '../stack/worked-order/opening-hours';
import { openShop, WAREHOUSE } from '../stack/worked-order/shop';
import type { Database, Sql } from '../store/database';
import { compareBooks, type Difference } from './books';
import { endHarm, harm, setMood, strike, type HarmDone } from './harm';
import type { People } from './callers';
import { countEnds, type Ends } from './ends';
import { openBooks, putOnShelves } from './opening';
import { planOf, SHOP, SKUS, type Plan } from './plan';
import { LOCATIONS_IN_SHOP, STORES } from './plan-pickup';
import { checkWhatIsSaid } from './said';
import { live } from './sell';
import { chargedAt } from './set-up';
import { namedWaits, settled, SETTLE_MS } from './settle';
import { checkStock } from './stock';
import { checkTold, nothingTold, type Told } from './told';

/** Away from the ports of a stack that a person started. */
const PORT_OFFSET = 12_000;
const OPENING_STOCK = 100_000;
/** Calls that were not answered are made again until then. */
const ANSWERED_WITHIN_MS = 180_000;
/** Once the faults are over: what has not begun by then does not. */
const PATIENCE_MS = 45_000;
const CONNECTIONS = 3;

export interface SeedOptions {
  readonly seed: number;
  readonly lifeMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly portOffset?: number;
  readonly abort?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

export interface SeedResult extends Readonly<HarmDone>, Ends {
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
  const operator = apiClient(apiUrl, keys.operator);
  const oms = apiClient(apiUrl, keys.oms);
  await openShop(operator);
  const places = [WAREHOUSE, ...STORES];
  for (const storeId of STORES) {
    await operator.put(`/v1/locations/${storeId}`, {
      name: `The store ${storeId}`,
      kind: 'store',
      timeZone: 'America/New_York',
      entity: 'us-01',
      ships: false,
      openingHours: ALWAYS_OPEN,
    });
    const inShop = `/v1/mappings/store/${SHOP}/${LOCATIONS_IN_SHOP[storeId]}`;
    await operator.put(inShop, { target: storeId });
  }
  await putOnShelves(oms, db, { places, skus: SKUS, quantity: OPENING_STOCK });
}

const Environments = z.record(z.string(), z.record(z.string(), z.string()));

/** What the stack's own processes know the processor by. */
function processorKeyOf({ home }: RunningStack): string {
  const written = readFileSync(path.join(home, 'env.json'), 'utf8');
  return Environments.parse(JSON.parse(written))['worker']?.['STRIPE_SECRET_KEY'] ?? '';
}

interface Lived {
  readonly done: HarmDone;
  readonly told: Told;
  readonly unanswered: readonly Difference[];
}

async function liveThrough(stack: RunningStack, plan: Plan, ours: Sql): Promise<Lived> {
  const done: HarmDone = { kills: 0, stops: 0, faults: 0 };
  const told = nothingTold();
  const unanswered: Difference[] = [];
  let calmAtMs = Infinity;
  const people: People = {
    plan,
    json: () => stack.stackJson,
    ours,
    processorKey: processorKeyOf(stack),
    deadlineMs: Date.now() + plan.lifeMs + ANSWERED_WITHIN_MS,
    isCalm: () => Date.now() > calmAtMs,
    isPatient: () => Date.now() < calmAtMs + PATIENCE_MS,
    told,
  };
  const lives = plan.sales.map((sale) =>
    live(people, sale).catch((error: unknown) => {
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
  calmAtMs = Date.now();
  await Promise.all(lives);
  return { done, told, unanswered };
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
  told: Told,
): Promise<readonly Difference[]> {
  const { databaseUrl } = stack.stackJson;
  const audit = await runAudit({ databaseUrl, graceMs: 0, isWhole: true });
  return [
    ...(await checkTold(ours, told)),
    ...(await compareBooks(ours, theirs)),
    ...(await checkStock(ours, theirs, OPENING_STOCK * (1 + STORES.length))),
    ...checkWhatIsSaid(stack.home, stack.stackJson),
    ...audit.differences.map(({ invariant, detail }) => ({
      invariant,
      detail: `audit: ${detail}`,
    })),
  ];
}

async function playOn(stack: RunningStack, plan: Plan, say: (line: string) => void) {
  const books = openBooks(stack.stackJson, CONNECTIONS);
  try {
    await openWithStock(stack, books.ours);
    say(`seed ${plan.seed}: ${plan.sales.length} sales in ${plan.lifeMs / 1_000} s`);
    const { done, told, unanswered } = await liveThrough(stack, plan, books.ours);
    say(`seed ${plan.seed}: the faults have stopped; at most ${SETTLE_MS / 1_000} s to settle`);
    const unsettled = await settled(books.ours);
    const differences = [...unanswered, ...unsettled, ...(await checkAll(stack, books, told))];
    return {
      seed: plan.seed,
      orders: told.acknowledged.length,
      refused: told.refused,
      ...done,
      ...(await countEvents(books.ours)),
      ...(await countEnds(books.ours)),
      waits: await namedWaits(books.ours),
      differences,
    };
  } finally {
    await Promise.all([books.ours.end(), books.theirs.end()]);
  }
}

/** Brings a stack up, plays the seed, and takes it down. @throws what starting a stack throws */
export async function playSeed(options: SeedOptions): Promise<SeedResult> {
  const { seed, lifeMs, env = process.env, portOffset = PORT_OFFSET, abort } = options;
  const plan = planOf(seed, lifeMs);
  const home = mkdtempSync(path.join(os.tmpdir(), 'throughline-campaign-'));
  const setUp = mkdtempSync(path.join(os.tmpdir(), 'throughline-set-up-'));
  const stack = await startStack({
    home,
    // The orders are of the shops that the stack ships.
    env: { ...env, THROUGHLINE_SETUP: chargedAt(setUp, plan.captureAt) },
    quiet: true,
    portOffset,
    ...(abort && { abort }),
  });
  let isClean = false;
  try {
    const onProgress = options.onProgress ?? (() => undefined);
    const result = await playOn(stack, plan, onProgress);
    isClean = result.differences.length === 0;
    return { ...result, home: isClean ? undefined : home };
  } finally {
    await stack.stop();
    rmSync(setUp, { recursive: true });
    if (isClean || abort?.aborted) removeHome(home);
  }
}
