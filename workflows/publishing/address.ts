/** How the flow that tells one account what it is to be told is called. */
export const PUBLISHING_WORKFLOW_TYPE = 'publishing';

export interface PublishingInput {
  /** The account's queue: `commerce.shopify-us`, `erp.netsuite-us` … */
  readonly destination: string;
}

export function publishingWorkflowId(destination: string): string {
  return `publishing/${destination}`;
}
