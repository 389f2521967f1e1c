/** What begins the flows: the events that start one, and work that is due by itself. */
import type { MomentsByFlow } from '../activities/moments/every-flow';
import type { FlowContract } from '../canonical/flows/contract';
import { ORDER_FLOW } from '../canonical/flows/order-contract';
import { POSTING_FLOW } from '../canonical/flows/posting';
import { PUBLISHING_FLOW } from '../canonical/flows/publishing';
import { WATCHDOG_FLOW } from '../canonical/flows/watchdog';
import { entitiesOf, erpInstances } from '../canonical/installation';
import { orderFlow } from '../moments/order/order-flow';
import type { Database } from '../store/database';
import { isPostingDue } from '../store/ledger/posting';
import { dueDestinations } from '../store/outbox/outbox-delivery';
import type { Starters } from './router-settings';
import { takeOrder } from './take-order';

/** The moments that each type of flow has as every flow has them. */
export const MOMENTS: MomentsByFlow = { [ORDER_FLOW.type]: orderFlow };

export const STARTERS: Starters = { 'order.created.v1': { begin: takeOrder } };

/** A flow that runs while there is work of its kind. */
export interface WorkBeside {
  readonly contract: FlowContract;
  readonly lookEveryMs: number;
  /** The inputs of the flows that are to run now. */
  whatIsDue(db: Database): Promise<readonly object[]>;
}

const OUTBOX_LOOK_MS = 500;
/** Journals are looked for this often within a posting window, and never more rarely than: */
const POSTING_LOOKS_A_WINDOW = 4;
const POSTING_LOOK_AT_LEAST_MS = 30_000;
const POSTING_LOOK_AT_MOST_MS = 500;

/** It runs always; one that was ended is begun again. */
const WATCHDOG_CHECK_MS = 30_000;

export interface BesideSettings {
  readonly postingWindowMs: number;
  readonly watchdogLookMs: number;
}

export function workBeside({ postingWindowMs, watchdogLookMs }: BesideSettings): WorkBeside[] {
  return [
    {
      contract: PUBLISHING_FLOW,
      lookEveryMs: OUTBOX_LOOK_MS,
      whatIsDue: async (db) => (await dueDestinations(db)).map((destination) => ({ destination })),
    },
    {
      contract: POSTING_FLOW,
      lookEveryMs: Math.max(
        POSTING_LOOK_AT_MOST_MS,
        Math.min(postingWindowMs / POSTING_LOOKS_A_WINDOW, POSTING_LOOK_AT_LEAST_MS),
      ),
      async whatIsDue(db) {
        const due: object[] = [];
        for (const erpInstance of erpInstances()) {
          const erp = { erpInstance, entities: entitiesOf(erpInstance) };
          if (await isPostingDue(db, erp, postingWindowMs)) due.push({ erpInstance });
        }
        return due;
      },
    },
    {
      contract: WATCHDOG_FLOW,
      lookEveryMs: WATCHDOG_CHECK_MS,
      whatIsDue: () => Promise.resolve([{ lookEveryMs: watchdogLookMs }]),
    },
  ];
}
