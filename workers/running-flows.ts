/** Which workflows Temporal runs. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { eachInParallel } from '../activities/pace';

const IDS_A_QUERY = 100;
const CALLS_IN_PARALLEL = 4;
/** What needs no quoting in a list filter; any other id is asked for by itself. */
const PLAIN_ID = /^[\w./:-]+$/;

/**
 * The list of workflows may be a little behind: one that it does not show is asked for by itself.
 */
export function runningFlows(
  client: Client,
): (workflowIds: readonly string[]) => Promise<ReadonlySet<string>> {
  return async (workflowIds) => {
    const running = new Set<string>();
    const plain = workflowIds.filter((id) => PLAIN_ID.test(id));
    const queries = Array.from({ length: Math.ceil(plain.length / IDS_A_QUERY) }, (_, index) =>
      plain.slice(index * IDS_A_QUERY, (index + 1) * IDS_A_QUERY),
    );
    await eachInParallel(queries, CALLS_IN_PARALLEL, async (ids) => {
      const isOneOf = ids.map((id) => `'${id}'`).join(', ');
      const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${isOneOf})`;
      try {
        for await (const { workflowId } of client.workflow.list({ query })) running.add(workflowId);
      } catch {
        // A list that cannot be read: each is asked for by itself.
      }
    });
    const unseen = workflowIds.filter((id) => !running.has(id));
    await eachInParallel(unseen, CALLS_IN_PARALLEL, async (id) => {
      if (await isRunning(client, id)) running.add(id);
    });
    return running;
  };
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
