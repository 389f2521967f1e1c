/** An authorization that nothing will be captured on is let go. Posts nothing (rule 1). */
import { blocksVoid } from '../../canonical/flows/order-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import { afterAuthorization } from '../../canonical/rules/order/after';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { refusalCode, type Refused } from '../../canonical/ports/fault';
import type { Voided, VoidRequest } from '../../canonical/ports/payment';
import type { EffectAnswer, VoidDue } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import type { Draft, EffectRow } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact, factWrite } from '../../store/orders/orders';
import { moneyDraft } from './money-refs';
import { exceptionOf } from '../order/of-order';
import { recordOrderEffect, type Change } from '../order/order-effect';
import type { OrderInHand } from '../order/order-moment';

export const prepareVoid = (due: VoidDue): Draft<VoidRequest> =>
  moneyDraft<VoidRequest>('begin-void', due, {
    channelOrderRef: 'channelOrderRef',
    authorizationRef: 'authorizationRef',
  });

export function recordVoid(
  db: Database,
  due: VoidDue,
  answer: Voided | Refused,
  begun?: EffectRow,
): Promise<EffectAnswer> {
  return recordOrderEffect(db, due, answer, begun, {
    yes: ({ order }) => voided(order, due),
    no: (sql, inHand, refused) => failed(sql, inHand, due, refused),
  });
}

function voided(order: OrderSnapshot, due: VoidDue): Change {
  const { orderId, tenderNo, authorizationNo } = due;
  const writes = [
    {
      name: 'void',
      text: `update payment_authorization set state = 'voided'
              where order_id = $1 and tender_no = $2 and authorization_no = $3`,
      values: [orderId, tenderNo, authorizationNo],
    },
    factWrite(orderId, factOf('authorization-voided', due)),
  ];
  return {
    after: afterAuthorization(order, due, () => ({ state: 'voided', isAsked: false })),
    writes,
  };
}

async function failed(sql: Sql, { order }: OrderInHand, due: VoidDue, refused: Refused) {
  const { orderId, tenderNo, authorizationNo, amountMinor, currency } = due;
  await openException(sql, {
    code: 'payment.void-failed',
    detail: `the authorization of ${formatMoney(amountMinor, currency)} is still there: ${refusalCode(refused)}`,
    cause: { kind: 'effect', ref: due.key },
    blocks: blocksVoid(tenderNo, authorizationNo),
    ...exceptionOf(order, amountMinor),
  });
  await appendFact(sql, orderId, factOf('void-failed', due));
}

function factOf(kind: string, { tenderNo, authorizationNo, amountMinor }: VoidDue) {
  const about = { tenderNo, authorizationNo, amountMinor };
  return { kind, occurredAt: new Date().toISOString(), about };
}
