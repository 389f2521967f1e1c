/**
 * What is due for an order now, from what Postgres says of it. The flow does these things and
 * waits; it decides nothing about quantities or money itself.
 */
import type {
  AccessDue,
  AuthorizeDue,
  MoneyStep,
  OrderAgenda,
  OrderBrief,
  PickupDue,
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
import { isAccess } from './not-sent';
import { sum } from '../money/money';
import { effectKey } from './effect-keys';
import type { OrderSnapshot, SnapshotLine, SnapshotTender } from './snapshot';
import { isMoneyWanted, isToLetGo, openCaptures } from './open-money';
import { openUnits, orderStatus, tenderState, type OrderStatus } from './state';

export function agendaOf(order: OrderSnapshot): OrderAgenda {
  const blocked = new Set(order.exceptions.filter((one) => !one.isWait).map((one) => one.blocks));
  const money = moneySteps(order).filter(({ step }) => !blocked.has(step));
  const authorizing = ownTenders(order).some((tender) => !isCovered(tender));
  const isFree = ({ groupNo }: { readonly groupNo: number }) =>
    !blocked.has(blocksRelease(groupNo).text);
  const access = authorizing ? null : accessOf(order);
  const pickups = (authorizing ? [] : pickupsOf(order)).filter(isFree);
  return {
    order: briefOf(order),
    money: money.map(({ due }) => due),
    releases: (authorizing ? [] : releasesOf(order)).filter(isFree),
    ...(pickups.length > 0 && { pickups }),
    ...(access && { access }),
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
    ownCaptures(order).every((one) => one.state === 'captured' || one.state === 'given-up') &&
    order.refunds.every(({ state, rma }) => state !== 'failed' || rma !== null) &&
    !order.groups.some((group) => group.state === 'planned' && group.isAsked) &&
    order.exceptions.length === 0
  );
}

/** What a return charges again is asked for by its flow. */
const ownTenders = ({ tenders }: OrderSnapshot) => tenders.filter((one) => !one.forReturn);
const ownCaptures = (order: OrderSnapshot) => {
  const own = new Set(ownTenders(order).map((one) => one.tenderNo));
  return order.captures.filter((one) => own.has(one.tenderNo));
};

interface DueStep {
  readonly step: string;
  readonly due: MoneyStep;
}

/** Money that is due, whether or not an exception blocks it: authorize, capture, void, refund. */
function moneySteps(order: OrderSnapshot): DueStep[] {
  if (order.stage === 'received' || order.stage === 'closed') return [];
  const { orderId, currency } = order;
  return ownTenders(order).flatMap((tender) => {
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
        .filter(({ rma }) => rma === null)
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
 * asked for to its end whatever came between, and one that is claimed to be there is looked for: an
 * amount that is held must be known to be let go.
 */
function authorizations(
  order: OrderSnapshot,
  tender: SnapshotTender,
): ({ readonly step: 'authorize' } & AuthorizeDue)[] {
  const { orderId, currency } = order;
  const wanted = isMoneyWanted(order, tender.tenderNo);
  return tender.authorizations
    .filter((one) => one.state === 'planned' && (wanted || one.isAsked || one.isClaim))
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
    const first = open.find((one) => one.isAsked) ?? open.find((one) => one.state === 'due');
    // On one that is spent, a channel is asked all the same: its no is somebody's work.
    if (!first || (state !== 'live' && state !== 'consumed')) return [];
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

/** One that was asked to go, and whose answer is not known, is asked for to its end. */
function voidSteps(order: OrderSnapshot, tender: SnapshotTender): DueStep[] {
  const { orderId, currency } = order;
  const { tenderNo } = tender;
  return tender.authorizations
    .filter((one) => one.state === 'live' && (one.isAsked || isToLetGo(order, tender, one)))
    .map(({ authorizationNo, amountMinor, capturedMinor, voidTry }) => ({
      step: blocksVoid(tenderNo, authorizationNo).text,
      due: {
        step: 'void' as const,
        orderId,
        account: tender.moneyAccount,
        tenderNo,
        currency,
        authorizationNo,
        amountMinor: amountMinor - capturedMinor,
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
    if (account === null) return [];
    // A hold does not leave a question open that the warehouse may already have answered with yes.
    if (order.holdReason !== null && !group.isAsked) return [];
    const units = unitsOf(order, groupNo, 'reserved');
    if (group.state !== 'planned' || (units === 0 && !group.isAsked)) return [];
    const key = effectKey.release(orderId, groupNo, group.try);
    return [{ orderId, groupNo, account, location, units, key }];
  });
}

/** Stores that are to hold what is reserved there, and were not told yet. */
function pickupsOf(order: OrderSnapshot): PickupDue[] {
  if (order.stage !== 'accepted' || order.holdReason !== null) return [];
  return order.groups.flatMap(({ groupNo, kind, state, locationId }): PickupDue[] => {
    const units = unitsOf(order, groupNo, 'reserved');
    if (kind !== 'pickup' || state !== 'planned' || units === 0) return [];
    return [{ orderId: order.orderId, groupNo, storeId: locationId, units }];
  });
}

/** What nobody sends is the buyer's once its money is promised or here. */
function accessOf(order: OrderSnapshot): AccessDue | null {
  if (order.stage !== 'accepted' || order.holdReason !== null) return null;
  const units = sum(accessLines(order).map((line) => line.unallocated));
  return units > 0 ? { orderId: order.orderId, units } : null;
}

export const accessLines = ({ lines }: Pick<OrderSnapshot, 'lines'>): SnapshotLine[] =>
  lines.filter(({ notSent, unallocated }) => isAccess(notSent) && unallocated > 0);

function unitsOf(
  order: OrderSnapshot,
  groupNo: number,
  place: 'reserved' | 'released' | 'shipped' | 'pickedUp' | 'cancelled',
): number {
  let units = 0;
  for (const { allocations } of order.lines) {
    for (const one of allocations) if (one.groupNo === groupNo) units += one[place];
  }
  return units;
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
      ...pickedUp(total((line) => line.pickedUp)),
      cancelled: total((line) => line.cancelled),
    },
    lines: order.lines.slice(0, MAX_LINES_SHOWN).map((line) => ({
      lineNo: line.lineNo,
      sku: line.sku ?? line.channelSku,
      ordered: line.ordered,
      reserved: line.reserved,
      released: line.released,
      shipped: line.shipped,
      ...pickedUp(line.pickedUp),
      cancelled: line.cancelled,
    })),
    lineCount: order.lines.length,
    groups: order.groups.map(({ groupNo, kind, locationId, account, state }) => ({
      groupNo,
      ...(kind === 'pickup' && { kind }),
      location: locationId,
      account,
      state,
      reserved: unitsOf(order, groupNo, 'reserved'),
      released: unitsOf(order, groupNo, 'released'),
      shipped: unitsOf(order, groupNo, 'shipped'),
      ...pickedUp(unitsOf(order, groupNo, 'pickedUp')),
      cancelled: unitsOf(order, groupNo, 'cancelled'),
    })),
    tenders: order.tenders.map(tenderBrief),
  };
}

/** Said only where something was: most orders are shipped, and a history holds this many times. */
const pickedUp = (units: number) => (units > 0 ? { pickedUp: units } : {});

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
