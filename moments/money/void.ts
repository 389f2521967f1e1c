/** An authorization that nothing will be captured on is let go. Posts nothing (rule 1). */
import { blocksVoid } from '../../canonical/flows/order-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import type { Refused } from '../../canonical/ports/fault';
import type { Voided, VoidRequest } from '../../canonical/ports/payment';
import type { EffectAnswer, VoidDue } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import type { Draft } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact } from '../../store/orders/orders';
import { moneyDraft } from './money-refs';
import { recordOrderEffect, type OrderInHand } from '../order/order-moment';

export const prepareVoid = (due: VoidDue): Draft<VoidRequest> =>
  moneyDraft<VoidRequest>('begin-void', due, {
    channelOrderRef: 'channelOrderRef',
    authorizationRef: 'authorizationRef',
  });

export function recordVoid(
  db: Database,
  due: VoidDue,
  answer: Voided | Refused,
): Promise<EffectAnswer> {
  return recordOrderEffect(db, due, answer, {
    yes: (sql) => voided(sql, due),
    no: (sql, inHand, refused) => failed(sql, inHand, due, refused),
  });
}

async function voided(sql: Sql, due: VoidDue): Promise<void> {
  await sql.query(
    `update payment_authorization set state = 'voided'
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [due.orderId, due.tenderNo, due.authorizationNo],
  );
  await appendFact(sql, due.orderId, factOf('authorization-voided', due));
}

async function failed(sql: Sql, { order }: OrderInHand, due: VoidDue, refused: Refused) {
  const { orderId, tenderNo, authorizationNo, amountMinor, currency } = due;
  await openException(sql, {
    code: 'payment.void-failed',
    detail: `the authorization of ${formatMoney(amountMinor, currency)} is still there: ${refused.vendorCode}`,
    cause: { kind: 'effect', ref: due.key },
    blocks: blocksVoid(tenderNo, authorizationNo),
    subject: orderId,
    orderId,
    workflowId: order.workflowId,
    moneyMinor: amountMinor,
    currency,
    correlationId: order.correlationId,
  });
  await appendFact(sql, orderId, factOf('void-failed', due));
}

function factOf(kind: string, { tenderNo, authorizationNo, amountMinor }: VoidDue) {
  const about = { tenderNo, authorizationNo, amountMinor };
  return { kind, occurredAt: new Date().toISOString(), about };
}
