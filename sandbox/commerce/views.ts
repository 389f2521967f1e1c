/** Orders as the GraphQL schema shows them. A field that takes arguments is a function. */
import { z } from 'zod';
import { majorUnits } from '../money';
import type { SandboxRecord } from '../records';
import { paidIn, type PaidIn } from './presentment';
import {
  capturedOf,
  deliveryOf,
  financialStatus,
  fulfillmentStatus,
  gid,
  isExpired,
  linesOf,
  moneyOf,
  numberOf,
  type ShopLine,
  type ShopOrder,
  type ShopTransaction,
} from './shop';

type View = Record<string, unknown>;
interface Paging {
  first?: number;
}

const PAGE_MAX = 250;

function firstOf<T>(items: readonly T[], { first = PAGE_MAX }: Paging): T[] {
  return items.slice(0, Math.min(first, PAGE_MAX));
}

/** A connection: one page, without cursors to go on. */
export function connection(items: readonly unknown[], paging: Paging): View {
  const nodes = firstOf(items, paging);
  const hasNextPage = nodes.length < items.length;
  const pageInfo = { hasNextPage, hasPreviousPage: false, startCursor: null, endCursor: null };
  return { nodes, pageInfo };
}

export function moneyBag(minor: number, currencyCode: string, paid?: PaidIn): View {
  const money = { amount: majorUnits(minor, currencyCode), currencyCode };
  const { currency, amountMinor } = paid ?? { currency: currencyCode, amountMinor: minor };
  const presentmentMoney = { amount: majorUnits(amountMinor, currency), currencyCode: currency };
  return { shopMoney: money, presentmentMoney };
}

export function transactionView(order: ShopOrder, transaction: ShopTransaction): View {
  const { record, details, amountMinor } = transaction;
  const parent = order.transactions.find((one) => one.record.id === record.parentId);
  const open =
    details.kind === 'AUTHORIZATION' &&
    record.status === 'SUCCESS' &&
    !details.closed &&
    !isExpired(transaction);
  const unsettled = open ? amountMinor - capturedOf(order, record.id) : 0;
  return {
    id: record.id,
    kind: details.kind,
    status: record.status,
    gateway: details.gateway,
    amountSet: moneyBag(amountMinor, order.currency, paidIn(order, transaction)),
    authorizationExpiresAt: details.expiresAt,
    createdAt: record.createdAt,
    processedAt: record.createdAt,
    multiCapturable: details.kind === 'AUTHORIZATION' && details.multiCapturable,
    manuallyCapturable: open,
    parentTransaction: () => (parent ? transactionView(order, parent) : null),
    test: false,
    totalUnsettledSet: moneyBag(unsettled, order.currency),
  };
}

function lineView(line: ShopLine): View {
  return {
    id: line.id,
    name: line.title,
    title: line.title,
    quantity: line.quantity,
    currentQuantity: line.quantity - line.refunded - line.removed,
    refundableQuantity: line.quantity - line.refunded - line.removed,
    sku: line.sku,
    unfulfilledQuantity: line.remaining,
  };
}

const fulfilledLines = z.array(
  z.object({ id: z.string(), lineId: z.string(), quantity: z.number() }),
);

/** A line of a fulfilment by its own id. */
export function fulfilledLineView(order: ShopOrder, fulfillmentLineItemId: string): View | null {
  const sent = order.fulfillments
    .flatMap((one) => fulfilledLines.parse(one.details['lines']))
    .find(({ id }) => id === fulfillmentLineItemId);
  const line = order.details.lines.find((candidate) => candidate.id === sent?.lineId);
  return sent && line ? { id: sent.id, quantity: sent.quantity, lineItem: lineView(line) } : null;
}

export function fulfillmentView(order: ShopOrder, record: SandboxRecord): View {
  const lines = fulfilledLines.parse(record.details['lines']);
  const { name, company, number, url } = record.details;
  const items = lines.flatMap(({ id }) => fulfilledLineView(order, id) ?? []);
  return {
    id: record.id,
    legacyResourceId: numberOf(record.id),
    name,
    status: record.status,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    totalQuantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    trackingInfo: number || company ? [{ number, company, url }] : [],
    fulfillmentLineItems: (paging: Paging) => connection(items, paging),
  };
}

export function fulfillmentOrderView(order: ShopOrder, record: SandboxRecord): View {
  const delivery = deliveryOf(record);
  const location = delivery.locationId && {
    id: delivery.locationId,
    name: delivery.locationName,
  };
  const items = linesOf(order, record.id).map((line) => ({
    id: line.fulfillmentOrderLineItemId,
    sku: line.sku,
    totalQuantity: line.quantity - line.removed,
    remainingQuantity: record.status === 'CANCELLED' ? 0 : line.remaining,
    lineItem: lineView(order.details.lines.find(({ id }) => id === line.id) ?? line),
  }));
  return {
    id: record.id,
    orderId: order.record.id,
    orderName: order.details.name,
    status: record.status,
    deliveryMethod: {
      id: gid('DeliveryMethod', numberOf(record.id)),
      methodType: delivery.methodType,
    },
    assignedLocation: { name: delivery.locationName, location },
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    lineItems: (paging: Paging) => connection(items, paging),
  };
}

export function refundView(order: ShopOrder, record: SandboxRecord): View {
  const own = order.transactions.filter((one) => one.record.reference === record.id);
  const views = own.map((one) => transactionView(order, one));
  return {
    id: record.id,
    legacyResourceId: numberOf(record.id),
    note: record.details['note'] ?? null,
    createdAt: record.createdAt,
    totalRefundedSet: moneyBag(record.amountMinor ?? 0, order.currency),
    transactions: (paging: Paging) => connection(views, paging),
  };
}

export function orderView(order: ShopOrder): View {
  const { record, details, currency } = order;
  const money = moneyOf(order);
  const bag = (minor: number): View => moneyBag(minor, currency);
  return {
    id: record.id,
    legacyResourceId: numberOf(record.id),
    name: details.name,
    number: details.number,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    cancelledAt: details.cancelledAt,
    cancelReason: details.cancelReason,
    closed: false,
    currencyCode: currency,
    capturable: money.capturableMinor > 0,
    fullyPaid: money.receivedMinor >= order.totalMinor,
    displayFinancialStatus: financialStatus(order),
    displayFulfillmentStatus: fulfillmentStatus(order),
    totalPriceSet: bag(order.totalMinor),
    totalReceivedSet: bag(money.receivedMinor),
    totalRefundedSet: bag(money.refundedMinor),
    totalCapturableSet: bag(money.capturableMinor),
    lineItems: (paging: Paging) => connection(details.lines.map(lineView), paging),
    transactions: (paging: Paging) =>
      firstOf(order.transactions, paging).map((one) => transactionView(order, one)),
    fulfillments: (paging: Paging) =>
      firstOf(order.fulfillments, paging).map((one) => fulfillmentView(order, one)),
    fulfillmentOrders: (paging: Paging) => {
      const views = order.fulfillmentOrders.map((one) => fulfillmentOrderView(order, one));
      return connection(views, paging);
    },
    refunds: (paging: Paging) =>
      firstOf(order.refunds, paging).map((one) => refundView(order, one)),
  };
}
