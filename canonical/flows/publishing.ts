/** The flow that tells one account what it is to be told. */
import type { FlowContract } from './contract';

export interface PublishingInput {
  /** The account's queue: `commerce.shopify-us`, `erp.netsuite-us` … */
  readonly destination: string;
  /** Where a person decides. None where no address is known. */
  readonly pagesUrl?: string;
}

export const PUBLISHING_FLOW: FlowContract<PublishingInput> = {
  type: 'publishing',
  subject: 'account',
  priorityKey: 3,
  workflowId: ({ destination }) => `publishing/${destination}`,
  summary: ({ destination }) => `Tells ${destination} what became true here`,
  facts: {},
};
