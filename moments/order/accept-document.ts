/** What the accept statement is given: the order as rows, its flow's input, what leaves with it. */
import type { Acceptable } from '../../canonical/rules/order/acceptance';
import { agendaOf, statusOf } from '../../canonical/rules/order/agenda';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { warehouseOf } from '../../canonical/installation';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { ErpSalesOrder } from '../../canonical/ports/erp';
import { moneyAccountOf, type ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import { TENDER_KINDS, type TenderKind } from '../../canonical/schema/tender-kind';
import { ORDER_WORKFLOW_TYPE, type OrderFlowInput } from '../../canonical/flows/order';

export interface Acceptance {
  readonly orderId: string;
  readonly workflowId: string;
  readonly correlationId: string;
  readonly sourceEventNo: number | null;
  readonly order: Order;
  readonly contentHash: string;
  readonly setup: ChannelSetup;
  readonly acceptable: Acceptable;
  /** Taken, but kept from the warehouse. */
  readonly holdReason: string | null;
  /** Null where the flow runs already: it waited for this. */
  readonly startFlow: { readonly fulfilmentDeadlineMs: number } | null;
  readonly idempotency: {
    readonly scope: string;
    readonly key: string;
    readonly bodyHash: string;
    readonly status: number;
    readonly answer: unknown;
  } | null;
}

export function documentOf(acceptance: Acceptance) {
  const { order, acceptable, setup, orderId, startFlow } = acceptance;
  const { locationId } = acceptable.location;
  const snapshot = snapshotOf(acceptance);
  return {
    orderId,
    locationId,
    workflowType: ORDER_WORKFLOW_TYPE,
    order: {
      orderId,
      channelInstance: order.channelInstance,
      orderNo: order.orderNo,
      workflowId: acceptance.workflowId,
      contentHash: acceptance.contentHash,
      channelOrderRef: order.channelOrderRef ?? null,
      currency: order.currency,
      moneyMode: setup.moneyMode,
      totalMinor: order.totals.total.minorUnits,
      locationId,
      status: statusOf(snapshot),
      holdReason: acceptance.holdReason,
      correlationId: acceptance.correlationId,
      sourceEventNo: acceptance.sourceEventNo,
      placedAt: order.placedAt,
      businessDate: businessDate(order.placedAt, acceptable.location.timeZone),
    },
    lines: acceptable.lines.map((line) => ({
      ...line,
      locationId: onlyLocation(acceptable, line),
    })),
    groups: acceptable.groups.map((group) => ({
      ...group,
      account: warehouseOf(setup, group.locationId),
    })),
    allocations: acceptable.allocations,
    tenders: acceptable.tenders.map((tender) => ({
      ...tender,
      moneyAccount: moneyAccountOf(setup, tender.gateway),
      prepaidMinor: tender.received === 'captured' ? tender.amountMinor : 0,
    })),
    authorizations: acceptable.tenders
      .filter((tender) => tender.amountMinor > 0)
      .map((tender) => ({
        tenderNo: tender.tenderNo,
        state: AUTHORIZATION_STATE[tender.received ?? 'none'],
        reference: tender.reference,
        amountMinor: tender.amountMinor,
        capturedMinor: tender.received === 'captured' ? tender.amountMinor : 0,
        isTakenOver: tender.received !== null,
        authorizedAt: tender.received === null ? null : order.placedAt,
        expiresAt: tender.expiresAt,
      })),
    fact: {
      moves: acceptable.allocations.map(({ lineNo, groupNo, quantity }) => ({
        lineNo,
        groupNo,
        from: null,
        to: 'reserved',
        quantity,
      })),
      money: acceptable.tenders
        .filter((tender) => tender.received === 'captured')
        .map(({ tenderNo, amountMinor }) => ({ tenderNo, kind: 'prepaid', amountMinor })),
      about: { location: locationId },
    },
    wanted: acceptable.wanted,
    flow: startFlow ? flowInput(acceptance, snapshot, startFlow.fulfilmentDeadlineMs) : null,
    outbox: [{ destination: `erp.${setup.erpInstance}`, body: erpSalesOrder(acceptance) }],
    idempotency: acceptance.idempotency ?? {},
  };
}

const tenderKind = (tenderType: string): TenderKind =>
  TENDER_KINDS.find((kind) => kind === tenderType) ?? 'card';

/** Null where a line is sent from several places. */
function onlyLocation({ groups, allocations }: Acceptable, line: { lineNo: number }) {
  const of = allocations.filter((one) => one.lineNo === line.lineNo);
  const [first] = of;
  return first && of.length === 1
    ? (groups.find((group) => group.groupNo === first.groupNo)?.locationId ?? null)
    : null;
}

const AUTHORIZATION_STATE = { none: 'planned', authorized: 'live', captured: 'consumed' } as const;

function flowInput(
  acceptance: Acceptance,
  snapshot: OrderSnapshot,
  fulfilmentDeadlineMs: number,
): OrderFlowInput {
  return {
    ...flowAddress(acceptance),
    accepted: agendaOf(snapshot),
    fulfilmentDeadlineMs,
  };
}

export function flowAddress(of: {
  readonly orderId: string;
  readonly order: Order;
  readonly correlationId: string;
  readonly setup: ChannelSetup;
}): Omit<OrderFlowInput, 'accepted' | 'fulfilmentDeadlineMs'> {
  return {
    orderId: of.orderId,
    channelInstance: of.order.channelInstance,
    orderNo: of.order.orderNo,
    correlationId: of.correlationId,
    moneyMode: of.setup.moneyMode,
  };
}

/** The order as the statement leaves it, so that nobody has to read it back. */
export function snapshotOf(acceptance: Acceptance): OrderSnapshot {
  const { order, acceptable } = acceptance;
  return {
    orderId: acceptance.orderId,
    channelInstance: order.channelInstance,
    orderNo: order.orderNo,
    workflowId: acceptance.workflowId,
    channelOrderRef: order.channelOrderRef ?? null,
    correlationId: acceptance.correlationId,
    currency: order.currency,
    totalMinor: order.totals.total.minorUnits,
    stage: 'accepted',
    status: 'accepted',
    holdReason: acceptance.holdReason,
    locationId: acceptable.location.locationId,
    timeZone: acceptable.location.timeZone,
    lines: acceptable.lines.map((line) => ({
      ...line,
      allocations: acceptable.allocations
        .filter((one) => one.lineNo === line.lineNo)
        .map(({ groupNo, quantity }) => ({
          groupNo,
          reserved: quantity,
          released: 0,
          shipped: 0,
          cancelled: 0,
        })),
      ordered: line.quantity,
      unallocated: 0,
      backordered: 0,
      reserved: line.quantity,
      released: 0,
      shipped: 0,
      pickedUp: 0,
      cancelled: 0,
      returned: 0,
    })),
    tenders: acceptable.tenders.map((tender) => ({
      ...tender,
      moneyAccount: moneyAccountOf(acceptance.setup, tender.gateway),
      kind: tenderKind(tender.tenderType),
      capturedMinor: tender.received === 'captured' ? tender.amountMinor : 0,
      refundedMinor: 0,
      prepaidMinor: tender.received === 'captured' ? tender.amountMinor : 0,
      prepaidUsedMinor: 0,
      authorizations: (tender.amountMinor > 0 ? [tender] : []).map(() => ({
        authorizationNo: 1,
        state: AUTHORIZATION_STATE[tender.received ?? 'none'],
        voidTry: 1,
        reference: tender.reference,
        amountMinor: tender.amountMinor,
        capturedMinor: 0,
        isMulticapture: tender.received !== null,
        isAsked: false,
      })),
    })),
    captures: [],
    refunds: [],
    groups: acceptable.groups.map((group) => ({
      ...group,
      account: warehouseOf(acceptance.setup, group.locationId),
      try: 1,
      state: 'planned',
      requestKey: null,
      isAsked: false,
    })),
    exceptions: [],
  };
}

function erpSalesOrder(acceptance: Acceptance): ErpSalesOrder {
  const { order, orderId, acceptable, setup, correlationId } = acceptance;
  return {
    key: effectKey.salesOrder(orderId),
    orderId,
    orderNo: order.orderNo,
    channelInstance: order.channelInstance,
    entity: setup.entity,
    currency: order.currency,
    orderDate: businessDate(order.placedAt, acceptable.location.timeZone),
    correlationId,
    lines: acceptable.lines.map((line) => ({
      lineNo: line.lineNo,
      sku: line.sku,
      quantity: line.quantity,
      amountMinor: line.grossMinor - line.discountMinor,
    })),
  };
}
