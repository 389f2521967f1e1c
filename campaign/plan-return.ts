/** What a customer brings back, where, how it is found and who pays it back, drawn from the seed. */
import type { Chance } from './chance';

const CONDITIONS = ['new', 'opened', 'used', 'damaged', 'defective'] as const;
const PLACES = ['dc-east', 'store-001', 'store-002'] as const;

interface PlannedReceipt {
  readonly afterMs: number;
  readonly location: (typeof PLACES)[number];
  /** So many times it is told as an event; 0: over the API. */
  readonly events: number;
  /** Null: nobody looks at it. */
  readonly condition: (typeof CONDITIONS)[number] | null;
}

export interface PlannedReturn {
  readonly afterMs: number;
  /** Once, by two agents at the same time, or not at all: the goods are the first word of it. */
  readonly asked: 'once' | 'twice' | 'never';
  readonly units: 'one' | 'all';
  readonly reason: 'changed-mind' | 'defective' | 'wrong-item';
  /** The last brings all that is left. */
  readonly receipts: readonly PlannedReceipt[];
  /** Where somebody has to say yes. */
  readonly word: 'approve' | 'deny' | 'none';
  /** In the processor's own dashboard: so many cents, or all that is left. */
  readonly dashboard: {
    readonly when: 'before' | 'after';
    readonly amountMinor: number | null;
  } | null;
}

const WAIT_MAX_MS = 1_500;
const ASKED = ['once', 'once', 'once', 'twice', 'never'] as const;
const ELSEWHERE_SHARE = 0.5;
const INSPECTED_SHARE = 0.85;
const EVENTS_SHARE = 0.3;
const EVENTS_MAX = 3;
const RECEIPTS_MAX = 2;
const DASHBOARD_SHARE = 0.25;
const DASHBOARD_MAX_MINOR = 900;

function planReceipt(chance: Chance): PlannedReceipt {
  return {
    afterMs: chance.whole(0, WAIT_MAX_MS),
    location: chance.happens(ELSEWHERE_SHARE) ? chance.pick(PLACES) : 'dc-east',
    events: chance.happens(EVENTS_SHARE) ? chance.whole(1, EVENTS_MAX) : 0,
    condition: chance.happens(INSPECTED_SHARE) ? chance.pick(CONDITIONS) : null,
  };
}

export function planReturn(chance: Chance): PlannedReturn {
  const asked = chance.pick(ASKED);
  // Goods that nobody asked about, or that never come, come once at the most.
  const most = asked === 'never' ? 1 : RECEIPTS_MAX;
  return {
    afterMs: chance.whole(0, WAIT_MAX_MS),
    asked,
    units: chance.pick(['one', 'all']),
    reason: chance.pick(['changed-mind', 'defective', 'wrong-item']),
    receipts: Array.from({ length: chance.whole(asked === 'never' ? 1 : 0, most) }, () =>
      planReceipt(chance),
    ),
    word: chance.pick(['approve', 'approve', 'deny', 'none']),
    dashboard: chance.happens(DASHBOARD_SHARE)
      ? {
          when: chance.pick(['before', 'after']),
          amountMinor: chance.happens(0.5) ? chance.whole(1, DASHBOARD_MAX_MINOR) : null,
        }
      : null,
  };
}
