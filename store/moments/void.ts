/** An authorization that nothing will be captured on is let go. Posts nothing (rule 1). */
import { stepName } from '../../canonical/rules/effect-keys';
import { formatMoney } from '../../canonical/rules/money';
import type { Refused } from '../../canonical/ports/fault';
import type { Voided, VoidRequest } from '../../canonical/ports/payment';
import type { EffectAnswer, VoidOrder } from '../../canonical/schema/order-flow';
import type { Database, Sql } from '../database';
import { finishEffect } from '../effects';
import { openException } from '../exceptions';
import { appendFact } from '../orders';
import { moneyRefs, moneyRequest } from './money-refs';
import { orderMoment } from './order-moment';

export async function prepareVoid(sql: Sql, due: VoidOrder): Promise<VoidRequest> {
  const { channelOrderRef, authorizationRef } = await moneyRefs(sql, due);
  return { ...moneyRequest(due), channelOrderRef, authorizationRef };
}

export async function recordVoid(
  db: Database,
  due: VoidOrder,
  answer: Voided | Refused,
): Promise<EffectAnswer> {
  const isVoided = answer.outcome === 'voided';
  const { orderId, tenderNo, authorizationNo, amountMinor, currency } = due;
  const { agenda } = await orderMoment(db, orderId, async (sql, { order }) => {
    const isNew = await finishEffect(sql, due.key, {
      state: isVoided ? 'done' : 'refused',
      reference: isVoided ? answer.reference : null,
      answer,
    });
    if (!isNew) return;
    if (isVoided) {
      await sql.query(
        `update payment_authorization set state = 'voided'
          where order_id = $1 and tender_no = $2 and authorization_no = $3`,
        [orderId, tenderNo, authorizationNo],
      );
    } else {
      await openException(sql, {
        code: 'payment.void-failed',
        detail: `the authorization of ${formatMoney(amountMinor, currency)} is still there: ${answer.vendorCode}`,
        cause: { kind: 'effect', ref: due.key },
        blocks: stepName.void(tenderNo, authorizationNo),
        subject: orderId,
        orderId,
        workflowId: order.workflowId,
        moneyMinor: amountMinor,
        currency,
        correlationId: order.correlationId,
      });
    }
    await appendFact(sql, orderId, {
      kind: isVoided ? 'authorization-voided' : 'void-failed',
      occurredAt: new Date().toISOString(),
      about: { tenderNo, authorizationNo, amountMinor },
    });
  });
  return { outcome: isVoided ? 'done' : 'refused', agenda };
}
