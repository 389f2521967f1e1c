/**
 * What is said of a type of flow once, beside its name: how one is called, queued and shown, which
 * event reaches it as which signal. Router, relay and API read it; none of them knows a flow by name.
 */
import type { ExceptionCode } from '../schema/error-codes';
import type { ExceptionCause } from '../schema/exception';

/** The queue of workflow tasks and moments. */
export const FLOWS_TASK_QUEUE = 'flows';

/** Search attributes of ours, all of type Keyword; nothing personal enters them. */
export const SEARCH_ATTRIBUTES = {
  channel: 'ThroughlineChannel',
  status: 'ThroughlineStatus',
  node: 'ThroughlineNode',
  orderNo: 'ThroughlineOrderNo',
  waitingFor: 'ThroughlineWaitingFor',
} as const;
export type SearchAttributeName = (typeof SEARCH_ATTRIBUTES)[keyof typeof SEARCH_ATTRIBUTES];

export interface SearchAttribute {
  readonly name: SearchAttributeName;
  readonly value: string;
}

/** Told to a flow that stands still: it asks Postgres again what is due. */
export const LOOK_AGAIN = 'lookAgain';

/** Told to every flow: the row of the exception says what was decided. */
export const EXCEPTION_RESOLVED = 'exceptionResolved';

export interface FactRule {
  readonly signal: string;
  /** One that comes when the flow has ended: of no consequence, somebody's to look at, or its own. */
  readonly afterEnd: 'superseded' | 'exception' | 'reopened';
}

/** How an event names the flow of its type that it is about. */
export type FlowAddress = { readonly workflowId: string } | { readonly subjectId: string };

/** What is said of an event whose flow never arrived. */
export interface NoFlow {
  readonly code: ExceptionCode;
  readonly kind: ExceptionCause['kind'];
}

export interface FlowContract<Input extends object = object> {
  /** The workflow's type in Temporal. */
  readonly type: string;
  /** What one of these flows is about: `order`, `return`, `settlement` … */
  readonly subject: string;
  /** 1 a customer waits in a store, 2 order release, 3 refunds, 4 settlement and posting, 5 the rest. */
  readonly priorityKey: 1 | 2 | 3 | 4 | 5;
  workflowId(input: Input): string;
  /** Shown over the flow's page. */
  summary(input: Input): string;
  /** The channel or brand among which the server shares out its work. */
  fairnessKey?(input: Input): string;
  searchAttributes?(input: Input): readonly SearchAttribute[];
  /** By event type. */
  readonly facts: Readonly<Record<string, FactRule>>;
  /** The flow that the data of such an event is about; null: it names none. */
  addressOf?(data: object): FlowAddress | null;
  /** Left out: `event.no-flow`. */
  readonly noFlow?: NoFlow;
  /** The input of a start again, from the first one's: what was due then is left out. */
  again?(input: Input): Input;
}

export interface FlowStart {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [object];
  readonly searchAttributes: readonly SearchAttribute[];
  readonly staticSummary: string;
  readonly priority: { readonly priorityKey: number; readonly fairnessKey?: string };
}

/**
 * The start of a flow as plain values: the relay and the API's update-with-start say exactly the
 * same. Beside these, whoever starts it gives its reuse policy.
 */
export function startOf<Input extends object>(
  contract: FlowContract<Input>,
  input: Input,
): FlowStart {
  const fairnessKey = contract.fairnessKey?.(input);
  return {
    workflowType: contract.type,
    workflowId: contract.workflowId(input),
    taskQueue: FLOWS_TASK_QUEUE,
    args: [input],
    searchAttributes: contract.searchAttributes?.(input) ?? [],
    staticSummary: contract.summary(input),
    priority: {
      priorityKey: contract.priorityKey,
      ...(fairnessKey === undefined ? {} : { fairnessKey }),
    },
  };
}
