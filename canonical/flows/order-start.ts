/**
 * How an order's flow is started, as plain values: the relay and the API's update-with-start must
 * say exactly the same, so both build their options here.
 */
import { ORDER_WORKFLOW_TYPE, orderWorkflowId, type OrderFlowInput } from './order';

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

/** Release of an order comes after a customer who waits in a store (1), before refunds (3). */
const ORDER_PRIORITY_KEY = 2;

export interface FlowStart {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  /** Names and values of Keywords. */
  readonly searchAttributes: readonly {
    readonly name: SearchAttributeName;
    readonly value: string;
  }[];
  readonly staticSummary: string;
  readonly priority: { readonly priorityKey: number; readonly fairnessKey: string };
}

/**
 * The start of an order's flow. Beside these, whoever starts it gives `args: [input]`,
 * `workflowIdReusePolicy: 'REJECT_DUPLICATE'` and `workflowIdConflictPolicy: 'USE_EXISTING'`.
 */
export function orderStartOptions(input: OrderFlowInput): FlowStart {
  const { channelInstance, orderNo, accepted } = input;
  const node = accepted?.order.location ?? null;
  return {
    workflowType: ORDER_WORKFLOW_TYPE,
    workflowId: orderWorkflowId(channelInstance, orderNo),
    taskQueue: FLOWS_TASK_QUEUE,
    searchAttributes: [
      { name: SEARCH_ATTRIBUTES.channel, value: channelInstance },
      { name: SEARCH_ATTRIBUTES.orderNo, value: orderNo },
      { name: SEARCH_ATTRIBUTES.status, value: accepted?.order.status ?? 'received' },
      ...(node === null ? [] : [{ name: SEARCH_ATTRIBUTES.node, value: node }]),
    ],
    staticSummary: `Order ${orderNo} of ${channelInstance}`,
    priority: { priorityKey: ORDER_PRIORITY_KEY, fairnessKey: channelInstance },
  };
}
