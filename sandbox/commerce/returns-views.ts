/** Returns as the GraphQL schema shows them, and as webhooks carry them. */
import type { SandboxRecord } from '../records';
import { detailsOf, type ReturnDetails } from './returns';
import { gid, numberOf, type ShopOrder } from './shop';
import { connection, fulfilledLineView, orderView, transactionView } from './views';

type View = Record<string, unknown>;
interface Paging {
  first?: number;
}

/** Transactions that gave money back for a return. */
const refundsFor = (order: ShopOrder, id: string) =>
  order.transactions.filter((one) => one.record.reference === id);

/** An order with its returns, which show it again. */
export function orderWithReturns(order: ShopOrder): View {
  return {
    ...orderView(order),
    returns: (paging: Paging) =>
      connection(
        order.returns.map((one) => returnView(order, one)),
        paging,
      ),
  };
}

export function returnView(order: ShopOrder, record: SandboxRecord): View {
  const details = detailsOf(record);
  const lines = details.lines.map(({ id, quantity, reason, note, fulfillmentLineItemId }) => ({
    __typename: 'ReturnLineItem',
    ...{ id, quantity, returnReason: reason, returnReasonNote: note },
    fulfillmentLineItem: fulfilledLineView(order, fulfillmentLineItemId),
  }));
  return {
    id: record.id,
    name: record.reference,
    status: record.status,
    createdAt: record.createdAt,
    order: () => orderWithReturns(order),
    returnLineItems: (paging: Paging) => connection(lines, paging),
    reverseFulfillmentOrders: (paging: Paging) =>
      connection([reverseOrderView(order, details)], paging),
    transactions: (paging: Paging) =>
      connection(
        refundsFor(order, record.id).map((one) => transactionView(order, one)),
        paging,
      ),
  };
}

export function reverseOrderView(
  order: ShopOrder,
  { reverseOrderId, lines, dispositions }: ReturnDetails,
): View {
  const items = lines.map(({ reverseLineId, fulfillmentLineItemId, quantity }) => ({
    id: reverseLineId,
    totalQuantity: quantity,
    fulfillmentLineItem: fulfilledLineView(order, fulfillmentLineItemId),
    dispositions: dispositions
      .filter((one) => one.reverseLineId === reverseLineId)
      .map(({ locationId, ...one }) => ({
        ...one,
        location: { id: gid('Location', locationId), name: `Location ${locationId}` },
      })),
  }));
  return {
    id: reverseOrderId,
    order: () => orderWithReturns(order),
    lineItems: (paging: Paging) => connection(items, paging),
  };
}

const named = (id: string) => ({ id: Number(numberOf(id)), admin_graphql_api_id: id });

/** `returns/request` and `returns/approve`; the other topics carry less. */
export function returnPayload(record: SandboxRecord): View {
  const { id, status, reference, orderId } = record;
  const { lines } = detailsOf(record);
  return {
    ...named(id),
    status: status.toLowerCase(),
    name: reference,
    order: named(orderId ?? ''),
    total_return_line_items: lines.length,
    return_line_items: lines.map((line) => ({
      ...named(line.id),
      fulfillment_line_item: {
        ...named(line.fulfillmentLineItemId),
        line_item: named(line.lineId),
      },
      quantity: line.quantity,
      return_reason: line.reason.toLowerCase(),
      return_reason_note: line.note,
      customer_note: null,
    })),
  };
}

export const returnEndPayload = ({ id, status, orderId }: SandboxRecord): View => ({
  ...named(id),
  status: status.toLowerCase(),
  order_id: Number(numberOf(orderId ?? '')),
});

/** Neither the return nor its order is in it. */
export function disposalPayload({ reverseOrderId, dispositions }: ReturnDetails): View {
  return {
    ...named(reverseOrderId),
    total_dispositions: dispositions.length,
    dispositions: dispositions.map(({ reverseLineId, type, quantity, locationId }) => ({
      type: type.toLowerCase(),
      quantity,
      location: named(gid('Location', locationId)),
      reverse_delivery_line_item: null,
      reverse_fulfillment_order_line_item: named(reverseLineId),
    })),
  };
}
