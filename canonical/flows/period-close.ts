/** The flow that closes an entity's month: its input, its agenda, its moments. Names only. */
import type { CloseCheck } from '../rules/close/checks';
import { SEARCH_ATTRIBUTES, type FlowContract } from './contract';
import type { Told } from './moments';
import { blocked, type FlowAgenda, type ResolutionTable } from './step';

export type PeriodState = 'open' | 'closing' | 'closed' | 'reopened';

/** From the day that the close begins; then its owner is told. */
export const CLOSE_WITHIN_MS = 7 * 86_400_000;

export interface PeriodCloseInput {
  readonly periodId: string;
  readonly entity: string;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly closeWithinMs: number;
  /** Where people prepare and approve: `{pagesUrl}/finance/periods/{entity}/{month}`. */
  readonly pagesUrl?: string;
}

export interface PeriodAgenda extends FlowAgenda {
  readonly status: PeriodState;
  /** The close has begun and has not ended. */
  readonly isOut: boolean;
  /** Both have signed: the books are to be locked. */
  readonly due: 'lock' | null;
  /** Whose word it waits for; null: nobody's. */
  readonly waitsFor: 'prepare' | 'approve' | null;
  readonly holdingUp: readonly CloseCheck[];
  /** RFC 3339: the checks are made again then; null where nothing is closing. */
  readonly recheckAt: string | null;
}

interface OfPeriod {
  readonly periodId: string;
}

/** Beside those that every flow has. */
export interface PeriodMoments {
  /** Makes the checks anew; `now` by the flow's clock, RFC 3339. */
  recheckPeriod(of: OfPeriod & { readonly now: string }): Promise<Told<PeriodAgenda>>;
  /** Locks the books, once nothing is being posted in them; or says why not. */
  lockPeriod(of: OfPeriod): Promise<Told<PeriodAgenda>>;
}

export function closeWorkflowId(entity: string, month: string): string {
  return `close/${entity}/${month}`;
}

export const PERIOD_CLOSE_FLOW: FlowContract<PeriodCloseInput> = {
  type: 'periodClose',
  subject: 'period',
  priorityKey: 4,
  workflowId: ({ entity, month }) => closeWorkflowId(entity, month),
  summary: ({ entity, month }) => `Close ${month} of ${entity}`,
  searchAttributes: () => [{ name: SEARCH_ATTRIBUTES.status, value: 'closing' }],
  facts: {},
};

/** `moments/close/close-flow.ts` does it. */
export type CloseAction = 'signAnew';

/** What two people have signed is to be locked. */
export const blocksLock = () => blocked('lock');
/** It takes longer than it may. */
export const blocksClose = () => blocked('close');

/** By step. A retry locks by itself: the exception was all that held it. */
export const CLOSE_RESOLUTION_TABLES: Readonly<
  Record<string, { readonly resolutions: ResolutionTable<CloseAction> }>
> = {
  lock: { resolutions: { 'close.changed': { abandon: 'signAnew' } } },
};
