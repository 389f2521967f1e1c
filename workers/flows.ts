/** What begins the flows: the events that start one, and work that is due by itself. */
import type { MomentsByFlow } from '../activities/moments/every-flow';
import type { FlowContract } from '../canonical/flows/contract';
import { ESCALATION_FLOW } from '../canonical/flows/escalation';
import { ORDER_FLOW } from '../canonical/flows/order-contract';
import { PERIOD_CLOSE_FLOW } from '../canonical/flows/period-close';
import { PICKUP_FLOW } from '../canonical/flows/pickup';
import { POSTING_FLOW } from '../canonical/flows/posting';
import { PUBLISHING_FLOW } from '../canonical/flows/publishing';
import { RECONCILIATION_FLOW } from '../canonical/flows/reconciliation';
import { RETURN_FLOW } from '../canonical/flows/return';
import { SETTLEMENT_FLOW } from '../canonical/flows/settlement';
import { REPORTS_LOOK_MS, SETTLEMENT_REPORTS_FLOW } from '../canonical/flows/settlement-reports';
import { WATCHDOG_FLOW } from '../canonical/flows/watchdog';
import { entitiesOf, erpInstances } from '../canonical/installation';
import { closeFlow } from '../moments/close/close-flow';
import { orderFlow } from '../moments/order/order-flow';
import { returnFlow } from '../moments/return/return-flow';
import { settlementFlow } from '../moments/settlement/settlement-flow';
import { pickupFlow } from '../moments/pickup/pickup-flow';
import type { Database } from '../store/database';
import { isPostingDue } from '../store/ledger/posting';
import { dueDestinations } from '../store/outbox/outbox-delivery';
import type { Starters } from './router-settings';
import { takeChannelGoods, takeChannelReturn } from './take-channel-return';
import { takeOrder } from './take-order';
import { takeReturnRequest, takeUnannounced } from './take-return';

/** The moments that each type of flow has as every flow has them. */
export const MOMENTS: MomentsByFlow = {
  [ORDER_FLOW.type]: orderFlow,
  [RETURN_FLOW.type]: returnFlow,
  [PICKUP_FLOW.type]: pickupFlow,
  [SETTLEMENT_FLOW.type]: settlementFlow,
  [PERIOD_CLOSE_FLOW.type]: closeFlow,
};

export const STARTERS: Starters = {
  'order.created.v1': { begin: takeOrder },
  'return.requested.v1': { begin: takeReturnRequest },
  'return.received.v1': { begin: takeUnannounced },
  'return.status-changed.v1': { begin: takeChannelReturn },
  'return.disposed.v1': { begin: takeChannelGoods },
};

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

/** They run always; one that was ended is begun again. */
const ALWAYS_CHECK_MS = 30_000;

export interface BesideSettings {
  readonly postingWindowMs: number;
  readonly watchdogLookMs: number;
  readonly escalationLookMs: number;
  readonly reconciliationLookMs: number;
  /** Where a person decides; shown on the pages of the flows. */
  readonly pagesUrl?: string | undefined;
}

export function workBeside(settings: BesideSettings): WorkBeside[] {
  const { postingWindowMs, watchdogLookMs, escalationLookMs, reconciliationLookMs, pagesUrl } =
    settings;
  const pages = pagesUrl === undefined ? {} : { pagesUrl };
  return [
    {
      contract: PUBLISHING_FLOW,
      lookEveryMs: OUTBOX_LOOK_MS,
      whatIsDue: async (db) =>
        (await dueDestinations(db)).map((destination) => ({ destination, ...pages })),
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
          if (await isPostingDue(db, erp, postingWindowMs)) due.push({ erpInstance, ...pages });
        }
        return due;
      },
    },
    {
      contract: WATCHDOG_FLOW,
      lookEveryMs: ALWAYS_CHECK_MS,
      whatIsDue: () => Promise.resolve([{ lookEveryMs: watchdogLookMs }]),
    },
    {
      contract: ESCALATION_FLOW,
      lookEveryMs: ALWAYS_CHECK_MS,
      whatIsDue: () => Promise.resolve([{ lookEveryMs: escalationLookMs }]),
    },
    {
      contract: SETTLEMENT_REPORTS_FLOW,
      lookEveryMs: ALWAYS_CHECK_MS,
      whatIsDue: () => Promise.resolve([{ lookEveryMs: REPORTS_LOOK_MS }]),
    },
    {
      contract: RECONCILIATION_FLOW,
      lookEveryMs: ALWAYS_CHECK_MS,
      whatIsDue: () => Promise.resolve([{ lookEveryMs: reconciliationLookMs }]),
    },
  ];
}
