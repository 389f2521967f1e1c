/** What an invoice takes from which tender: prepaid money, captures that become due, what is left. */
import { planCaptures } from '../../canonical/rules/money/capture';
import type {
  AuthorizationFacts,
  CapturePlan,
  PlannedCapture,
  TenderLedger,
} from '../../canonical/rules/money/capture';
import { blocksCapture } from '../../canonical/flows/order-steps';
import { formatMoney, sum } from '../../canonical/rules/money/money';
import { freePrepaidMinor } from '../../canonical/rules/money/prepayment';
import { openCaptures } from '../../canonical/rules/order/open-money';
import { afterDue, afterTender } from '../../canonical/rules/order/after';
import type {
  OrderSnapshot,
  SnapshotPrepayment,
  SnapshotTender,
} from '../../canonical/rules/order/snapshot';
import type { Sql } from '../../store/database';
import { writeTogether, type Write } from '../../store/writes';
import { openException } from '../../store/exceptions/exceptions';
import { exceptionOf } from '../order/of-order';
import type { TakenOrder } from '../order/order-moment';

/** Money that is here comes first; see `planCaptures`. */
export function capturePlanOf(
  taken: TakenOrder,
  invoiceMinor: number,
  isLastShipment: boolean,
): CapturePlan {
  const tenders = taken.order.tenders.map((tender) => ledgerOf(taken, tender));
  const plan = planCaptures(invoiceMinor, tenders, isLastShipment);
  return taken.setup.moneyMode === 'channel' ? withoutNewAuthorizations(plan) : plan;
}

/** Beside what is here: what is to be captured ahead of an invoice. */
export function prepaymentPlanOf(
  taken: TakenOrder,
  amountMinor: number,
  isLast: boolean,
): CapturePlan {
  const tenders = taken.order.tenders.map((tender) => ({
    ...ledgerOf(taken, tender),
    prepaidMinor: 0,
  }));
  const plan = planCaptures(amountMinor, tenders, isLast);
  return taken.setup.moneyMode === 'channel' ? withoutNewAuthorizations(plan) : plan;
}

const ledgerOf = (taken: TakenOrder, tender: SnapshotTender): TenderLedger => ({
  tenderNo: tender.tenderNo,
  amountMinor: tender.amountMinor - owedElsewhere(taken, tender.tenderNo),
  prepaidMinor: freePrepaidMinor(taken.order, tender),
  capturedMinor: tender.capturedMinor,
  authorizations: usableAuthorizations(taken, tender),
});

/** A channel authorizes by itself: what its authorizations do not cover is covered by nobody. */
function withoutNewAuthorizations(plan: CapturePlan): CapturePlan {
  const captures = plan.captures.filter((capture) => capture.authorizationNo !== null);
  const left = plan.captures.filter((capture) => capture.authorizationNo === null);
  const uncoveredMinor = plan.uncoveredMinor + sum(left.map((capture) => capture.amountMinor));
  return { ...plan, captures, uncoveredMinor };
}

/**
 * As the captures that may still be made on them will leave them: a single-capture one is spoken
 * for, and one that was asked to go is as good as gone.
 */
function usableAuthorizations({ order }: TakenOrder, tender: SnapshotTender): AuthorizationFacts[] {
  return tender.authorizations.flatMap(({ state, isAsked, ...authorization }) => {
    if (state === 'planned' || isAsked) return [];
    const dueMinor = sum(
      openCaptures(order, tender.tenderNo)
        .filter((one) => one.authorizationNo === authorization.authorizationNo)
        .map((one) => one.amountMinor),
    );
    const capturedMinor = authorization.capturedMinor + dueMinor;
    const isSpokenFor = dueMinor > 0 && !authorization.isMulticapture;
    return [{ ...authorization, capturedMinor, state: isSpokenFor ? 'consumed' : state }];
  });
}

/** Captures of earlier invoices that are still due take their part of the tender first. */
function owedElsewhere({ order }: TakenOrder, tenderNo: number): number {
  return sum(openCaptures(order, tenderNo).map((one) => one.amountMinor));
}

/** Rows for what is to be captured; an authorization that is spent is asked for anew. */
export function moneyWrites(order: OrderSnapshot, invoiceNo: number, plan: CapturePlan): Write[] {
  const { orderId } = order;
  return [
    ...plan.prepaid.map(({ tenderNo, amountMinor }) => ({
      name: 'use-prepaid',
      text: `update tender set prepaid_used_minor = prepaid_used_minor + $3
              where order_id = $1 and tender_no = $2`,
      values: [orderId, tenderNo, amountMinor],
    })),
    ...plan.captures.flatMap((capture) => captureWrites(order, invoiceNo, capture)),
  ];
}

/** `groupNo`: of a prepayment, the group that it is for. */
export function captureWrites(
  order: OrderSnapshot,
  invoiceNo: number,
  capture: PlannedCapture,
  groupNo: number | null = null,
): readonly Write[] {
  const { orderId } = order;
  const { tenderNo, amountMinor, isFinal } = capture;
  const authorizationNo = capture.authorizationNo ?? nextAuthorizationNo(order, tenderNo);
  const due = {
    name: 'plan-capture',
    text: `insert into capture (order_id, tender_no, invoice_no, amount_minor,
             authorization_no, is_final, state, group_no)
           values ($1, $2, $3, $4, $5, $6, 'due', $7)`,
    values: [orderId, tenderNo, invoiceNo, amountMinor, authorizationNo, isFinal, groupNo],
  };
  if (capture.authorizationNo !== null) return [due];
  return [authorizationWrite(orderId, tenderNo, authorizationNo, amountMinor), due];
}

/** The order with those rows. */
export function afterMoney(
  order: OrderSnapshot,
  invoiceNo: number,
  plan: CapturePlan,
): OrderSnapshot {
  const used = plan.prepaid.reduce(
    (so, { tenderNo, amountMinor }) =>
      afterTender(so, tenderNo, ({ prepaidUsedMinor }) => ({
        prepaidUsedMinor: prepaidUsedMinor + amountMinor,
      })),
    order,
  );
  return afterCaptures(used, invoiceNo, plan);
}

/** With the captures that the plan makes due. */
export function afterCaptures(
  order: OrderSnapshot,
  invoiceNo: number,
  { captures }: CapturePlan,
  prepayment?: SnapshotPrepayment,
): OrderSnapshot {
  return captures.reduce((so, { authorizationNo, ...capture }) => {
    const planned = nextAuthorizationNo(order, capture.tenderNo);
    const isNew = authorizationNo === null;
    return afterDue(so, {
      ...capture,
      invoiceNo,
      authorizationNo: authorizationNo ?? planned,
      isNew,
      ...(prepayment && { prepayment }),
    });
  }, order);
}

/** What an invoice asks for that no tender covers is a person's work; false where there is none. */
export async function openUncovered(
  sql: Sql,
  order: OrderSnapshot,
  invoiceNo: number,
  { uncoveredMinor }: CapturePlan,
): Promise<boolean> {
  if (uncoveredMinor > 0) await uncovered(sql, order, invoiceNo, uncoveredMinor);
  return uncoveredMinor > 0;
}

async function uncovered(
  sql: Sql,
  order: OrderSnapshot,
  invoiceNo: number,
  uncoveredMinor: number,
): Promise<void> {
  await openException(sql, {
    code: 'payment.capture-failed',
    detail: `${formatMoney(uncoveredMinor, order.currency)} of invoice ${invoiceNo}, whose goods have left, is covered by no tender: collect it from the buyer, book that where it was paid, and go on`,
    // Nothing here can be asked for it.
    notOffered: ['retry'],
    cause: { kind: 'order', ref: order.orderId },
    blocks: blocksCapture(0, invoiceNo),
    ...exceptionOf(order, uncoveredMinor),
    severity: 'high',
  });
}

export function nextAuthorizationNo(order: OrderSnapshot, tenderNo: number): number {
  const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
  return (tender?.authorizations.at(-1)?.authorizationNo ?? 0) + 1;
}

/** The next authorization of a tender; its number, which only a new need raises. */
export async function planAuthorization(
  sql: Sql,
  order: OrderSnapshot,
  tenderNo: number,
  amountMinor: number,
): Promise<number> {
  const authorizationNo = nextAuthorizationNo(order, tenderNo);
  await writeTogether(sql, [
    authorizationWrite(order.orderId, tenderNo, authorizationNo, amountMinor),
  ]);
  return authorizationNo;
}

export function authorizationWrite(
  orderId: string,
  tenderNo: number,
  authorizationNo: number,
  amountMinor: number,
): Write {
  return {
    name: 'plan-authorization',
    text: `insert into payment_authorization (order_id, tender_no, authorization_no, state,
             amount_minor)
           values ($1, $2, $3, 'planned', $4)`,
    values: [orderId, tenderNo, authorizationNo, amountMinor],
  };
}
