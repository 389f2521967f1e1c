/** Starts of flows, with the same options whoever asks for them. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { FLOWS_TASK_QUEUE, orderStartOptions } from '../canonical/flows/order-start';
import type { OrderFlowInput } from '../canonical/flows/order';
import { POSTING_WORKFLOW_TYPE, postingWorkflowId } from '../workflows/posting/address';
import { PUBLISHING_WORKFLOW_TYPE, publishingWorkflowId } from '../workflows/publishing/address';

/** Settlement and posting come after anything that a customer waits for. */
const POSTING_PRIORITY_KEY = 4;
const PUBLISHING_PRIORITY_KEY = 3;

/**
 * Starts an order's flow where it has not been started; `again` where Postgres says that the order
 * is open and Temporal knows no running flow of it: the new one goes on from what Postgres knows.
 */
export async function startOrder(
  client: Client,
  input: OrderFlowInput,
  mode: 'first' | 'again' = 'first',
): Promise<'started' | 'ended-already'> {
  const { workflowType, searchAttributes, ...options } = orderStartOptions(input);
  try {
    await client.workflow.start(workflowType, {
      ...options,
      args: [input],
      typedSearchAttributes: searchAttributes.map(({ name, value }) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value,
      })),
      workflowIdReusePolicy: mode === 'first' ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      requestEagerStart: true,
    });
    return 'started';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'ended-already';
    throw error;
  }
}

/** Started, or running already: the promise ends with that run. */
export interface RunningFlow {
  readonly ended: Promise<void>;
}

export function startPublishing(client: Client, destination: string): Promise<RunningFlow> {
  return startBeside(client, PUBLISHING_WORKFLOW_TYPE, {
    workflowId: publishingWorkflowId(destination),
    input: { destination },
    staticSummary: `Tells ${destination} what became true here`,
    priorityKey: PUBLISHING_PRIORITY_KEY,
  });
}

export function startPosting(client: Client, erpInstance: string): Promise<RunningFlow> {
  return startBeside(client, POSTING_WORKFLOW_TYPE, {
    workflowId: postingWorkflowId(erpInstance),
    input: { erpInstance },
    staticSummary: `Posts summarised journals to ${erpInstance}`,
    priorityKey: POSTING_PRIORITY_KEY,
  });
}

async function startBeside(
  client: Client,
  workflowType: string,
  flow: {
    readonly workflowId: string;
    readonly input: object;
    readonly staticSummary: string;
    readonly priorityKey: number;
  },
): Promise<RunningFlow> {
  const handle = await client.workflow.start(workflowType, {
    workflowId: flow.workflowId,
    taskQueue: FLOWS_TASK_QUEUE,
    args: [flow.input],
    staticSummary: flow.staticSummary,
    priority: { priorityKey: flow.priorityKey },
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  // However that run ends, the next due row begins another.
  const ended = handle.result().then(
    () => undefined,
    () => undefined,
  );
  return { ended };
}
