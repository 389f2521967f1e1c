/** How the flow that posts to one ERP is called. */
export const POSTING_WORKFLOW_TYPE = 'posting';

export interface PostingInput {
  readonly erpInstance: string;
}

export function postingWorkflowId(erpInstance: string): string {
  return `posting/${erpInstance}`;
}
