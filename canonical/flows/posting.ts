/** The flow that posts the subledger's journals to one ERP. */
import type { FlowContract } from './contract';

export interface PostingInput {
  readonly erpInstance: string;
  /** Where a person decides. None where no address is known. */
  readonly pagesUrl?: string;
}

export const POSTING_FLOW: FlowContract<PostingInput> = {
  type: 'posting',
  subject: 'account',
  priorityKey: 4,
  workflowId: ({ erpInstance }) => `posting/${erpInstance}`,
  summary: ({ erpInstance }) => `Posts summarised journals to ${erpInstance}`,
  facts: {},
};
