/**
 * A refund that was made did not reach the buyer: the money is back where it was, and is owed again
 * (rule 8a), under an exception. A flow that makes it goes on, or is begun again where a return's had
 * ended; of an order that has ended, a person refunds by hand where the money is, and that is followed.
 * What somebody else had refunded and no return has claimed is owed to nobody: its concession (8b) is
 * undone.
 */
import { blocksOutside, blocksRefund } from '../../canonical/flows/order-steps';
import { returnWorkflowId } from '../../canonical/flows/return';
import { formatMoney } from '../../canonical/rules/money/money';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { tenderOf, type SnapshotRefund } from '../../canonical/rules/order/snapshot';
import { businessDate } from '../../canonical/rules/posting/business-date';
import type { Posting } from '../../canonical/rules/posting/posting';
import { postConcessionUndone, postOwedAgain } from '../../canonical/rules/posting/refunds-undone';
import type { Database, Sql } from '../../store/database';
import { undoEffect } from '../../store/effects/undo-effect';
import { refundsByReference } from '../../store/effects/payments';
import { openException, settleOfOrder } from '../../store/exceptions/exceptions';
import { isFlowOpen, lookAgainWrite, reopenFlow } from '../../store/flows/flows';
import { markEventApplied } from '../../store/inbox/facts';
import { postJournal } from '../../store/ledger/ledger';
import { appendFact, settleStatus } from '../../store/orders/orders';
import { reopenReturn } from '../../store/returns/reopen-return';
import { writeTogether } from '../../store/writes';
import { orderJournal } from '../order/of-order';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { refundItem } from './refund';

export interface FailedRefund {
  readonly eventNo: number;
  /** RFC 3339. */
  readonly occurredAt: string;
  readonly reference: string;
}

/** `not-ours`: no refund has that reference. */
export type Undone = 'undone' | 'known' | 'not-ours';

export function undoRefund(db: Database, told: FailedRefund): Promise<Undone> {
  return db.transaction(async (sql) => {
    const of = await refundsByReference(sql, told.reference);
    if (of.length === 0) return 'not-ours';
    let isNews = false;
    for (const { orderId, tenderNo, refundNo } of of) {
      const taken = await takeOrder(sql, orderId);
      const refund = taken.order.refunds.find(
        (one) => one.tenderNo === tenderNo && one.refundNo === refundNo,
      );
      if (refund?.state !== 'refunded') continue;
      isNews = true;
      await undo(sql, taken, refund, told);
    }
    await markEventApplied(sql, told.eventNo, isNews ? 'applied' : 'superseded');
    return isNews ? 'undone' : 'known';
  });
}

async function undo(
  sql: Sql,
  taken: TakenOrder,
  refund: SnapshotRefund,
  told: FailedRefund,
): Promise<void> {
  const { order } = taken;
  const { orderId } = order;
  const { tenderNo, refundNo, amountMinor, paymentRef, isOutside, matchedMinor, reference } =
    refund;
  // Of what somebody else had refunded, only what a return has claimed is owed.
  const owedMinor = isOutside ? matchedMinor : amountMinor;
  const item = refundItem(orderId, tenderNo, refundNo);
  const tender = tenderOf(order, tenderNo);
  const failed = postOwedAgain({
    tenderNo,
    kind: tender.kind,
    refundItem: item,
    clearingAccount: tender.moneyAccount,
    paymentRef,
    amountMinor,
  });
  await post(sql, taken, `refund-failed:${item}:${refund.try}`, told, failed);
  const conceded = { tenderNo, refundItem: item, amountMinor: amountMinor - owedMinor };
  const undone = postConcessionUndone(conceded);
  await post(sql, taken, `concession-undone:${item}:${refund.try}`, told, undone);
  await markFailed(sql, orderId, refund, owedMinor);
  if (!isOutside) {
    const key = effectKey.refund(orderId, tenderNo, refundNo, refund.try);
    await undoEffect(sql, key, 'refund_failed');
  }
  await appendFact(sql, orderId, {
    kind: 'refund-failed',
    occurredAt: told.occurredAt,
    money: [{ tenderNo, kind: 'refunded', amountMinor: 0 - amountMinor }],
    about: { refundNo, reference },
  });
  if (isOutside) {
    const of = { code: 'refund.outside', blocks: blocksOutside(tenderNo, refundNo) } as const;
    await settleOfOrder(sql, orderId, of, 'it did not reach the buyer');
  }
  await tell(sql, taken, refund, told, owedMinor);
  await settleStatus(sql, orderId, order);
}

/** Owed: its flow waits at the exception for a retry. Not owed: it is kept, and no more than seen. */
async function markFailed(
  sql: Sql,
  orderId: string,
  { tenderNo, refundNo, amountMinor }: SnapshotRefund,
  owedMinor: number,
): Promise<void> {
  await sql.query({
    name: 'mark-refund-failed',
    text: `with r as (
             update refund set state = case when $5 > 0 then 'failed' else 'given-up' end,
                    amount_minor = case when $5 > 0 then $5 else amount_minor end,
                    is_outside = is_outside and $5 = 0, matched_minor = 0
              where order_id = $1 and tender_no = $2 and refund_no = $3)
           update tender set refunded_minor = refunded_minor - $4
            where order_id = $1 and tender_no = $2`,
    values: [orderId, tenderNo, refundNo, amountMinor, owedMinor],
  });
}

/** An exception of the flow that makes it again; that of a return is begun again where it had ended. */
async function tell(
  sql: Sql,
  { order }: TakenOrder,
  { tenderNo, refundNo, rma, amountMinor, reference }: SnapshotRefund,
  { eventNo }: FailedRefund,
  owedMinor: number,
): Promise<void> {
  const { orderId, orderNo, currency, correlationId } = order;
  const ofReturn = rma === null ? null : returnWorkflowId(rma);
  if (rma !== null && ofReturn !== null && owedMinor > 0) {
    await reopenReturn(sql, rma);
    await reopenFlow(sql, ofReturn);
  }
  const workflowId = ofReturn ?? order.workflowId;
  const isFollowed = owedMinor > 0 && (await isFlowOpen(sql, workflowId));
  const owed =
    owedMinor > 0
      ? `${formatMoney(owedMinor, currency)} are owed again`
      : 'nothing here owes it: whoever made it wants to know';
  await openException(sql, {
    code: 'refund.failed',
    detail: `a refund of ${formatMoney(amountMinor, currency)} of order ${orderNo} came back (${reference}): ${owed}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: blocksRefund(tenderNo, refundNo),
    subject: rma ?? orderId,
    orderId,
    ...(isFollowed && { workflowId }),
    moneyMinor: amountMinor,
    currency,
    correlationId,
    severity: 'high',
  });
  if (isFollowed) await writeTogether(sql, [lookAgainWrite(workflowId)]);
}

async function post(
  sql: Sql,
  taken: TakenOrder,
  momentKey: string,
  { eventNo, occurredAt }: FailedRefund,
  posted: Posting | null,
): Promise<void> {
  await postJournal(
    sql,
    orderJournal(taken, {
      momentKey,
      businessDate: businessDate(occurredAt, taken.order.timeZone),
      source: `event:${eventNo}`,
      occurredAt,
      posting: posted,
    }),
  );
}
