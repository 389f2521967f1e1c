/** A pickup as its rows say it is: what a moment decides on, and its flow's next step follows from. */
import type { ExceptionBrief } from '../../schema/exception';
import type { PickupState, PickupUnits } from './state';
import type { StoreClock } from './store-clock';

export interface PickupLineSnapshot extends PickupUnits {
  readonly lineNo: number;
  readonly sku: string;
}

/** Units of a line. */
export interface LineUnits {
  readonly lineNo: number;
  readonly quantity: number;
}

export interface PickupExtension {
  readonly extensionNo: number;
  /** The label of the key that asked for it. */
  readonly by: string;
  readonly beforeAt: string;
  readonly untilAt: string;
}

export const REJECTION_OUTCOMES = [
  'asked-again',
  'cancelled',
  're-sourced',
  'to-shipping',
  'substituted',
] as const;
export type RejectionOutcome = (typeof REJECTION_OUTCOMES)[number];

export interface PickupRejection {
  readonly rejectionNo: number;
  readonly reason: string;
  readonly lines: readonly LineUnits[];
  /** Null: nobody has decided yet what becomes of them. */
  readonly outcome: RejectionOutcome | null;
}

/** To a store, or null: to the customer's home. */
export type PlaceInstead = string | null;

export type ReSourcingState = 'quoting' | 'moved' | 'impossible' | 'not-wanted';

/**
 * Units that were not picked in time on their way to another place by themselves; what they are taxed
 * with there is asked first.
 */
export interface ReSourcing {
  readonly reSourcingNo: number;
  readonly storeId: PlaceInstead;
  readonly lines: readonly LineUnits[];
  /** The tax service's. */
  readonly account: string;
  /** The store's time that was over: with another one it has answered since. */
  readonly pickBy: string;
  readonly state: ReSourcingState;
}

/** Instants are RFC 3339 in UTC. */
export interface PickupSnapshot {
  readonly pickupId: string;
  readonly orderId: string;
  readonly groupNo: number;
  readonly workflowId: string;
  readonly orderWorkflowId: string;
  readonly storeId: string;
  readonly storeName: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly correlationId: string;
  readonly state: PickupState;
  /** Goes up with every moment. */
  readonly version: number;
  readonly code: string;
  /** Personal: who collects in the buyer's place, as the buyer said; null: nobody was named. */
  readonly collector: string | null;
  readonly pickBy: string;
  readonly acceptedAt: string | null;
  readonly readyNo: number;
  readonly readyAt: string | null;
  readonly deadlineAt: string | null;
  /** Planned and not sent yet, in order. */
  readonly remindersAt: readonly string[];
  readonly remindersSent: readonly string[];
  readonly arrivedAt: string | null;
  readonly endedAt: string | null;
  readonly putBackDueAt: string | null;
  readonly putBackAt: string | null;
  readonly handovers: number;
  readonly lines: readonly PickupLineSnapshot[];
  readonly extensions: readonly PickupExtension[];
  readonly rejections: readonly PickupRejection[];
  readonly reSourcings: readonly ReSourcing[];
  readonly clock: StoreClock;
  readonly exceptions: readonly ExceptionBrief[];
}
