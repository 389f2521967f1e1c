/** What a shipment takes from which tender: prepaid money, captures that become due, what is left. */
import { planCaptures } from '../../canonical/rules/capture';
import type { AuthorizationFacts, CapturePlan } from '../../canonical/rules/capture';
import { stepName } from '../../canonical/rules/effect-keys';
import { formatMoney, sum } from '../../canonical/rules/money';
import type { SnapshotTender } from '../../canonical/rules/order-snapshot';
import { only, type Sql } from '../database';
import { openException } from '../exceptions';
import type { OrderInHand } from './order-moment';

/** Money that is here comes first; see `planCaptures`. */
export function capturePlanOf(
  inHand: OrderInHand,
  invoiceMinor: number,
  isLastShipment: boolean,
): CapturePlan {
  const tenders = inHand.order.tenders.map((tender) => ({
    tenderNo: tender.tenderNo,
    amountMinor: tender.amountMinor - owedElsewhere(inHand, tender.tenderNo),
    prepaidMinor: tender.prepaidMinor - tender.prepaidUsedMinor,
    capturedMinor: tender.capturedMinor,
    authorizations: usableAuthorizations(inHand, tender),
  }));
  return planCaptures(invoiceMinor, tenders, isLastShipment);
}

/** As the captures that are still due will leave them: a single-capture one is spoken for. */
function usableAuthorizations(
  { order }: OrderInHand,
  tender: SnapshotTender,
): AuthorizationFacts[] {
  return tender.authorizations.flatMap(({ state, ...authorization }) => {
    if (state === 'planned') return [];
    const dueMinor = sum(
      order.captures
        .filter(
          (one) =>
            one.state === 'due' &&
            one.tenderNo === tender.tenderNo &&
            one.authorizationNo === authorization.authorizationNo,
        )
        .map((one) => one.amountMinor),
    );
    const capturedMinor = authorization.capturedMinor + dueMinor;
    const isSpokenFor = dueMinor > 0 && !authorization.isMulticapture;
    return [{ ...authorization, capturedMinor, state: isSpokenFor ? 'consumed' : state }];
  });
}

/** Captures of earlier shipments that are still due take their part of the tender first. */
function owedElsewhere({ order }: OrderInHand, tenderNo: number): number {
  return sum(
    order.captures
      .filter((one) => one.tenderNo === tenderNo && (one.state === 'due' || one.state === 'failed'))
      .map((one) => one.amountMinor),
  );
}

/** Rows for what is to be captured; an authorization that is spent is asked for anew. */
export async function planMoney(
  sql: Sql,
  { order }: OrderInHand,
  shipmentNo: number,
  plan: CapturePlan,
): Promise<void> {
  const { orderId, currency } = order;
  for (const part of plan.prepaid) {
    await sql.query(
      `update tender set prepaid_used_minor = prepaid_used_minor + $3
        where order_id = $1 and tender_no = $2`,
      [orderId, part.tenderNo, part.amountMinor],
    );
  }
  for (const capture of plan.captures) {
    const authorizationNo =
      capture.authorizationNo ??
      (await planAuthorization(sql, orderId, capture.tenderNo, capture.amountMinor));
    await sql.query({
      name: 'plan-capture',
      text: `insert into capture (order_id, tender_no, shipment_no, amount_minor,
               authorization_no, is_final, state)
             values ($1, $2, $3, $4, $5, $6, 'due')`,
      values: [
        orderId,
        capture.tenderNo,
        shipmentNo,
        capture.amountMinor,
        authorizationNo,
        capture.isFinal,
      ],
    });
  }
  if (plan.uncoveredMinor > 0) {
    await openException(sql, {
      code: 'payment.capture-failed',
      detail: `${formatMoney(plan.uncoveredMinor, currency)} of shipment ${shipmentNo}, which has left, is covered by no tender`,
      cause: { kind: 'order', ref: orderId },
      blocks: stepName.capture(0, shipmentNo),
      subject: orderId,
      severity: 'high',
      orderId,
      workflowId: order.workflowId,
      moneyMinor: plan.uncoveredMinor,
      currency,
      correlationId: order.correlationId,
    });
  }
}

/** The next authorization of a tender; its number, which only a new need raises. */
export async function planAuthorization(
  sql: Sql,
  orderId: string,
  tenderNo: number,
  amountMinor: number,
): Promise<number> {
  const { rows } = await sql.query<{ authorization_no: number }>(
    `insert into payment_authorization (order_id, tender_no, authorization_no, state, amount_minor)
     select $1, $2, coalesce(max(authorization_no), 0) + 1, 'planned', $3
       from payment_authorization where order_id = $1 and tender_no = $2
     returning authorization_no`,
    [orderId, tenderNo, amountMinor],
  );
  return only(rows, 'planAuthorization').authorization_no;
}
