/** What happens in one seed's life, and when: all of it is drawn before anything begins. */
import { PICKUP_CAPTURES, type PickupCaptureAt } from '../canonical/schema/policies';
import { chanceOf, type Chance } from './chance';
import { planFaults, type PlannedFault, type System } from './plan-faults';
import { planPickup, type PlannedPickup } from './plan-pickup';
import { planReturn, type PlannedReturn } from './plan-return';

export const SERVICES = ['worker', 'api', 'temporal', 'postgres', 'sandbox'] as const;
export type HarmedService = (typeof SERVICES)[number];

export type Harm =
  | { readonly kind: 'kill'; readonly atMs: number; readonly service: HarmedService }
  | {
      readonly kind: 'stop';
      readonly atMs: number;
      readonly service: HarmedService;
      readonly forMs: number;
    };

export const SHOP = 'shopify-us';
export const WEB = 'web-us';

interface Decision {
  readonly afterMs: number;
  readonly action: 'cancel' | 'cancel-a-unit' | 'hold' | 'release-hold';
}

export interface Sale {
  readonly orderNo: string;
  readonly atMs: number;
  readonly channel: typeof SHOP | typeof WEB;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly priceMinor: number;
  /** Of the web shop: the means of payment at the processor. */
  readonly card: string;
  /** Of the shop: the money was captured when the order came. */
  readonly isPaid: boolean;
  readonly isHeld: boolean;
  /** Of the shop's webhook. */
  readonly copies: number;
  readonly lateMs: number;
  readonly decisions: readonly Decision[];
  /** Null: all of it is sent. */
  readonly pickup: PlannedPickup | null;
  /** Null: the buyer keeps it. */
  readonly back: PlannedReturn | null;
}

/** From then on an outside system behaves so. */
export interface Mood {
  readonly atMs: number;
  readonly system: System;
  readonly script: Readonly<Record<string, unknown>>;
}

export interface Plan {
  readonly seed: number;
  readonly lifeMs: number;
  /** When what a store holds is charged. */
  readonly captureAt: PickupCaptureAt;
  readonly sales: readonly Sale[];
  readonly harms: readonly Harm[];
  readonly faults: readonly PlannedFault[];
  readonly moods: readonly Mood[];
}

export const SKUS = ['MUG-BLUE', 'TEA-ASSAM-250'] as const;

const SALES_A_SECOND = 1.5;
/** Collected in a store, in whole or in part; beside those that are sent. */
const PICKUPS_A_SECOND = 0.8;
/** Of a life, in which they are sold: what is collected is sold, picked and collected in it. */
const PICKUPS_SOLD_IN = 0.6;
const RETURNED_SHARE = 0.35;
const LINES_MAX = 3;
const QUANTITY_MAX = 4;
const PRICE_MIN_MINOR = 500;
const PRICE_MAX_MINOR = 9_000;
/** Some cards are declined, some may be captured in parts, most may be captured once. */
const CARDS = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_visa_multicapture',
  'pm_card_visa_multicapture',
  'pm_card_visa_chargeDeclined',
];
const SHOP_SHARE = 0.45;
const PAID_SHARE = 0.2;
const HELD_SHARE = 0.05;
const COPIED_SHARE = 0.33;
const COPIES_MAX = 5;
const LATE_SHARE = 0.15;
const LATE_MAX_MS = 8_000;
const DECISIVE_SHARE = 0.35;
const DECISION_MAX_MS = 9_000;

export function planOf(seed: number, lifeMs: number): Plan {
  return {
    seed,
    lifeMs,
    captureAt: chanceOf(seed, 'policies').pick(PICKUP_CAPTURES),
    sales: planSales(seed, lifeMs),
    harms: planHarms(chanceOf(seed, 'harms'), lifeMs),
    faults: planFaults(chanceOf(seed, 'faults'), lifeMs),
    moods: planMoods(chanceOf(seed, 'moods'), lifeMs),
  };
}

/**
 * Every order has chance of its own, and so have its pickup and its return: one more before it changes
 * nothing of it. What is collected comes after all that is sent.
 */
function planSales(seed: number, lifeMs: number): readonly Sale[] {
  const seconds = lifeMs / 1_000;
  const sent = Math.max(4, Math.round(seconds * SALES_A_SECOND));
  const collected = Math.max(2, Math.round(seconds * PICKUPS_A_SECOND));
  return Array.from({ length: sent + collected }, (_unused, index) => {
    const isCollected = index >= sent;
    const sale = planSale(seed, isCollected ? lifeMs * PICKUPS_SOLD_IN : lifeMs, index);
    const back = chanceOf(seed, `return ${index}`);
    return {
      ...sale,
      pickup: isCollected ? planPickup(chanceOf(seed, `pickup ${index}`), sale.lines.length) : null,
      back: back.happens(RETURNED_SHARE) ? planReturn(back) : null,
    };
  });
}

function planSale(seed: number, soldInMs: number, index: number): Omit<Sale, 'pickup' | 'back'> {
  const chance = chanceOf(seed, `sale ${index}`);
  const channel = chance.happens(SHOP_SHARE) ? SHOP : WEB;
  const number = 100_000_000 + (seed % 800_000) * 1_000 + index;
  return {
    orderNo: channel === SHOP ? String(number) : `C${number}`,
    atMs: chance.whole(0, Math.round(soldInMs)),
    channel,
    lines: Array.from({ length: chance.whole(1, LINES_MAX) }, () => ({
      sku: chance.pick(SKUS),
      quantity: chance.whole(1, QUANTITY_MAX),
    })),
    priceMinor: chance.whole(PRICE_MIN_MINOR, PRICE_MAX_MINOR),
    card: chance.pick(CARDS),
    isPaid: chance.happens(PAID_SHARE),
    isHeld: channel === WEB && chance.happens(HELD_SHARE),
    copies: chance.happens(COPIED_SHARE) ? chance.whole(2, COPIES_MAX) : 1,
    lateMs: chance.happens(LATE_SHARE) ? chance.whole(500, LATE_MAX_MS) : 0,
    decisions: planDecisions(chance),
  };
}

function planDecisions(chance: Chance): readonly Decision[] {
  if (!chance.happens(DECISIVE_SHARE)) return [];
  const afterMs = chance.whole(0, DECISION_MAX_MS);
  const action = chance.pick(['cancel', 'cancel-a-unit', 'hold'] as const);
  if (action !== 'hold') return [{ afterMs, action }];
  const liftedMs = afterMs + chance.whole(500, DECISION_MAX_MS);
  const held = { afterMs, action };
  return chance.happens(0.7) ? [held, { afterMs: liftedMs, action: 'release-hold' }] : [held];
}

/** The worker is harmed most: it is in the middle of most things. */
const KILLED = ['worker', 'worker', 'worker', 'api', 'api', 'temporal', 'postgres', 'sandbox'];
const STOPPED = ['worker', 'worker', 'worker', 'api', 'temporal', 'postgres', 'sandbox'];
const KILL_EVERY_MS = 9_000;
/** A service that ends again and again is given up by its supervisor. */
const KILLS_OF_ONE_MAX = 4;
const STOP_MIN_MS = 20_000;
const STOP_MAX_MS = 60_000;
const HARM_FROM = 0.05;

const isService = (name: string): name is HarmedService =>
  SERVICES.some((service) => service === name);

function planHarms(chance: Chance, lifeMs: number): readonly Harm[] {
  const harms: Harm[] = [];
  const killed = new Map<HarmedService, number>();
  for (let at = lifeMs * HARM_FROM; at < lifeMs; at += chance.whole(2_000, 2 * KILL_EVERY_MS)) {
    const service = chance.pick(KILLED);
    if (!isService(service)) continue;
    const before = killed.get(service) ?? 0;
    if (before >= KILLS_OF_ONE_MAX) continue;
    killed.set(service, before + 1);
    harms.push({ kind: 'kill', atMs: Math.round(at), service });
  }
  const stops = lifeMs < 2 * STOP_MIN_MS ? 0 : chance.whole(1, 2);
  for (let stop = 0; stop < stops; stop += 1) {
    const service = chance.pick(STOPPED);
    const atMs = chance.whole(0, lifeMs - STOP_MIN_MS);
    const forMs = Math.min(chance.whole(STOP_MIN_MS, STOP_MAX_MS), lifeMs - atMs);
    if (isService(service)) harms.push({ kind: 'stop', atMs, service, forMs });
  }
  return harms;
}

const MOOD_EVERY_MS = 1_500;

function warehouseMood(chance: Chance): Mood['script'] {
  const mode = chance.pick(['ship-all', 'ship-all', 'ship-in-parts', 'ship-in-parts', 'reject']);
  return {
    mode,
    parts: chance.whole(2, 3),
    delayMs: chance.whole(20, 2_500),
    duplicateEvents: chance.happens(0.4) ? chance.whole(1, 4) : 0,
    reorder: chance.happens(0.3),
    acknowledge: chance.happens(0.8),
    latencyMs: chance.whole(0, 200),
    ...(mode === 'reject' && { rejectBy: chance.pick(['answer', 'event']) }),
    ...(mode === 'ship-all' && chance.happens(0.15) && { rejectLineNos: [1] }),
  };
}

const payMood = (chance: Chance): Mood['script'] => ({
  webhooks: {
    copies: chance.happens(0.4) ? chance.whole(2, 4) : 1,
    delayMs: chance.happens(0.4) ? chance.whole(0, 6_000) : 0,
  },
  latencyMs: chance.whole(0, 300),
});

function planMoods(chance: Chance, lifeMs: number): readonly Mood[] {
  const moods: Mood[] = [];
  for (let atMs = 0; atMs < lifeMs; atMs += MOOD_EVERY_MS) {
    moods.push({ atMs, system: 'wms', script: warehouseMood(chance) });
    moods.push({ atMs, system: 'payment', script: payMood(chance) });
  }
  return moods;
}
