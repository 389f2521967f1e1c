/** Money that is here already goes back (rule 8). */
import { blocksRefund } from '../../canonical/flows/order-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import { afterRefund } from '../../canonical/rules/order/after';
import { tenderOf } from '../../canonical/rules/order/snapshot';
import { postRefund } from '../../canonical/rules/posting/posting';
import { refusalCode, type Refused } from '../../canonical/ports/fault';
import type { Refunded, RefundRequest } from '../../canonical/ports/payment';
import type { EffectAnswer, RefundDue } from '../../canonical/flows/order';
import { returnWorkflowId } from '../../canonical/flows/return';
import type { Database, Sql } from '../../store/database';
import type { Draft, EffectRow } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { factWrite } from '../../store/orders/orders';
import { moneyDraft } from './money-refs';
import { effectJournal, exceptionOf } from '../order/of-order';
import { recordOrderEffect, type Change } from '../order/order-effect';
import type { OrderInHand, TakenOrder } from '../order/order-moment';

/** The open item of the ledger that a refund settles. */
export const refundItem = (orderId: string, tenderNo: number, refundNo: number | string) =>
  `refund:${orderId}:${tenderNo}:${refundNo}`;

export const prepareRefund = (due: RefundDue): Draft<RefundRequest> =>
  moneyDraft<RefundRequest>('begin-refund', due, {
    channelOrderRef: 'channelOrderRef',
    authorizationRef: 'authorizationRef',
    captureRef: 'captureRef',
    knownRefs: 'knownRefunds',
  });

export function recordRefund(
  db: Database,
  due: RefundDue,
  answer: Refunded | Refused,
  begun?: EffectRow,
): Promise<EffectAnswer> {
  return recordOrderEffect(db, due, answer, begun, {
    yes: (taken, made) => booked(taken, due, made),
    no: (sql, inHand, refused) => failed(sql, inHand, due, refused),
  });
}

function booked(taken: TakenOrder, due: RefundDue, answer: Refunded): Change {
  const { order } = taken;
  const { orderId, tenderNo, refundNo, amountMinor } = due;
  const { reference } = answer;
  const occurredAt = new Date().toISOString();
  const refund = order.refunds.find(
    (one) => one.tenderNo === tenderNo && one.refundNo === refundNo,
  );
  if (!refund) throw new RangeError(`refund ${refundNo} of order ${orderId} is not here`);
  const writes = [
    {
      name: 'book-refund',
      with: `
        r as (
          update refund set state = 'refunded', reference = $4, refunded_at = now()
           where order_id = $1 and tender_no = $2 and refund_no = $3)`,
      text: `
        update tender set refunded_minor = refunded_minor + $5
         where order_id = $1 and tender_no = $2`,
      values: [orderId, tenderNo, refundNo, reference, amountMinor],
    },
    factWrite(orderId, {
      kind: 'refunded',
      occurredAt,
      money: [{ tenderNo, kind: 'refunded', amountMinor }],
      about: { refundNo, reference },
    }),
    ...effectJournal(
      taken,
      { key: due.key, occurredAt },
      postRefund({
        tenderNo,
        kind: tenderOf(order, tenderNo).kind,
        refundItem: refundItem(orderId, tenderNo, refundNo),
        clearingAccount: due.account,
        paymentRef: refund.paymentRef,
        amountMinor,
      }),
    ),
  ];
  return { after: afterRefund(order, due, reference), writes };
}

async function failed(sql: Sql, { order }: OrderInHand, due: RefundDue, answer: Refused) {
  const { orderId, tenderNo, refundNo, amountMinor, currency } = due;
  const refund = order.refunds.find(
    (one) => one.tenderNo === tenderNo && one.refundNo === refundNo,
  );
  await sql.query(
    `update refund set state = 'failed'
      where order_id = $1 and tender_no = $2 and refund_no = $3`,
    [orderId, tenderNo, refundNo],
  );
  await openException(sql, {
    code: 'refund.failed',
    detail: `a refund of ${formatMoney(amountMinor, currency)} was refused: ${refusalCode(answer)}`,
    cause: { kind: 'effect', ref: due.key },
    blocks: blocksRefund(tenderNo, refundNo),
    ...exceptionOf(order, amountMinor),
    // Of the flow that makes it.
    ...(refund?.rma && { subject: refund.rma, workflowId: returnWorkflowId(refund.rma) }),
    severity: 'high',
  });
}
