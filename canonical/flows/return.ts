/** The return-to-refund flow: its input, its agenda, its moments. Ids, amounts and step names only. */
import type { MoneyMode } from '../schema/channel';
import { SEARCH_ATTRIBUTES, type FlowContract } from './contract';
import type { Applied as AppliedTo, Closed, EffectEnded, Told } from './moments';
import type { AuthorizeDue, CaptureDue, RefundDue } from './order';
import type { FlowAgenda } from './step';

export const RETURN_STATUSES = [
  'requested',
  'approved',
  'denied',
  'in-transit',
  'received',
  'inspected',
  'awaiting-approval',
  'refunded',
  'closed',
  'expired',
] as const;
export type ReturnStatus = (typeof RETURN_STATUSES)[number];

export interface ReturnFlowInput {
  readonly rma: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  readonly moneyMode: MoneyMode;
  /** What was due when it was opened, in that transaction; null: it is asked. */
  readonly opened: ReturnAgenda | null;
  /** Where a person decides: `{pagesUrl}/exceptions/{id}`. */
  readonly pagesUrl?: string;
}

export interface ReturnUnits {
  readonly expected: number;
  readonly received: number;
  readonly inspected: number;
  readonly accepted: number;
}

export interface ReturnRefundDue extends RefundDue {
  readonly step: 'refund';
  readonly rma: string;
}

/** What was paid back in advance is charged again: authorized, then captured. */
export type ReturnChargeDue =
  | ({ readonly step: 'authorize'; readonly rma: string } & AuthorizeDue)
  | ({ readonly step: 'capture'; readonly rma: string } & CaptureDue);
export type ReturnAuthorizeDue = Extract<ReturnChargeDue, { step: 'authorize' }>;
export type ReturnCaptureDue = Extract<ReturnChargeDue, { step: 'capture' }>;

export interface ReturnAgenda extends FlowAgenda {
  readonly status: ReturnStatus;
  readonly units: ReturnUnits;
  /** Expected, and not here yet. */
  readonly isOut: boolean;
  /** RFC 3339: it is given up then; null: nothing is out. */
  readonly receiveBy: string | null;
  readonly currency: string;
  /** Owed for what was accepted, and how much of that has gone back. */
  readonly owedMinor: number;
  readonly refundedMinor: number;
  readonly locations: readonly string[];
  readonly refunds: readonly ReturnRefundDue[];
  /** Left out while there are none. */
  readonly charges?: readonly ReturnChargeDue[];
  /** The order that what is owed pays for is to be placed. */
  readonly isExchangeDue: boolean;
}

export type ReturnApplied = AppliedTo<ReturnAgenda>;
export type ReturnEffectAnswer = EffectEnded<ReturnAgenda>;

interface OfReturn {
  readonly rma: string;
}

/** Beside those that every flow has. */
export interface ReturnMoments {
  recordReturnReceived(of: OfReturn & { readonly eventNo: number }): Promise<ReturnApplied>;
  recordReturnInspected(of: OfReturn & { readonly eventNo: number }): Promise<ReturnApplied>;
  /** What goes out is ordered, paid by what is owed (rule 15). */
  placeExchange(of: OfReturn): Promise<Told<ReturnAgenda>>;
  /** What has not come in time is not expected any more. */
  giveUpExpected(of: OfReturn): Promise<Closed<ReturnAgenda>>;
}

export interface ReturnEffects {
  refundReturn(due: ReturnRefundDue): Promise<ReturnEffectAnswer>;
}
/** Where we move the money ourselves. */
export interface ReturnChargeEffects {
  authorizeChargeAgain(due: ReturnAuthorizeDue): Promise<ReturnEffectAnswer>;
  captureChargeAgain(due: ReturnCaptureDue): Promise<ReturnEffectAnswer>;
}

export const RETURN_SIGNALS = {
  received: 'returnReceived',
  inspected: 'returnInspected',
} as const;

export function returnWorkflowId(rma: string): string {
  return `return/${rma}`;
}

/** An order of that channel, whichever return of it an event is about. */
interface ReturnReference {
  readonly rma?: string;
}

export const RETURN_FLOW: FlowContract<ReturnFlowInput> = {
  type: 'returnToRefund',
  subject: 'return',
  priorityKey: 3,
  workflowId: ({ rma }) => returnWorkflowId(rma),
  summary: ({ channelInstance, orderNo }) => `Return of order ${orderNo} of ${channelInstance}`,
  fairnessKey: ({ channelInstance }) => channelInstance,
  searchAttributes: ({ channelInstance, orderNo, opened }) => [
    { name: SEARCH_ATTRIBUTES.channel, value: channelInstance },
    { name: SEARCH_ATTRIBUTES.orderNo, value: orderNo },
    { name: SEARCH_ATTRIBUTES.status, value: opened?.status ?? 'approved' },
  ],
  facts: {
    'return.received.v1': { signal: RETURN_SIGNALS.received, afterEnd: 'exception' },
    'return.inspected.v1': { signal: RETURN_SIGNALS.inspected, afterEnd: 'exception' },
  },
  again: (input) => ({ ...input, opened: null }),
  addressOf: ({ rma }: ReturnReference) =>
    rma === undefined ? null : { workflowId: returnWorkflowId(rma) },
};
