/** What the accept statement is given: the order as rows, its flow's input, what leaves with it. */
import {
  ownUnits,
  type Acceptable,
  type AcceptableAllocation,
  type ReadOrder,
} from '../../canonical/rules/order/judgement';
import { acceptedLine } from '../../canonical/rules/order/accepted-line';
import { agendaOf, statusOf } from '../../canonical/rules/order/agenda';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { moneyAccountOf, tenderKind } from '../../canonical/rules/money/tender-kinds';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { warehouseOf } from '../../canonical/installation';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { ErpSalesOrder } from '../../canonical/ports/erp';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Order } from '../../canonical/schema/order';
import {
  ORDER_WORKFLOW_TYPE,
  type OrderFlowInput,
  type OrderFlowSettings,
} from '../../canonical/flows/order';

interface OrderToWrite {
  readonly orderId: string;
  readonly workflowId: string;
  readonly correlationId: string;
  readonly sourceEventNo: number | null;
  readonly order: Order;
  readonly contentHash: string;
  readonly setup: ChannelSetup;
  /** RFC 3339 in UTC, by the channel's clock; left out: as it was. */
  readonly saidAt?: string | null;
  /** By tender: what a return owes, that pays it. */
  readonly paidFrom?: readonly string[];
  /** Taken, but kept from the warehouse. */
  readonly holdReason: string | null;
  /** Null where the flow runs already: it waited for this. */
  readonly startFlow: OrderFlowSettings | null;
  readonly idempotency: {
    readonly scope: string;
    readonly key: string;
    readonly bodyHash: string;
    readonly status: number;
    readonly answer: unknown;
  } | null;
}
export interface Acceptance extends OrderToWrite {
  readonly acceptable: Acceptable;
  /** The order as the statement leaves it, so that nobody has to read it back. */
  readonly snapshot: OrderSnapshot;
}
/** An order that has to wait. */
export interface Receipt extends OrderToWrite {
  readonly received: ReadOrder;
}

export const acceptanceOf = (written: OrderToWrite, acceptable: Acceptable): Acceptance => ({
  ...written,
  acceptable,
  snapshot: snapshotOf(written, acceptable),
});

/** Of more lines each step takes milliseconds: others are let go on between two of them. */
const MANY_LINES = 500;

export const isLong = ({ lines }: Order): boolean => lines.length > MANY_LINES;

export function documentOf(written: Acceptance | Receipt) {
  return 'acceptable' in written
    ? acceptanceDocument(written)
    : receiptDocument(written, written.received);
}

/** An order as it came: nothing is reserved, booked or told, no unit is any place's. */
function receiptDocument(written: OrderToWrite, { lines, tenders }: ReadOrder) {
  const { order, setup, orderId, startFlow, holdReason } = written;
  return {
    orderId,
    workflowType: ORDER_WORKFLOW_TYPE,
    order: {
      orderId,
      channelInstance: order.channelInstance,
      orderNo: order.orderNo,
      workflowId: written.workflowId,
      contentHash: written.contentHash,
      channelOrderRef: order.channelOrderRef ?? null,
      currency: order.currency,
      moneyMode: setup.moneyMode,
      totalMinor: order.totals.total.minorUnits,
      stage: 'received',
      status: holdReason === null ? 'received' : 'on-hold',
      holdReason,
      correlationId: written.correlationId,
      sourceEventNo: written.sourceEventNo,
      toldAt: written.saidAt ?? null,
      addOnTo: order.addOnTo?.pickupId ?? null,
      placedAt: order.placedAt,
    },
    content: order,
    lines: lines.map((line) => ({ ...line, reserved: 0, notSent: line.notSent?.why ?? null })),
    tenders: tenders.map((tender, index) => ({
      ...tender,
      moneyAccount: moneyAccountOf(setup, tender.gateway),
      paidFrom: written.paidFrom?.[index] ?? null,
      prepaidMinor: tender.received === 'captured' ? tender.amountMinor : 0,
    })),
    authorizations: tenders
      .filter((tender) => tender.amountMinor > 0)
      .map((tender) => ({
        tenderNo: tender.tenderNo,
        state: AUTHORIZATION_STATE[tender.received ?? 'none'],
        reference: tender.reference,
        amountMinor: tender.amountMinor,
        capturedMinor: tender.received === 'captured' ? tender.amountMinor : 0,
        isTakenOver: tender.received !== null,
        claim: tender.claim,
        authorizedAt: tender.received === null ? null : order.placedAt,
        expiresAt: tender.expiresAt,
      })),
    flow: startFlow && { ...flowAddress(written), accepted: null, ...startFlow },
    idempotency: written.idempotency ?? {},
  };
}

function acceptanceDocument(acceptance: Acceptance) {
  const { order, acceptable, setup, snapshot } = acceptance;
  const { locationId } = acceptable.location;
  const received = receiptDocument(acceptance, acceptable);
  return {
    ...received,
    order: {
      ...received.order,
      locationId,
      stage: 'accepted',
      status: statusOf(snapshot),
      businessDate: businessDate(order.placedAt, acceptable.location.timeZone),
    },
    lines: acceptable.lines.map((line, index) => ({
      ...line,
      locationId: onlyLocation(acceptable.groups, snapshot.lines[index]?.allocations ?? []),
      reserved: ownUnits(line),
      notSent: line.notSent?.why ?? null,
    })),
    groups: acceptable.groups.map((group) => ({
      ...group,
      account: group.kind === 'pickup' ? null : warehouseOf(setup, group.locationId),
    })),
    allocations: acceptable.allocations,
    fact: {
      moves: [
        ...acceptable.allocations.map(({ lineNo, groupNo, quantity }) => ({
          lineNo,
          groupNo,
          from: null,
          to: 'reserved',
          quantity,
        })),
        ...acceptable.lines.flatMap(({ lineNo, notSent }) =>
          notSent
            ? [{ lineNo, groupNo: null, from: null, to: 'unallocated', quantity: notSent.quantity }]
            : [],
        ),
      ],
      money: prepaidMoney(acceptable),
      about: { location: locationId },
    },
    wanted: acceptable.wanted,
    flow: received.flow && { ...received.flow, accepted: agendaOf(snapshot) },
    outbox: [{ destination: `erp.${setup.erpInstance}`, body: erpSalesOrder(acceptance) }],
  };
}

/** What the channel has captured already. */
export const prepaidMoney = ({ tenders }: ReadOrder) =>
  tenders
    .filter((tender) => tender.received === 'captured')
    .map(({ tenderNo, amountMinor }) => ({ tenderNo, kind: 'prepaid' as const, amountMinor }));

/** By line: an order has up to 10,000. */
function allocationsByLine({ allocations }: Acceptable) {
  const byLine = new Map<number, AcceptableAllocation[]>();
  for (const one of allocations) {
    const before = byLine.get(one.lineNo);
    if (before) before.push(one);
    else byLine.set(one.lineNo, [one]);
  }
  return byLine;
}

/** Null where a line is sent from several places. */
function onlyLocation(
  groups: Acceptable['groups'],
  [first, ...others]: readonly Pick<AcceptableAllocation, 'groupNo'>[],
) {
  return first && others.length === 0
    ? (groups.find((group) => group.groupNo === first.groupNo)?.locationId ?? null)
    : null;
}

const AUTHORIZATION_STATE = { none: 'planned', authorized: 'live', captured: 'consumed' } as const;

function flowAddress(of: OrderToWrite): Omit<OrderFlowInput, 'accepted' | keyof OrderFlowSettings> {
  return {
    orderId: of.orderId,
    channelInstance: of.order.channelInstance,
    orderNo: of.order.orderNo,
    correlationId: of.correlationId,
    moneyMode: of.setup.moneyMode,
  };
}

/** Of an order that its channel sent with a hold. */
function heldBy({ holdReason, order }: OrderToWrite) {
  if (holdReason === null) return null;
  return { by: order.channelInstance, since: new Date().toISOString() };
}

function snapshotOf(written: OrderToWrite, acceptable: Acceptable): OrderSnapshot {
  const { order } = written;
  const allocations = allocationsByLine(acceptable);
  return {
    orderId: written.orderId,
    channelInstance: order.channelInstance,
    orderNo: order.orderNo,
    workflowId: written.workflowId,
    channelOrderRef: order.channelOrderRef ?? null,
    correlationId: written.correlationId,
    moneyMode: written.setup.moneyMode,
    currency: order.currency,
    totalMinor: order.totals.total.minorUnits,
    stage: 'accepted',
    status: 'accepted',
    holdReason: written.holdReason,
    held: heldBy(written),
    locationId: acceptable.location.locationId,
    timeZone: acceptable.location.timeZone,
    lines: acceptable.lines.map((line) => acceptedLine(line, allocations.get(line.lineNo) ?? [])),
    tenders: acceptable.tenders.map((tender) => ({
      ...tender,
      moneyAccount: moneyAccountOf(written.setup, tender.gateway),
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
        isClaim: tender.claim !== null,
      })),
    })),
    captures: [],
    refunds: [],
    groups: acceptable.groups.map((group) => ({
      ...group,
      account: group.kind === 'pickup' ? null : warehouseOf(written.setup, group.locationId),
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
