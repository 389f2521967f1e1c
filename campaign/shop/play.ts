/**
 * Shops' lives on one stack, several at once; when all is still, each order is judged by what its
 * merchant meant, and the audit is clean or speaks of an order that a person is asked about.
 */
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runAudit } from '../../audit/run';
import { WAIT_CODES } from '../../canonical/schema/exception';
import { removeHome } from '../../stack/supervisor/home';
import { startStack, type RunningStack } from '../../stack/supervisor/start-stack';
import { apiClient } from '../../stack/worked-order/api-client';
import { openShop, WAREHOUSE } from '../../stack/worked-order/shop';
import { openBooks, putOnShelves } from '../opening';
import { control } from '../outside';
import { settled } from '../settle';
import { judge, type Verdict } from './judge';
import { liveOrder, warehouseSends, type Lived, type ShopWorld } from './live';
import { COST_MINOR, shopLifeOf, SKUS } from './plan';

/** Away from the ports of a stack that a person started. */
const PORT_OFFSET = 14_000;
const OPENING_STOCK = 1_000_000;
const SEEDS_AT_ONCE = 12;
const ENDED_WITHIN_MS = 60_000;
const SETTLED_WITHIN_MS = 90_000;
const SETTLED_SOON_MS = 15_000;
const ROUNDS_MAX = 5;
const LOOK_EVERY_MS = 700;
/** Looks in a row at which nothing of it moved. */
const STILL_LOOKS = 2;
const CONNECTIONS = 6;
const SHOP = 'shopify-us';
/** What the shop's own location is with us. */
const OWN_LOCATION = '1';

export interface ShopCampaignOptions {
  readonly seed: number;
  readonly count: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly portOffset?: number;
  readonly abort?: AbortSignal;
  readonly onProgress?: (line: string) => void;
}

export interface ShopCampaign {
  readonly verdicts: readonly (Verdict & { readonly seed: number })[];
  /** Of the audit and of what did not settle, that no open exception speaks of. */
  readonly unnamed: readonly string[];
  /** Where data and logs are kept; undefined: removed, as everything held. */
  readonly home: string | undefined;
}

/** Neither as meant, nor does a person know. */
export const isWrong = ({ differences, exceptions }: Verdict): boolean =>
  differences.length > 0 && exceptions.length === 0;

async function open({ json, ours }: ShopWorld): Promise<void> {
  const operator = apiClient(json.apiUrl, json.keys.operator);
  const oms = apiClient(json.apiUrl, json.keys.oms);
  await openShop(operator);
  for (const sku of SKUS) {
    const standardCost = { currency: 'USD', minorUnits: COST_MINOR[sku] };
    await operator.put(`/v1/items/${sku}`, { standardCost });
  }
  await operator.put(`/v1/mappings/store/${SHOP}/${OWN_LOCATION}`, { target: WAREHOUSE });
  await putOnShelves(oms, ours, { places: [WAREHOUSE], skus: SKUS, quantity: OPENING_STOCK });
  // Each parcel leaves when the plan says so.
  await control(json.sandbox, 'wms', 'POST', 'script', { mode: 'never' });
}

/** All that its shop has told of it has come, and was taken in. */
async function isHeard({ ours, theirs }: ShopWorld, number: number): Promise<boolean> {
  const told = await theirs.query(
    `select from sandbox.outbound where status = 'pending'
        and order_id = 'gid://shopify/Order/' || $1 limit 1`,
    [String(number)],
  );
  if (told.rows.length > 0) return false;
  const taken = await ours.query(
    `select from inbox i left join sales_order o using (order_id)
      where i.state in ('received', 'waiting', 'routed')
        and (o.order_id is null or (o.channel_instance = $1 and o.order_no = $2)) limit 1`,
    [SHOP, String(number)],
  );
  return taken.rows.length === 0;
}

/** It ended, or waits for somebody: then only what its plan says moves it. */
async function restsNow({ ours }: ShopWorld, number: number): Promise<boolean> {
  const { rows } = await ours.query<{ rests: boolean }>(
    `select o.stage in ('closed', 'rejected') or o.hold_reason is not null or exists (
               select from exception e where e.order_id = o.order_id and e.state <> 'resolved'
                  and e.code <> all ($3::text[])) as rests
       from sales_order o where o.channel_instance = $1 and o.order_no = $2`,
    [SHOP, String(number), WAIT_CODES],
  );
  return rows[0]?.rests ?? true;
}

/** Once its shop's words are heard the warehouse sends what is left, until nothing of it moves. */
async function endOrder(world: ShopWorld, { planned: { number } }: Lived): Promise<void> {
  const deadline = Date.now() + ENDED_WITHIN_MS;
  let looks = 0;
  let heard = 0;
  while (looks < STILL_LOOKS && Date.now() < deadline) {
    heard = (await isHeard(world, number)) ? heard + 1 : 0;
    const sent = heard < STILL_LOOKS ? 0 : await warehouseSends(world, number);
    const rests = heard >= STILL_LOOKS && (await restsNow(world, number));
    looks = rests && sent === 0 ? looks + 1 : 0;
    await delay(LOOK_EVERY_MS);
  }
}

interface OfSeed {
  readonly seed: number;
  readonly lived: Lived;
}

async function liveSeed(world: ShopWorld, seed: number): Promise<readonly OfSeed[]> {
  return Promise.all(
    shopLifeOf(seed).map(async (planned) => {
      const lived = await liveOrder(world, planned);
      await endOrder(world, lived);
      return { seed, lived };
    }),
  );
}

async function liveAll(
  world: ShopWorld,
  { seed: first, count, abort, onProgress }: ShopCampaignOptions,
): Promise<readonly OfSeed[]> {
  const lives: OfSeed[] = [];
  let next = first;
  let done = 0;
  const lane = async () => {
    while (next < first + count && !abort?.aborted) {
      const seed = next;
      next += 1;
      lives.push(...(await liveSeed(world, seed)));
      done += 1;
      if (done % 20 === 0) onProgress?.(`${done} of ${count} seeds lived`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(SEEDS_AT_ONCE, count) }, lane));
  return lives.sort((one, other) => one.seed - other.seed);
}

/** What was asked for late leaves too, as long as more of it comes. */
async function sendRest(world: ShopWorld, lives: readonly OfSeed[]) {
  for (let round = 1; ; round += 1) {
    const unsettled = await settled(world.ours, round === 1 ? SETTLED_SOON_MS : SETTLED_WITHIN_MS);
    let sent = 0;
    for (const { lived } of lives) sent += await warehouseSends(world, lived.planned.number);
    if (sent === 0 && (round > 1 || unsettled.length === 0)) return unsettled;
    if (round === ROUNDS_MAX) return unsettled;
  }
}

async function playOn(stack: RunningStack, options: ShopCampaignOptions) {
  const { databaseUrl } = stack.stackJson;
  const { ours, theirs } = openBooks(stack.stackJson, CONNECTIONS);
  const world: ShopWorld = { json: stack.stackJson, ours, theirs };
  try {
    await open(world);
    const lives = await liveAll(world, options);
    options.onProgress?.('every life is lived; what is on its way arrives');
    const unsettled = await sendRest(world, lives);
    const verdicts: (Verdict & { readonly seed: number })[] = [];
    for (const { seed, lived } of lives) verdicts.push({ seed, ...(await judge(world, lived)) });
    const audit = await runAudit({ databaseUrl, graceMs: 0, isWhole: true });
    const named = verdicts.filter(({ exceptions }) => exceptions.length > 0);
    const isNamed = (detail: string) =>
      named.some(
        ({ orderId, number }) =>
          detail.includes(String(number)) || (orderId !== null && detail.includes(orderId)),
      );
    const unnamed = [...unsettled, ...audit.differences]
      .map(({ invariant, detail }) => `${invariant}: ${detail}`)
      .filter((detail) => !isNamed(detail));
    return { verdicts, unnamed };
  } finally {
    await Promise.all([ours.end(), theirs.end()]);
  }
}

/** @throws what starting a stack throws */
export async function playShops(options: ShopCampaignOptions): Promise<ShopCampaign> {
  const { env = process.env, portOffset = PORT_OFFSET, abort } = options;
  const home = mkdtempSync(path.join(os.tmpdir(), 'throughline-shops-'));
  const stack = await startStack({ home, env, quiet: true, portOffset, ...(abort && { abort }) });
  let isClean = false;
  try {
    const result = await playOn(stack, options);
    isClean = !result.verdicts.some(isWrong) && result.unnamed.length === 0;
    return { ...result, home: isClean ? undefined : home };
  } finally {
    await stack.stop();
    if (isClean || abort?.aborted) removeHome(home);
  }
}
