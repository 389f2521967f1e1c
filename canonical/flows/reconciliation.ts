/** The flow that holds our books against those of commerce, warehouse, payment and ERP. */
import type { FlowContract } from './contract';

export interface ReconciliationInput {
  readonly lookEveryMs: number;
}

/** What one look found. */
export interface Reconciled {
  /** True: everything was compared, not only what was written since the last clean one. */
  readonly isWhole: boolean;
  readonly named: number;
  readonly known: number;
  readonly left: number;
  readonly closed: number;
  readonly unreadable: readonly string[];
}

export interface ReconciliationActivities {
  reconcile(): Promise<Reconciled>;
}

export const RECONCILIATION_FLOW: FlowContract<ReconciliationInput> = {
  type: 'reconciliation',
  subject: 'platform',
  priorityKey: 5,
  workflowId: () => 'reconciliation',
  summary: () => 'Holds our books against those of the other systems',
  facts: {},
};
