/**
 * What is due for an order now, from what Postgres says of it. The flow does these things and
 * waits; it decides nothing about quantities or money itself.
 */
import type {
  AuthorizeDue,
  MoneyStep,
  OrderAgenda,
  OrderBrief,
  ReleaseDue,
} from '../../flows/order';
import { MAX_LINES_SHOWN } from '../../flows/order';
import {
  blocksAuthorization,
  blocksCapture,
  blocksRefund,
  blocksRelease,
  blocksVoid,
} from '../../flows/order-steps';
import { effectKey } from './effect-keys';
import type { OrderSnapshot, SnapshotCapture, SnapshotLine, SnapshotTender } from './snapshot';
import { openUnits, orderStatus, tenderState, type OrderStatus } from './state';

export function agendaOf(order: OrderSnapshot): OrderAgenda {
  const blocked = new Set(order.exceptions.filter((one) => !one.isWait).map((one) => one.blocks));
  const money = moneySteps(order).filter(({ step }) => !blocked.has(step));
  const authorizing = order.tenders.some((tender) => !isCovered(tender));
  return {
    order: briefOf(order),
    money: money.map(({ due }) => due),
    releases: (authorizing ? [] : releasesOf(order)).filter(
      ({ groupNo }) => !blocked.has(blocksRelease(groupNo).text),
    ),
    blockedBy: order.exceptions,
    isSettled: isSettled(order),
  };
}

/** Every unit has moved or was given up, no money is due, and nothing waits for a person. */
function isSettled(order: OrderSnapshot): boolean {
  return (
    order.stage !== 'received' &&
    order.lines.every((line) => openUnits(line) === 0) &&
    moneySteps(order).length === 0 &&
    order.captures.every((one) => one.state === 'captured' || one.state === 'given-up') &&
    order.refunds.every((refund) => refund.state !== 'failed') &&
    !order.groups.some((group) => group.state === 'planned' && group.isAsked) &&
    order.exceptions.length === 0
  );
}

interface DueStep {
  readonly step: string;
  readonly due: MoneyStep;
}

/** Money that is due, whether or not an exception blocks it: authorize, capture, void, refund. */
function moneySteps(order: OrderSnapshot): DueStep[] {
  if (order.stage === 'received' || order.stage === 'closed') return [];
  const { orderId, currency } = order;
  return order.tenders.flatMap((tender) => {
    const { tenderNo } = tender;
    const base = { orderId, tenderNo, currency, account: tender.moneyAccount };
    return [
      ...authorizations(order, tender).map((due) => ({
        step: blocksAuthorization(tenderNo).text,
        due,
      })),
      ...captureSteps(order, tender),
      ...voidSteps(order, tender),
      ...order.refunds
        .filter((refund) => refund.tenderNo === tenderNo && refund.state === 'due')
        .map(({ refundNo, amountMinor, try: tryNo }) => ({
          step: blocksRefund(tenderNo, refundNo).text,
          due: {
            step: 'refund' as const,
            ...base,
            refundNo,
            amountMinor,
            key: effectKey.refund(orderId, tenderNo, refundNo, tryNo),
          },
        })),
    ];
  });
}

/**
 * Planned authorizations, while there is something to charge for. One whose answer is not known is
 * asked for to its end whatever came between: an amount that is held must be known to be let go.
 */
function authorizations(
  order: OrderSnapshot,
  tender: SnapshotTender,
): ({ readonly step: 'authorize' } & AuthorizeDue)[] {
  const { orderId, currency } = order;
  const wanted = isMoneyWanted(order, tender.tenderNo);
  return tender.authorizations
    .filter((one) => one.state === 'planned' && (wanted || one.isAsked))
    .map(({ authorizationNo, amountMinor }) => ({
      step: 'authorize' as const,
      orderId,
      account: tender.moneyAccount,
      tenderNo: tender.tenderNo,
      currency,
      authorizationNo,
      amountMinor,
      key: effectKey.authorize(orderId, tender.tenderNo, authorizationNo),
    }));
}

/** Units still to go out, or a capture still to be made, need this tender's money. */
export function isMoneyWanted(order: OrderSnapshot, tenderNo: number): boolean {
  if (order.stage !== 'accepted') return false;
  return (
    order.lines.some((line) => openUnits(line) > 0) || openCaptures(order, tenderNo).length > 0
  );
}

/**
 * Of each authorization one capture at a time, the oldest first: whatever came between, none is
 * made behind the back of one whose answer is not known. Only the last one is final, for a final
 * one lets the rest of its authorization go; one that failed may still be made again on it.
 */
function captureSteps(order: OrderSnapshot, tender: SnapshotTender): DueStep[] {
  const { orderId, currency } = order;
  const { tenderNo } = tender;
  const isEverythingOut = order.lines.every((line) => openUnits(line) === 0);
  return tender.authorizations.flatMap(({ authorizationNo, state, isMulticapture }) => {
    const open = openCaptures(order, tenderNo).filter(
      (one) => one.authorizationNo === authorizationNo,
    );
    const first = open.find((one) => one.state === 'due');
    if (!first || state !== 'live') return [];
    const { invoiceNo, amountMinor } = first;
    const isLast = open.length === 1 && (first.isFinal || isEverythingOut);
    const key = effectKey.capture(orderId, tenderNo, invoiceNo, first.try);
    const account = tender.moneyAccount;
    const base = { step: 'capture' as const, orderId, account, tenderNo, currency, key };
    const isFinal = isLast || !isMulticapture;
    const due = { ...base, invoiceNo, authorizationNo, amountMinor, isFinal };
    return [{ step: blocksCapture(tenderNo, invoiceNo).text, due }];
  });
}

/** Captures that are to be made, or that a person may have made again; the oldest first. */
export function openCaptures(order: OrderSnapshot, tenderNo: number): SnapshotCapture[] {
  return order.captures.filter(
    (one) => one.tenderNo === tenderNo && (one.state === 'due' || one.state === 'failed'),
  );
}

/**
 * Authorizations that nothing will be captured on any more. One that was asked to go, and whose
 * answer is not known, is asked for to its end.
 */
function voidSteps(order: OrderSnapshot, tender: SnapshotTender): DueStep[] {
  const wanted = isMoneyWanted(order, tender.tenderNo);
  const { orderId, currency } = order;
  const { tenderNo } = tender;
  return tender.authorizations
    .filter((one) => one.state === 'live' && (one.isAsked || (!wanted && one.capturedMinor === 0)))
    .map(({ authorizationNo, amountMinor, voidTry }) => ({
      step: blocksVoid(tenderNo, authorizationNo).text,
      due: {
        step: 'void' as const,
        orderId,
        account: tender.moneyAccount,
        tenderNo,
        currency,
        authorizationNo,
        amountMinor,
        key: effectKey.void(orderId, tenderNo, authorizationNo, voidTry),
      },
    }));
}

/** The tender's money is promised or here: goods may go out against it. */
function isCovered(tender: SnapshotTender): boolean {
  return (
    tender.amountMinor === 0 ||
    tender.capturedMinor > 0 ||
    tender.authorizations.some((one) => one.state === 'live' || one.state === 'consumed')
  );
}

/** One request a group: of what is reserved there and was not asked for yet. */
function releasesOf(order: OrderSnapshot): ReleaseDue[] {
  if (order.stage !== 'accepted') return [];
  const { orderId } = order;
  return order.groups.flatMap((group): ReleaseDue[] => {
    const { groupNo, account, locationId: location } = group;
    // A hold does not leave a question open that the warehouse may already have answered with yes.
    if (order.holdReason !== null && !group.isAsked) return [];
    const units = unitsOf(order, groupNo, 'reserved');
    if (group.state !== 'planned' || (units === 0 && !group.isAsked)) return [];
    const key = effectKey.release(orderId, groupNo, group.try);
    return [{ orderId, groupNo, account, location, units, key }];
  });
}

function unitsOf(
  order: OrderSnapshot,
  groupNo: number,
  place: 'reserved' | 'released' | 'shipped' | 'cancelled',
): number {
  return order.lines
    .flatMap((line) => line.allocations)
    .filter((allocation) => allocation.groupNo === groupNo)
    .reduce((sum, allocation) => sum + allocation[place], 0);
}

export function statusOf(order: OrderSnapshot): OrderStatus {
  return orderStatus({
    isAccepted: order.stage !== 'received',
    isRejected: order.stage === 'rejected',
    isOnHold: order.holdReason !== null,
    isClosed: order.stage === 'closed',
    lines: order.lines,
  });
}

export function briefOf(order: OrderSnapshot): OrderBrief {
  const total = (of: (line: SnapshotLine) => number) =>
    order.lines.reduce((sum, line) => sum + of(line), 0);
  return {
    status: statusOf(order),
    currency: order.currency,
    totalMinor: order.totalMinor,
    location: order.locationId,
    isOnHold: order.holdReason !== null,
    ...(order.held && { held: order.held }),
    units: {
      ordered: total((line) => line.ordered),
      reserved: total((line) => line.reserved),
      released: total((line) => line.released),
      shipped: total((line) => line.shipped),
      cancelled: total((line) => line.cancelled),
    },
    lines: order.lines.slice(0, MAX_LINES_SHOWN).map((line) => ({
      lineNo: line.lineNo,
      sku: line.sku ?? line.channelSku,
      ordered: line.ordered,
      reserved: line.reserved,
      released: line.released,
      shipped: line.shipped,
      cancelled: line.cancelled,
    })),
    lineCount: order.lines.length,
    groups: order.groups.map(({ groupNo, locationId, account, state }) => ({
      groupNo,
      location: locationId,
      account,
      state,
      reserved: unitsOf(order, groupNo, 'reserved'),
      released: unitsOf(order, groupNo, 'released'),
      shipped: unitsOf(order, groupNo, 'shipped'),
      cancelled: unitsOf(order, groupNo, 'cancelled'),
    })),
    tenders: order.tenders.map(tenderBrief),
  };
}

export function tenderBrief(tender: SnapshotTender): OrderBrief['tenders'][number] {
  const live = tender.authorizations.filter((one) => one.state === 'live');
  const last = tender.authorizations.at(-1)?.state ?? null;
  return {
    tenderNo: tender.tenderNo,
    amountMinor: tender.amountMinor,
    capturedMinor: tender.capturedMinor,
    refundedMinor: tender.refundedMinor,
    state: tenderState({
      amountMinor: tender.amountMinor,
      authorizedMinor: live.reduce((sum, one) => sum + one.amountMinor - one.capturedMinor, 0),
      capturedMinor: tender.capturedMinor,
      refundedMinor: tender.refundedMinor,
      lastAuthorization: live.length > 0 ? 'live' : last === 'planned' ? null : last,
    }),
  };
}
