/**
 * Decisions asked of an order's flow: Temporal updates, each under the caller's key. A flow that the
 * relay has not started yet is started with the update, with exactly the relay's options; so is one
 * that was terminated or lost, as the relay starts it again.
 */
import {
  Client,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  ServiceError,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey, type Workflow } from '@temporalio/common';
import type { FlowStart } from '../canonical/flows/contract';
import { ERROR_CODES, type ErrorCode } from '../canonical/schema/error-codes';
import type { ORDER_UPDATES } from '../canonical/flows/order';
import { Problem } from './http/problem';

/** How long a caller waits for a flow's answer; the update itself goes on after it. */
export const UPDATE_WAIT_MS = 20_000;
const CONNECT_WAIT_MS = 2_000;
const PROBE_WAIT_MS = 800;

export interface FlowUpdate {
  readonly workflowId: string;
  readonly name: keyof typeof ORDER_UPDATES;
  /** The same id is the same update, whose answer comes again. */
  readonly updateId: string;
  readonly request: object;
  /** Null where the flow runs: the relay has started it. */
  readonly start: UpdateStart | null;
}

/** `first`: the relay has still to make it; `again`: the flow was lost, and is to go on. */
export interface UpdateStart {
  readonly mode: 'first' | 'again';
  readonly options: FlowStart;
}

/** Temporal knows no running flow: whether the order is closed is for Postgres to say. */
export class FlowNotRunningError extends Error {
  override readonly name = 'FlowNotRunningError';
}

/** The server's word for an update whose flow ended before it answered. */
const ENDED_UNANSWERED = 'AcceptedUpdateCompletedWorkflow';

export interface OrderFlows {
  /**
   * The flow's answer, unread.
   * @throws FlowNotRunningError where it has ended, or was terminated or lost
   * @throws Problem unavailable, or the flow's own code
   */
  update(update: FlowUpdate): Promise<unknown>;
  /** Resolves where the server answers. @throws whatever the connection throws */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export interface TemporalServer {
  /** Address, and where it is behind TLS: that, and a key. */
  readonly connection: ConnectionOptions;
  readonly namespace: string;
}

/** Connects when it is first needed, and again after a failed try. */
export function connectOrderFlows(server: TemporalServer): OrderFlows {
  let connecting: Promise<Client> | undefined;
  const client = async (): Promise<Client> => {
    connecting ??= Connection.connect({
      ...server.connection,
      connectTimeout: CONNECT_WAIT_MS,
    }).then((connection) => new Client({ connection, namespace: server.namespace }));
    try {
      return await connecting;
    } catch (error) {
      connecting = undefined;
      throw error;
    }
  };
  return {
    async update(update) {
      try {
        const temporal = await client();
        const deadline = Date.now() + UPDATE_WAIT_MS;
        return await temporal.withDeadline(deadline, () => execute(temporal, update));
      } catch (error) {
        throw isNotRunning(error) ? new FlowNotRunningError(update.workflowId) : flowProblem(error);
      }
    },
    async probe() {
      const temporal = await client();
      await temporal.withDeadline(Date.now() + PROBE_WAIT_MS, () =>
        temporal.workflowService.getSystemInfo({}),
      );
    },
    async close() {
      const open = await connecting?.catch(() => undefined);
      await open?.connection.close();
    },
  };
}

function execute(temporal: Client, update: FlowUpdate): Promise<unknown> {
  const { workflowId, name, updateId, request, start } = update;
  if (start === null) {
    const handle = temporal.workflow.getHandle(workflowId);
    return handle.executeUpdate<unknown, [object]>(name, { updateId, args: [request] });
  }
  const { workflowType, searchAttributes, ...options } = start.options;
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...options,
    typedSearchAttributes: searchAttributes.map(({ name: attribute, value }) => ({
      key: defineSearchAttributeKey(attribute, 'KEYWORD'),
      value,
    })),
    workflowIdReusePolicy: start.mode === 'first' ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return temporal.workflow.executeUpdateWithStart<Workflow, unknown, [object]>(name, {
    updateId,
    args: [request],
    startWorkflowOperation,
  });
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** Ended, terminated, lost, or ended with the update in hand. */
function isNotRunning(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  if (error instanceof WorkflowUpdateFailedError) {
    return error.cause instanceof ApplicationFailure && error.cause.type === ENDED_UNANSWERED;
  }
  return nameOf(error) === 'WorkflowExecutionAlreadyStartedError';
}

/** What the server or the flow said, as a problem of ours. */
function flowProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    const code = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
    const detail = cause?.message ?? error.message;
    return new Problem(isErrorCode(code) ? code : 'decision_refused', detail);
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new Problem(
      'unavailable',
      'the flow has not answered yet; ask again with the same Idempotency-Key',
    );
  }
  if (
    error instanceof ServiceError ||
    isGrpcServiceError(error) ||
    nameOf(error) === 'TransportError'
  ) {
    return new Problem('unavailable', 'the workflow server does not answer; nothing was changed');
  }
  return new Problem('unavailable', 'the decision could not be delivered to the flow');
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
