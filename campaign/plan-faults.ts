/** Faults of every kind on every outside system, drawn from the seed. */
import type { Chance } from './chance';

export const SYSTEMS = ['commerce', 'payment', 'tax', 'wms', 'erp', 'notification'] as const;
export type System = (typeof SYSTEMS)[number];

interface Match {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
}

export interface PlannedFault {
  readonly atMs: number;
  /** Deleted then, with what it holds. */
  readonly untilMs: number;
  readonly system: System;
  readonly match: Match;
  readonly fault: Readonly<Record<string, unknown>> & { readonly kind: string };
  readonly times: number;
}

const SHOP_API = '/admin/api/';
const shopCall = (body: string): Match => ({ method: 'POST', path: SHOP_API, body });
const post = (path: string): Match => ({ method: 'POST', path });

/** The calls that move something, and the reads that ask whether it moved. */
const CALLS: Readonly<Record<System, readonly Match[]>> = {
  commerce: [
    shopCall('orderCapture'),
    shopCall('orderCapture'),
    shopCall('transactionVoid'),
    shopCall('refundCreate'),
    shopCall('fulfillmentCreate'),
    shopCall('orderCancel'),
    { path: SHOP_API },
  ],
  payment: [
    post('/v1/payment_intents/*/capture'),
    post('/v1/payment_intents/*/capture'),
    post('/v1/payment_intents/*/cancel'),
    post('/v1/payment_intents'),
    post('/v1/refunds'),
    { method: 'GET', path: '/v1/' },
  ],
  tax: [post('/api/v2/transactions'), { path: '/api/v2/' }],
  wms: [
    post('/v1/fulfilment-requests'),
    post('/v1/fulfilment-requests/*/cancel'),
    { method: 'GET', path: '/v1/fulfilment-requests' },
  ],
  erp: [post('/services/rest/'), { path: '/services/rest/' }],
  notification: [post('/v1/messages'), { path: '/v1/messages' }],
};

/** Where money and goods move, more often. */
const STRUCK: readonly System[] = [
  'commerce',
  'commerce',
  'commerce',
  'payment',
  'payment',
  'payment',
  'wms',
  'wms',
  'tax',
  'erp',
  'notification',
];

const STATUSES = [500, 502, 503, 504, 429, 408];

/** Each by its name, so that a look into a plan says what was there. */
const KINDS: Readonly<Record<string, (chance: Chance) => PlannedFault['fault']>> = {
  statusBefore: (chance) => ({ kind: 'status', status: chance.pick(STATUSES) }),
  statusAfter: (chance) => ({
    kind: 'status',
    status: chance.pick([500, 502, 503, 504]),
    afterEffect: true,
  }),
  retryAfter: (chance) => ({
    kind: 'status',
    status: 503,
    retryAfterS: chance.whole(1, 4),
    afterEffect: chance.happens(0.5),
  }),
  delay: (chance) => ({ kind: 'delay', delayMs: chance.whole(500, 8_000) }),
  hangBefore: (chance) => ({ kind: 'hang-before', delayMs: chance.whole(5_000, 25_000) }),
  hangAfter: (chance) => ({ kind: 'hang-after', delayMs: chance.whole(5_000, 25_000) }),
  resetBefore: () => ({ kind: 'reset-before' }),
  resetAfter: () => ({ kind: 'reset-after' }),
  garbageBefore: () => ({ kind: 'garbage' }),
  garbageAfter: () => ({ kind: 'garbage', afterEffect: true }),
  rateLimit: (chance) => ({ kind: 'rate-limit', retryAfterS: chance.whole(1, 3) }),
};

const FAULT_EVERY_MS = 1_400;
const FAULT_TIMES_MAX = 4;
const FAULT_LIFE_MAX_MS = 20_000;

export function planFaults(chance: Chance, lifeMs: number): readonly PlannedFault[] {
  const kinds = Object.keys(KINDS);
  const faults: PlannedFault[] = [];
  for (let atMs = 0; atMs < lifeMs; atMs += chance.whole(200, 2 * FAULT_EVERY_MS)) {
    const system = chance.pick(STRUCK);
    const draw = KINDS[chance.pick(kinds)];
    if (!draw) continue;
    faults.push({
      atMs,
      untilMs: Math.min(lifeMs, atMs + chance.whole(3_000, FAULT_LIFE_MAX_MS)),
      system,
      match: chance.pick(CALLS[system]),
      fault: draw(chance),
      times: chance.whole(1, FAULT_TIMES_MAX),
    });
  }
  return faults;
}
