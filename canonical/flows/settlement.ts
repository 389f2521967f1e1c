/** The settlement flow: its input, its agenda, its moments. References, amounts and names only. */
import { SEARCH_ATTRIBUTES, type FlowContract } from './contract';
import type { Told } from './moments';
import type { FlowAgenda } from './step';

export const SETTLEMENT_STATUSES = [
  'received',
  'untied',
  'tied',
  'matching',
  'posted',
  'paid',
  'bank-matched',
  'closed',
] as const;
export type SettlementStatus = (typeof SETTLEMENT_STATUSES)[number];

export interface SettlementFlowInput {
  readonly settlementId: string;
  /** The vendor's reader: `stripe`. */
  readonly source: string;
  /** The clearing account: `stripe-us`. */
  readonly account: string;
  /** The vendor's own. */
  readonly reference: string;
  /** From its booking on, for its payout to be seen at the bank. */
  readonly bankWithinMs: number;
  /** Where a person decides: `{pagesUrl}/exceptions/{id}`. */
  readonly pagesUrl?: string;
}

export interface SettlementAgenda extends FlowAgenda {
  readonly status: SettlementStatus;
  /** What is done next without anybody: its bytes are read, or what they say is booked. */
  readonly due: 'stage' | 'book' | null;
  readonly lineCount: number;
  /** Null until it is read. */
  readonly currency: string | null;
  readonly netMinor: number | null;
  /** Of its net, what the bank has shown. */
  readonly bankMinor: number;
  /** It is booked, and the bank has not shown all of it. */
  readonly isOut: boolean;
  /** RFC 3339: what is not explained is looked at again then; null where nothing is. */
  readonly recheckAt: string | null;
}

interface OfSettlement {
  readonly settlementId: string;
}

/** Beside those that every flow has. */
export interface SettlementMoments {
  /** Minutes for a big file; the next one begins it anew after a crash. */
  stageSettlement(of: OfSettlement): Promise<Told<SettlementAgenda>>;
  bookSettlement(of: OfSettlement): Promise<Told<SettlementAgenda>>;
  /** What was not known when it was booked may be here now; `now` by the flow's clock, RFC 3339. */
  recheckSettlement(of: OfSettlement & { readonly now: string }): Promise<Told<SettlementAgenda>>;
}

export function settlementWorkflowId(source: string, reference: string): string {
  return `settlement/${source}/${reference}`;
}

export const SETTLEMENT_FLOW: FlowContract<SettlementFlowInput> = {
  type: 'settlement',
  subject: 'settlement',
  priorityKey: 4,
  workflowId: ({ source, reference }) => settlementWorkflowId(source, reference),
  summary: ({ account, reference }) => `Settlement ${reference} of ${account}`,
  fairnessKey: ({ account }) => account,
  searchAttributes: ({ account }) => [
    { name: SEARCH_ATTRIBUTES.channel, value: account },
    { name: SEARCH_ATTRIBUTES.status, value: 'received' },
  ],
  facts: {},
};
