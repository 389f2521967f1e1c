/** The order's flow, as everybody outside of it knows it. */
import { SEARCH_ATTRIBUTES, type FlowContract } from './contract';
import { ORDER_SIGNALS, ORDER_WORKFLOW_TYPE, orderWorkflowId, type OrderFlowInput } from './order';

interface OrderReference {
  readonly orderId?: string;
  readonly channelInstance?: string;
  readonly orderNo?: string;
}

export const ORDER_FLOW: FlowContract<OrderFlowInput> = {
  type: ORDER_WORKFLOW_TYPE,
  subject: 'order',
  priorityKey: 2,
  workflowId: ({ channelInstance, orderNo }) => orderWorkflowId(channelInstance, orderNo),
  summary: ({ channelInstance, orderNo }) => `Order ${orderNo} of ${channelInstance}`,
  fairnessKey: ({ channelInstance }) => channelInstance,
  searchAttributes({ channelInstance, orderNo, accepted }) {
    const node = accepted?.order.location ?? null;
    return [
      { name: SEARCH_ATTRIBUTES.channel, value: channelInstance },
      { name: SEARCH_ATTRIBUTES.orderNo, value: orderNo },
      { name: SEARCH_ATTRIBUTES.status, value: accepted?.order.status ?? 'received' },
      ...(node === null ? [] : [{ name: SEARCH_ATTRIBUTES.node, value: node }]),
    ];
  },
  facts: {
    // Goods that left are news whatever the order's state.
    'shipment.confirmed.v1': { signal: ORDER_SIGNALS.shipmentConfirmed, afterEnd: 'exception' },
    'fulfilment.rejected.v1': { signal: ORDER_SIGNALS.fulfilmentRejected, afterEnd: 'superseded' },
    'order.cancel-requested.v1': { signal: ORDER_SIGNALS.cancelRequested, afterEnd: 'superseded' },
  },
  addressOf({ orderId, channelInstance = '', orderNo = '' }: OrderReference) {
    return orderId === undefined
      ? { workflowId: orderWorkflowId(channelInstance, orderNo) }
      : { subjectId: orderId };
  },
  noFlow: { code: 'event.no-order', kind: 'order' },
  again: (input) => ({ ...input, accepted: null }),
};
