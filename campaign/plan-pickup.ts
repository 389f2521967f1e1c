/** What a store, its customer and the clock do to one pickup, drawn from the seed. */
import type { Chance } from './chance';

export const STORES = ['store-001', 'store-002'] as const;
export type Store = (typeof STORES)[number];
/** The locations that the Shopify shop knows these stores by. */
export const LOCATIONS_IN_SHOP: Readonly<Record<Store, string>> = {
  'store-001': '9001',
  'store-002': '9002',
};

type Press = 'accept' | 'ready' | 'arrived' | 'hand-over' | 'reject' | 'no-show';

export type PickupStep = { readonly afterMs: number } & (
  | {
      readonly kind: 'press';
      readonly press: Press;
      /** One unit of its first line, or all that the press can be about. */
      readonly units: 'one' | 'all';
      /** So many times the till sends its event; 0: somebody presses. */
      readonly events: number;
    }
  | { readonly kind: 'extend' }
  | { readonly kind: 'put-back' }
  /** The store closes on the last day so soon. */
  | { readonly kind: 'deadline'; readonly inMs: number }
  | { readonly kind: 're-source'; readonly to: 'other-store' | 'home' }
);

export interface PlannedPickup {
  readonly store: Store;
  /** Its first line is sent. */
  readonly isMixed: boolean;
  readonly reason: 'not-found' | 'damaged' | 'no-capacity';
  readonly steps: readonly PickupStep[];
  /** What the other store does, where it gets the units. */
  readonly elsewhere: readonly PickupStep[];
}

type Draft = (chance: Chance) => readonly (PickupStep | null)[];

const STEP_MAX_MS = 1_500;
const EVENTS_SHARE = 0.35;
const EVENTS_MAX = 3;
const MIXED_SHARE = 0.3;
const DEADLINE_MAX_MS = 1_500;

const after = (chance: Chance) => ({ afterMs: chance.whole(0, STEP_MAX_MS) });

function press(chance: Chance, name: Press, units: 'one' | 'all' = 'all'): PickupStep {
  const events = chance.happens(EVENTS_SHARE) ? chance.whole(1, EVENTS_MAX) : 0;
  return { ...after(chance), kind: 'press', press: name, units, events };
}

const sometimes = (chance: Chance, step: PickupStep) => (chance.happens(0.5) ? step : null);
const deadline = (chance: Chance): PickupStep => ({
  ...after(chance),
  kind: 'deadline',
  inMs: chance.whole(0, DEADLINE_MAX_MS),
});

/** Each by its name, so that a look into a plan says what was there. */
const LIVES: Readonly<Record<string, Draft>> = {
  collected: (chance) => [
    sometimes(chance, press(chance, 'accept')),
    press(chance, 'ready'),
    sometimes(chance, press(chance, 'arrived')),
    press(chance, 'hand-over'),
  ],
  inParts: (chance) => [
    press(chance, 'ready', 'one'),
    press(chance, 'hand-over', 'one'),
    press(chance, 'ready'),
    press(chance, 'hand-over'),
  ],
  /** One unit is collected; nobody comes for the rest. */
  half: (chance) => [
    press(chance, 'ready'),
    press(chance, 'hand-over', 'one'),
    deadline(chance),
    { ...after(chance), kind: 'put-back' },
  ],
  noShow: (chance) => [
    press(chance, 'ready'),
    deadline(chance),
    { afterMs: DEADLINE_MAX_MS, kind: 'put-back' },
  ],
  /** Whoever is first has it: the deadline, the store that says so, or the customer. */
  race: (chance) => [
    press(chance, 'ready'),
    deadline(chance),
    sometimes(chance, press(chance, 'no-show')),
    press(chance, 'hand-over'),
  ],
  late: (chance) => [
    press(chance, 'ready'),
    { ...after(chance), kind: 'deadline', inMs: 0 },
    { afterMs: 2 * DEADLINE_MAX_MS, kind: 'press', press: 'hand-over', units: 'all', events: 0 },
  ],
  heldLonger: (chance) => [
    press(chance, 'ready'),
    { ...after(chance), kind: 'extend' },
    sometimes(chance, press(chance, 'hand-over')),
  ],
  rejected: (chance) => [
    sometimes(chance, press(chance, 'accept')),
    press(chance, 'reject', chance.pick(['one', 'all'])),
    sometimes(chance, {
      ...after(chance),
      kind: 're-source',
      to: chance.pick(['other-store', 'home']),
    }),
    sometimes(chance, press(chance, 'ready')),
    press(chance, 'hand-over'),
  ],
  /** Nobody picks it, or nobody comes, and its time is not over. */
  left: (chance) => [press(chance, 'accept'), sometimes(chance, press(chance, 'ready'))],
};

export function planPickup(chance: Chance, lines: number): PlannedPickup {
  const draft = LIVES[chance.pick(Object.keys(LIVES))];
  const isStep = (step: PickupStep | null) => step !== null;
  return {
    store: chance.pick(STORES),
    isMixed: lines > 1 && chance.happens(MIXED_SHARE),
    reason: chance.pick(['not-found', 'damaged', 'no-capacity']),
    steps: (draft?.(chance) ?? []).filter(isStep),
    elsewhere: [press(chance, 'ready'), press(chance, 'hand-over')],
  };
}
