/** Authorization: an amount is promised, or declined. Posts nothing (rule 1). */
import { stepName } from '../../canonical/rules/effect-keys';
import { formatMoney } from '../../canonical/rules/money';
import type { OrderSnapshot } from '../../canonical/rules/order-snapshot';
import { openUnits } from '../../canonical/rules/order-state';
import type { Refused } from '../../canonical/ports/fault';
import type { Authorized, AuthorizeRequest } from '../../canonical/ports/payment';
import type { AuthorizeOrder, EffectAnswer } from '../../canonical/schema/order-flow';
import type { Database, Sql } from '../database';
import { finishEffect } from '../effects';
import { openException } from '../exceptions';
import { appendFact } from '../orders';
import { moneyRefs, moneyRequest } from './money-refs';
import { orderMoment, UnknownOrder } from './order-moment';

export async function prepareAuthorization(
  sql: Sql,
  due: AuthorizeOrder,
): Promise<AuthorizeRequest> {
  const { channelOrderRef, paymentMethodRef } = await moneyRefs(sql, due);
  if (paymentMethodRef === null) {
    throw new UnknownOrder(
      `order ${due.orderId} has no means of payment on tender ${due.tenderNo}`,
    );
  }
  return { ...moneyRequest(due), channelOrderRef, paymentMethodRef };
}

export async function recordAuthorization(
  db: Database,
  due: AuthorizeOrder,
  answer: Authorized | Refused,
): Promise<EffectAnswer> {
  const isLive = answer.outcome === 'authorized';
  const { agenda } = await orderMoment(db, due.orderId, async (sql, { order, setup }) => {
    const isNew = await finishEffect(sql, due.key, {
      state: isLive ? 'done' : 'refused',
      reference: isLive ? answer.reference : null,
      answer,
    });
    if (!isNew) return;
    const at = [due.orderId, due.tenderNo, due.authorizationNo];
    if (isLive) {
      await sql.query(
        `update payment_authorization set state = 'live', reference = $4, is_multicapture = $5,
                authorized_at = now(), expires_at = $6
          where order_id = $1 and tender_no = $2 and authorization_no = $3`,
        [...at, answer.reference, answer.isMulticapture, answer.expiresAt],
      );
    } else {
      await sql.query(
        `update payment_authorization set state = 'declined'
          where order_id = $1 and tender_no = $2 and authorization_no = $3`,
        at,
      );
      if (isStillWanted(order, due.tenderNo)) {
        await openException(sql, {
          code: 'payment.declined',
          detail: `${formatMoney(due.amountMinor, due.currency)} on tender ${due.tenderNo} was declined: ${answer.vendorCode}`,
          cause: { kind: 'effect', ref: due.key },
          blocks: stepName.authorize(due.tenderNo),
          subject: due.orderId,
          orderId: due.orderId,
          workflowId: order.workflowId,
          moneyMinor: due.amountMinor,
          currency: due.currency,
          correlationId: order.correlationId,
        });
      }
    }
    await appendFact(sql, due.orderId, {
      kind: isLive ? 'authorized' : 'authorization-declined',
      occurredAt: new Date().toISOString(),
      about: {
        tenderNo: due.tenderNo,
        authorizationNo: due.authorizationNo,
        amountMinor: due.amountMinor,
        system: setup.moneyAccount,
        reference: isLive ? answer.reference : answer.vendorCode,
      },
    });
  });
  return { outcome: isLive ? 'done' : 'refused', agenda };
}

/** A no to what a cancel has made unneeded meanwhile is nobody's work. */
function isStillWanted(order: OrderSnapshot, tenderNo: number): boolean {
  return (
    order.lines.some((line) => openUnits(line) > 0) ||
    order.captures.some((one) => one.tenderNo === tenderNo && one.state === 'due')
  );
}
