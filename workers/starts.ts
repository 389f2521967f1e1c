/** Starts of flows, with the same options whoever asks for them. */
import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowHandleWithStartDetails,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { startOf, type FlowContract } from '../canonical/flows/contract';

/**
 * Starts a flow that Postgres has opened, where it has not been started; `again` where Temporal
 * knows no running one: the new run goes on from what Postgres knows.
 */
export async function startOpened(
  client: Client,
  contract: FlowContract,
  input: object,
  mode: 'first' | 'again' = 'first',
): Promise<'started' | 'ended-already'> {
  const isFirst = mode === 'first';
  const begin = isFirst ? input : (contract.again?.(input) ?? input);
  const policy = isFirst ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE';
  try {
    await start(client, contract, begin, policy);
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

/** One that runs while there is work of its kind, and is begun again when there is more. */
export async function startBeside(
  client: Client,
  contract: FlowContract,
  input: object,
): Promise<RunningFlow> {
  const handle = await start(client, contract, input, 'ALLOW_DUPLICATE');
  // However that run ends, the next work that is due begins another.
  const ended = handle.result().then(
    () => undefined,
    () => undefined,
  );
  return { ended };
}

function start(
  client: Client,
  contract: FlowContract,
  input: object,
  workflowIdReusePolicy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE',
): Promise<WorkflowHandleWithStartDetails> {
  const { workflowType, searchAttributes, ...options } = startOf(contract, input);
  return client.workflow.start(workflowType, {
    ...options,
    typedSearchAttributes: searchAttributes.map(({ name, value }) => ({
      key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      value,
    })),
    workflowIdReusePolicy,
    workflowIdConflictPolicy: 'USE_EXISTING',
    requestEagerStart: true,
  });
}
