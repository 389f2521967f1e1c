/** Authorization: an amount is promised, or declined. Posts nothing (rule 1). */
import { blocksAuthorization } from '../../canonical/flows/order-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import { afterAuthorization } from '../../canonical/rules/order/after';
import { isMoneyWanted } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { refusalCode, type Refused } from '../../canonical/ports/fault';
import type { Authorized, AuthorizeRequest } from '../../canonical/ports/payment';
import type { AuthorizeDue, EffectAnswer } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import type { Draft, EffectRow } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact, factWrite } from '../../store/orders/orders';
import { moneyDraft } from './money-refs';
import { recordOrderEffect, type Change } from '../order/order-effect';
import type { OrderInHand } from '../order/order-moment';

export const prepareAuthorization = (due: AuthorizeDue): Draft<AuthorizeRequest> =>
  moneyDraft<AuthorizeRequest>('begin-authorization', due, {
    channelOrderRef: 'channelOrderRef',
    paymentMethodRef: 'paymentMethodRef',
  });

export function recordAuthorization(
  db: Database,
  due: AuthorizeDue,
  answer: Authorized | Refused,
  begun?: EffectRow,
): Promise<EffectAnswer> {
  return recordOrderEffect(db, due, answer, begun, {
    yes: ({ order }, made) => live(order, due, made),
    no: (sql, inHand, refused) => declined(sql, inHand, due, refused),
  });
}

function live(order: OrderSnapshot, due: AuthorizeDue, made: Authorized): Change {
  const { orderId, tenderNo, authorizationNo } = due;
  const { reference, isMulticapture, expiresAt } = made;
  const state = 'live' as const;
  const change = { state, reference, isMulticapture, isAsked: false };
  const after = afterAuthorization(order, due, () => change);
  const writes = [
    {
      name: 'authorize',
      text: `update payment_authorization set state = 'live', reference = $4, is_multicapture = $5,
                    authorized_at = now(), expires_at = $6
              where order_id = $1 and tender_no = $2 and authorization_no = $3`,
      values: [orderId, tenderNo, authorizationNo, reference, isMulticapture, expiresAt],
    },
    factWrite(orderId, factOf('authorized', due, reference)),
  ];
  return { after, writes };
}

async function declined(sql: Sql, inHand: OrderInHand, due: AuthorizeDue, refused: Refused) {
  const { order } = inHand;
  const { orderId, tenderNo, amountMinor, currency } = due;
  await sql.query(
    `update payment_authorization set state = 'declined'
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [orderId, tenderNo, due.authorizationNo],
  );
  // A no to what a cancel has made unneeded meanwhile is nobody's work.
  if (isMoneyWanted(order, tenderNo)) {
    await openException(sql, {
      code: 'payment.declined',
      detail: `${formatMoney(amountMinor, currency)} on tender ${tenderNo} was declined: ${refusalCode(refused)}`,
      cause: { kind: 'effect', ref: due.key },
      blocks: blocksAuthorization(tenderNo),
      subject: orderId,
      orderId,
      workflowId: order.workflowId,
      moneyMinor: amountMinor,
      currency,
      correlationId: order.correlationId,
    });
  }
  const fact = factOf('authorization-declined', due, refusalCode(refused));
  await appendFact(sql, orderId, fact);
}

function factOf(kind: string, due: AuthorizeDue, reference: string) {
  const { tenderNo, authorizationNo, amountMinor } = due;
  const about = { tenderNo, authorizationNo, amountMinor, system: due.account, reference };
  return { kind, occurredAt: new Date().toISOString(), about };
}
