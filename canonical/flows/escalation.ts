/** The flow that brings what is overdue before its owners: how often, and to whom it is told. */
import type { Owner } from '../schema/error-codes';
import type { FlowContract } from './contract';

/**
 * How often one opening of an exception is brought up: when its deadline has passed, and each time
 * as long again as it had, while nobody resolved it. After the last it stays `escalated`.
 */
export const ESCALATION_STEPS = 3;

export interface EscalationInput {
  readonly lookEveryMs: number;
}

/** What one look did, by owner: how many were escalated. */
export interface Escalated {
  readonly cases: Readonly<Partial<Record<Owner, number>>>;
}

export interface EscalationActivities {
  escalateOverdue(): Promise<Escalated>;
}

export const ESCALATION_FLOW: FlowContract<EscalationInput> = {
  type: 'escalation',
  subject: 'platform',
  priorityKey: 5,
  workflowId: () => 'escalation',
  summary: () => 'Brings what is overdue before its owners',
  facts: {},
};
