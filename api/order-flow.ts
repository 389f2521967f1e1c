/**
 * Decisions asked of an order's flow: Temporal updates, each under the caller's key. A flow that the
 * relay has not started yet is started with the update, with exactly the relay's options.
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
  /** The start that the relay still has to make; null where it is made. */
  readonly pendingStart: FlowStart | null;
}

export interface OrderFlows {
  /** The flow's answer, unread. @throws Problem unavailable, order_closed, or the flow's own code */
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
        throw flowProblem(error);
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
  const { workflowId, name, updateId, request, pendingStart } = update;
  if (pendingStart === null) {
    const handle = temporal.workflow.getHandle(workflowId);
    return handle.executeUpdate<unknown, [object]>(name, { updateId, args: [request] });
  }
  const { workflowType, searchAttributes, ...options } = pendingStart;
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...options,
    typedSearchAttributes: searchAttributes.map(({ name: attribute, value }) => ({
      key: defineSearchAttributeKey(attribute, 'KEYWORD'),
      value,
    })),
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
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

/** What the server or the flow said, as a problem of ours. */
function flowProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    const code = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
    const detail = cause?.message ?? error.message;
    return new Problem(isErrorCode(code) ? code : 'decision_refused', detail);
  }
  if (
    error instanceof WorkflowNotFoundError ||
    nameOf(error) === 'WorkflowExecutionAlreadyStartedError'
  ) {
    return new Problem('order_closed', "the order's flow has ended");
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
