/**
 * What the order-to-cash flow is told and what it asks: its input, its messages, the moments
 * (one Postgres transaction each, run as local activities) and the effects (one call to another
 * system each). Everything here is ids, amounts and step names: no personal data enters a history.
 */
import type { ExceptionBrief } from '../schema/exception';
import type { MoneyMode } from '../schema/channel';
import type { Applied as AppliedTo, EffectEnded } from './moments';
import type { FlowAgenda } from './step';
import type { OrderStatus, TenderState } from '../rules/order/state';

/** Lines shown in a flow's details; an order of 10,000 lines must not fill its history. */
export const MAX_LINES_SHOWN = 20;

export interface OrderFlowInput {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly correlationId: string;
  readonly moneyMode: MoneyMode;
  /** What was due when the API or the router accepted it, in that transaction; null: it waits. */
  readonly accepted: OrderAgenda | null;
  readonly fulfilmentDeadlineMs: number;
  /** Where a person decides: `{pagesUrl}/exceptions/{id}`. None where no address is known. */
  readonly pagesUrl?: string;
}

/** What the process that accepts an order adds to its flow's input. */
export type OrderFlowSettings = Pick<OrderFlowInput, 'fulfilmentDeadlineMs' | 'pagesUrl'>;

/** A hold's origin; its reason stays in Postgres. */
export interface HeldBy {
  /** The holder of the key that placed it, or the channel that sent the order with it. */
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
}

/** An order as its flow sees it after a moment. */
export interface OrderBrief {
  readonly status: OrderStatus;
  readonly currency: string;
  readonly totalMinor: number;
  readonly location: string | null;
  readonly isOnHold: boolean;
  /** Only while it is held. */
  readonly held?: HeldBy;
  readonly units: {
    readonly ordered: number;
    readonly reserved: number;
    readonly released: number;
    readonly shipped: number;
    /** Left out while there are none. */
    readonly pickedUp?: number;
    readonly cancelled: number;
  };
  /** The first MAX_LINES_SHOWN; `lineCount` says how many there are. */
  readonly lines: readonly {
    readonly lineNo: number;
    readonly sku: string;
    readonly ordered: number;
    readonly reserved: number;
    readonly released: number;
    readonly shipped: number;
    readonly pickedUp?: number;
    readonly cancelled: number;
  }[];
  readonly lineCount: number;
  /** Who sends what: units by group. */
  readonly groups: readonly {
    readonly groupNo: number;
    /** Left out where it ships. */
    readonly kind?: 'pickup';
    readonly location: string;
    /** Null: a store holds it. */
    readonly account: string | null;
    readonly state: 'planned' | 'released' | 'rejected';
    readonly reserved: number;
    readonly released: number;
    readonly shipped: number;
    readonly pickedUp?: number;
    readonly cancelled: number;
  }[];
  readonly tenders: readonly {
    readonly tenderNo: number;
    readonly state: TenderState;
    readonly amountMinor: number;
    readonly capturedMinor: number;
    readonly refundedMinor: number;
  }[];
}

interface MoneyDue {
  readonly orderId: string;
  /** Who moves the tender's money. */
  readonly account: string;
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** The effect's key, fixed by the moment that planned it. */
  readonly key: string;
}
export interface AuthorizeDue extends MoneyDue {
  readonly authorizationNo: number;
}
export interface CaptureDue extends MoneyDue {
  readonly invoiceNo: number;
  readonly authorizationNo: number;
  readonly isFinal: boolean;
}
export interface VoidDue extends MoneyDue {
  readonly authorizationNo: number;
}
export interface RefundDue extends MoneyDue {
  readonly refundNo: number;
}
/** A step with money that is due now, in the order it has to be done. */
export type MoneyStep =
  | ({ readonly step: 'authorize' } & AuthorizeDue)
  | ({ readonly step: 'capture' } & CaptureDue)
  | ({ readonly step: 'void' } & VoidDue)
  | ({ readonly step: 'refund' } & RefundDue);

export interface ReleaseDue {
  readonly orderId: string;
  readonly groupNo: number;
  /** The warehouse account whose queue takes it. */
  readonly account: string;
  readonly location: string;
  readonly units: number;
  readonly key: string;
}

/** A store is to be asked to hold a group for whoever collects it: a moment, no call. */
export interface PickupDue {
  readonly orderId: string;
  readonly groupNo: number;
  readonly storeId: string;
  readonly units: number;
}

/** What is never sent is the buyer's from now on: a moment, no call. */
export interface AccessDue {
  readonly orderId: string;
  readonly units: number;
}

export type AcceptOutcome =
  | { readonly outcome: 'accepted'; readonly order: OrderBrief }
  | { readonly outcome: 'waiting'; readonly exceptions: readonly ExceptionBrief[] }
  | { readonly outcome: 'rejected'; readonly reason: string };

/**
 * What is due for an order, asked of Postgres: the flow does these in order, then waits. A step
 * whose exception is open is not due; it is listed under `blockedBy`.
 */
export interface OrderAgenda extends FlowAgenda {
  readonly order: OrderBrief;
  readonly money: readonly MoneyStep[];
  readonly releases: readonly ReleaseDue[];
  /** Left out where there are none. */
  readonly pickups?: readonly PickupDue[];
  /** Left out where there is none. */
  readonly access?: AccessDue;
  readonly blockedBy: readonly ExceptionBrief[];
  /** Every unit is shipped or cancelled, and no money step is due or blocked. */
  readonly isSettled: boolean;
}

/** A moment's answer: what is due after it. */
export type Applied = AppliedTo<OrderAgenda>;
/** Refused: a definite no, the exception that says so is open. */
export type EffectAnswer = EffectEnded<OrderAgenda>;

/**
 * Who decided and why is free text: it stays in Postgres. The API writes the `decision` row
 * (action `cancel`, subject the order id) before it calls the update; an event's words are in its
 * inbox row. The history carries the id alone.
 */
export interface CancelDecision {
  /** The caller's idempotency key, or `event:{eventNo}`: the same decision twice is one. */
  readonly decisionId: string;
  readonly orderId: string;
  /** Null: everything that has not shipped. */
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[] | null;
  /** Set where the decision came as an event: the row of the inbox it applies. */
  readonly eventNo: number | null;
}
export interface RecallDue {
  readonly orderId: string;
  readonly decisionId: string;
  readonly groupNo: number;
  readonly account: string;
  /** The fulfilment request's key, and the recall's own. */
  readonly requestKey: string;
  readonly key: string;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}
/** What a cancel would touch: released units must be recalled before they are cancelled. */
export type CancelPlan =
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'planned'; readonly recalls: readonly RecallDue[] };
export interface RecallAnswer {
  readonly groupNo: number;
  readonly lines: readonly { readonly lineNo: number; readonly quantity: number }[];
}
export interface CancelResult {
  readonly outcome: 'cancelled' | 'partly-cancelled' | 'refused';
  readonly cancelled: readonly { readonly lineNo: number; readonly quantity: number }[];
  readonly reason: string | null;
  readonly agenda: OrderAgenda | null;
}
/** As with a cancel, the `decision` row (action `hold` or `release-hold`) holds who and why. */
export interface HoldDecision {
  readonly decisionId: string;
  readonly orderId: string;
}
export type HoldResult =
  | { readonly outcome: 'held' | 'released'; readonly agenda: OrderAgenda | null }
  | { readonly outcome: 'refused'; readonly reason: string };

/** Moments beside those that every flow has: each one transaction, idempotent, as local activities. */
export interface OrderMoments {
  /** For an order that waits: maps, checks, sources and reserves again. */
  acceptOrder(input: { readonly orderId: string }): Promise<AcceptOutcome>;
  recordShipment(input: { readonly orderId: string; readonly eventNo: number }): Promise<Applied>;
  /** The store holds the group from now on: its pickup's own flow begins. */
  startPickup(input: {
    readonly orderId: string;
    readonly groupNo: number;
    readonly pagesUrl?: string;
  }): Promise<Applied>;
  /** Lines that nobody sends are invoiced: their buyer has access to what they are. */
  giveAccess(input: { readonly orderId: string }): Promise<Applied>;
  recordRejection(input: { readonly orderId: string; readonly eventNo: number }): Promise<Applied>;
  planCancellation(decision: CancelDecision): Promise<CancelPlan>;
  cancelOrder(
    decision: CancelDecision & { readonly recalled: readonly RecallAnswer[] },
  ): Promise<CancelResult>;
  placeHold(decision: HoldDecision): Promise<HoldResult>;
  liftHold(decision: HoldDecision): Promise<HoldResult>;
}

/** Effects: each one call to another system under its key, then the moment that records it. */
export interface MoneyEffects {
  authorizePayment(order: AuthorizeDue): Promise<EffectAnswer>;
  captureShipment(order: CaptureDue): Promise<EffectAnswer>;
  voidAuthorization(order: VoidDue): Promise<EffectAnswer>;
  refundPayment(order: RefundDue): Promise<EffectAnswer>;
}
export interface WarehouseEffects {
  releaseToWarehouse(order: ReleaseDue): Promise<EffectAnswer>;
  recallFromWarehouse(order: RecallDue): Promise<RecallAnswer>;
}

/** Signals: a fact or a decision's row is in Postgres; the message only says which. */
export const ORDER_SIGNALS = {
  shipmentConfirmed: 'shipmentConfirmed',
  fulfilmentRejected: 'fulfilmentRejected',
  cancelRequested: 'cancelRequested',
} as const;

/** Updates: decisions by people and channels, answered with their result. */
export const ORDER_UPDATES = {
  cancelOrder: 'cancelOrder',
  holdOrder: 'holdOrder',
  releaseHold: 'releaseHold',
} as const;
export type CancelRequest = Omit<CancelDecision, 'orderId' | 'eventNo'>;
export type HoldRequest = Omit<HoldDecision, 'orderId'>;

export const ORDER_WORKFLOW_TYPE = 'orderToCash';

/** The one place that knows how an order's flow is called. */
export function orderWorkflowId(channelInstance: string, orderNo: string): string {
  return `order/${channelInstance}/${orderNo}`;
}
