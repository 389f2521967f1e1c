/**
 * The store-pickup flow as everybody outside of it knows it: its input, its messages, its moments.
 * Ids, units and instants only: who collects, in which car and with which document stays in Postgres.
 */
import type { PickupState, PickupUnits } from '../rules/pickup/state';
import { SEARCH_ATTRIBUTES, type FlowContract } from './contract';
import type { Applied, Closed, EffectEnded } from './moments';
import { blocked, type FlowAgenda } from './step';

export interface PickupFlowInput {
  readonly pickupId: string;
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly groupNo: number;
  readonly storeId: string;
  /** What was due when it was opened, in that transaction; null: it is asked. */
  readonly first: PickupAgenda | null;
  readonly pagesUrl?: string;
}

/** What the flow is woken for. */
export type WokenFor = 'pick' | 'reminder' | 'deadline';

/** A pickup as its flow sees it after a moment. Instants are RFC 3339 in UTC, `…Local` in words. */
export interface PickupBrief {
  readonly pickupId: string;
  readonly orderId: string;
  readonly storeId: string;
  readonly state: PickupState;
  /** Goes up with every moment: of two agendas the higher one is today's. */
  readonly version: number;
  readonly units: PickupUnits;
  /** In the store's local time, for a person: `Sat 2026-03-07 20:00 EST`. */
  readonly pickByLocal: string;
  readonly deadlineLocal: string | null;
  readonly remindersSentLocal: readonly string[];
  readonly remindersPlannedLocal: readonly string[];
  readonly extensions: readonly {
    readonly by: string;
    readonly beforeLocal: string;
    readonly untilLocal: string;
  }[];
  readonly rejections: readonly {
    readonly reason: string;
    readonly units: number;
    readonly outcome: string | null;
  }[];
}

/** What units are taxed with at another place is to be asked. */
export interface QuoteDue extends OfPickup {
  readonly step: 'quote';
  readonly key: string;
  readonly reSourcingNo: number;
  /** The tax service's. */
  readonly account: string;
  /** Null: the customer's home. */
  readonly storeId: string | null;
  readonly units: number;
}

export interface PickupAgenda extends FlowAgenda {
  readonly pickup: PickupBrief;
  /** Left out: nothing is asked of anybody. */
  readonly quotes?: readonly QuoteDue[];
  /** When the flow has to do something by itself; null: it waits for others. */
  readonly wake: { readonly at: string; readonly for: WokenFor } | null;
}

/** What a press sends along with its signal; somebody may have typed anything into the UI. */
export function isPickupAgenda(
  told: unknown,
  pickupId: string,
): told is { readonly agenda: PickupAgenda } {
  if (typeof told !== 'object' || told === null || !('agenda' in told)) return false;
  const { agenda } = told;
  if (typeof agenda !== 'object' || agenda === null || !('pickup' in agenda)) return false;
  const { pickup } = agenda;
  return (
    typeof pickup === 'object' &&
    pickup !== null &&
    'pickupId' in pickup &&
    pickup.pickupId === pickupId &&
    'version' in pickup &&
    typeof pickup.version === 'number' &&
    'units' in pickup &&
    'wake' in agenda &&
    // What others are to be asked is read from Postgres alone.
    !('quotes' in agenda) &&
    'blockedBy' in agenda &&
    Array.isArray(agenda.blockedBy) &&
    'isSettled' in agenda &&
    typeof agenda.isSettled === 'boolean'
  );
}

export const PICKUP_SIGNALS = {
  accepted: 'pickupAccepted',
  ready: 'pickupReady',
  arrived: 'pickupCustomerArrived',
  handedOver: 'pickupHandedOver',
  rejected: 'pickupRejected',
  substituted: 'pickupSubstituted',
  noShow: 'pickupNoShow',
} as const;

export const PICKUP_WORKFLOW_TYPE = 'storePickup';

/** Nobody answered the pick request. */
export const PICKED_IN_TIME = blocked('pick');
/** Units that the store cannot give. */
export const blocksRejection = (rejectionNo: number) => blocked('reject', { rejectionNo });

export interface OfPickup {
  readonly pickupId: string;
}

type RecordFact = (of: OfPickup & { readonly eventNo: number }) => Promise<Applied<PickupAgenda>>;

export type QuoteAnswer = EffectEnded<PickupAgenda>;
/** What a pickup asks of a tax service. */
export interface QuoteEffects {
  quoteTax(due: QuoteDue): Promise<QuoteAnswer>;
}

/** Beside those that every flow has: one Postgres transaction each. */
export interface PickupMoments {
  recordAccepted: RecordFact;
  recordReady: RecordFact;
  recordArrived: RecordFact;
  recordHandedOver: RecordFact;
  recordStoreRejection: RecordFact;
  recordSubstitution: RecordFact;
  recordNoShow: RecordFact;
  /** What is due by the clock: the pick time-out, a reminder, the deadline; closes where that ends it. */
  wakePickup(of: OfPickup & { readonly at: string }): Promise<Closed<PickupAgenda>>;
}

/** `pu_` + the order's id without its prefix + the group's number. */
export function pickupIdOf(orderId: string, groupNo: number): string {
  return `pu_${orderId.slice(orderId.indexOf('_') + 1)}-${groupNo}`;
}

export function orderIdOfPickup(pickupId: string): string {
  return `ord_${pickupId.slice(pickupId.indexOf('_') + 1, pickupId.lastIndexOf('-'))}`;
}

/** The one place that knows how a pickup's flow is called. */
export function pickupWorkflowId(
  channelInstance: string,
  orderNo: string,
  groupNo: number,
): string {
  return `pickup/${channelInstance}/${orderNo}/${groupNo}`;
}

interface PickupReference {
  readonly pickupId?: string;
  readonly channelInstance?: string;
  readonly orderNo?: string;
  readonly groupNo?: number;
}

export const PICKUP_FLOW: FlowContract<PickupFlowInput> = {
  type: PICKUP_WORKFLOW_TYPE,
  subject: 'pickup',
  priorityKey: 1,
  workflowId: ({ channelInstance, orderNo, groupNo }) =>
    pickupWorkflowId(channelInstance, orderNo, groupNo),
  summary: ({ channelInstance, orderNo, storeId }) =>
    `Pickup of order ${orderNo} of ${channelInstance} at ${storeId}`,
  fairnessKey: ({ channelInstance }) => channelInstance,
  searchAttributes: ({ channelInstance, orderNo, storeId }) => [
    { name: SEARCH_ATTRIBUTES.channel, value: channelInstance },
    { name: SEARCH_ATTRIBUTES.orderNo, value: orderNo },
    { name: SEARCH_ATTRIBUTES.node, value: storeId },
    { name: SEARCH_ATTRIBUTES.status, value: 'open' },
    { name: SEARCH_ATTRIBUTES.waitingFor, value: 'pickup' },
  ],
  facts: {
    'pickup.accepted.v1': { signal: PICKUP_SIGNALS.accepted, afterEnd: 'superseded' },
    'pickup.ready.v1': { signal: PICKUP_SIGNALS.ready, afterEnd: 'superseded' },
    'pickup.customer-arrived.v1': { signal: PICKUP_SIGNALS.arrived, afterEnd: 'superseded' },
    // Goods that left are news whatever the pickup's state: an expired sale is revived by it.
    'pickup.handed-over.v1': { signal: PICKUP_SIGNALS.handedOver, afterEnd: 'reopened' },
    'pickup.rejected.v1': { signal: PICKUP_SIGNALS.rejected, afterEnd: 'superseded' },
    'pickup.substituted.v1': { signal: PICKUP_SIGNALS.substituted, afterEnd: 'superseded' },
    'pickup.no-show.v1': { signal: PICKUP_SIGNALS.noShow, afterEnd: 'superseded' },
  },
  addressOf: ({ pickupId, channelInstance = '', orderNo = '', groupNo = 0 }: PickupReference) =>
    pickupId === undefined
      ? { workflowId: pickupWorkflowId(channelInstance, orderNo, groupNo) }
      : { subjectId: pickupId },
  again: (input) => ({ ...input, first: null }),
};
