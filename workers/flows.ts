/** What begins the flows: the events that start one, and work that is due by itself. */
import type { FlowContract } from '../canonical/flows/contract';
import { POSTING_FLOW } from '../canonical/flows/posting';
import { PUBLISHING_FLOW } from '../canonical/flows/publishing';
import { entitiesOf, erpInstances } from '../canonical/installation';
import type { Database } from '../store/database';
import { isPostingDue } from '../store/ledger/posting';
import { dueDestinations } from '../store/outbox/outbox-delivery';
import type { Starters } from './router-settings';
import { takeOrder } from './take-order';

export const STARTERS: Starters = { 'order.created.v1': { begin: takeOrder } };

/** A flow that runs while there is work of its kind. */
export interface WorkBeside {
  readonly contract: FlowContract;
  readonly lookEveryMs: number;
  /** The inputs of the flows that are to run now. */
  whatIsDue(db: Database): Promise<readonly object[]>;
}

const OUTBOX_LOOK_MS = 250;
/** Journals are looked for this often within a posting window, and never more rarely than: */
const POSTING_LOOKS_A_WINDOW = 4;
const POSTING_LOOK_AT_LEAST_MS = 30_000;
const POSTING_LOOK_AT_MOST_MS = 500;
/** Usually only fresh journals are looked at; a full look finds what an outage left behind. */
const POSTING_RECENT_MS = 3_600_000;
const POSTING_FULL_LOOK_MS = 600_000;
const ALL_TIME_MS = 100 * 365 * 86_400_000;

export function workBeside(settings: { readonly postingWindowMs: number }): WorkBeside[] {
  const { postingWindowMs } = settings;
  let fullLookAtMs = 0;
  return [
    {
      contract: PUBLISHING_FLOW,
      lookEveryMs: OUTBOX_LOOK_MS,
      whatIsDue: async (db) =>
        (await dueDestinations(db)).map(({ destination }) => ({ destination })),
    },
    {
      contract: POSTING_FLOW,
      lookEveryMs: Math.max(
        POSTING_LOOK_AT_MOST_MS,
        Math.min(postingWindowMs / POSTING_LOOKS_A_WINDOW, POSTING_LOOK_AT_LEAST_MS),
      ),
      async whatIsDue(db) {
        const isFull = Date.now() >= fullLookAtMs;
        if (isFull) fullLookAtMs = Date.now() + POSTING_FULL_LOOK_MS;
        const sinceMs = isFull ? ALL_TIME_MS : POSTING_RECENT_MS;
        const due: object[] = [];
        for (const erpInstance of erpInstances()) {
          const erp = { erpInstance, entities: entitiesOf(erpInstance) };
          if (await isPostingDue(db, erp, postingWindowMs, sinceMs)) due.push({ erpInstance });
        }
        return due;
      },
    },
  ];
}
