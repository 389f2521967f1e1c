/**
 * What is owed back of a payment and not begun was given back by somebody else: it is counted as
 * done, whole or in part. What of it is left is all that is still asked for.
 */
import { blocksRefund } from '../../canonical/flows/order-steps';
import { returnWorkflowId } from '../../canonical/flows/return';
import { recognise } from '../../canonical/rules/money/refund';
import { afterOwed, afterRefund } from '../../canonical/rules/order/after';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import {
  tenderOf,
  type OrderSnapshot,
  type SnapshotRefund,
} from '../../canonical/rules/order/snapshot';
import { businessDate } from '../../canonical/rules/posting/business-date';
import { postRefund, type Posting } from '../../canonical/rules/posting/posting';
import type { Sql } from '../../store/database';
import { isEffectOpen } from '../../store/effects/payments';
import { settleOfOrder } from '../../store/exceptions/exceptions';
import { lookAgainWrite } from '../../store/flows/flows';
import { postJournal } from '../../store/ledger/ledger';
import { factWrite, settleKnown } from '../../store/orders/orders';
import { writeTogether, type Write } from '../../store/writes';
import { orderJournal } from '../order/of-order';
import type { TakenOrder } from '../order/order-moment';
import { refundItem } from './refund';
import { nextRefundNo } from './refund-due';

/** A refund that somebody else made, as whoever told of it names it. */
export interface MadeOutside {
  readonly tenderNo: number;
  /** The payment that it gives back, as it is called here. */
  readonly paymentRef: string;
  readonly reference: string;
  readonly amountMinor: number;
  /** Where the payment is. */
  readonly account: string;
  /** RFC 3339. */
  readonly occurredAt: string;
  /** The return that it is said to be of. */
  readonly rma: string | null;
}

/** Gives the order as it is then, and what of the refund nobody here owes. */
export async function countAsOwed(
  sql: Sql,
  { order, setup }: TakenOrder,
  made: MadeOutside,
): Promise<{ readonly order: OrderSnapshot; readonly leftMinor: number }> {
  const owed = await notBegun(sql, order, made);
  const { parts, leftMinor } = recognise(made.amountMinor, owed);
  let so = order;
  for (const { of, amountMinor } of parts) {
    const isWhole = amountMinor === of.amountMinor;
    so = await (isWhole ? countWhole : countPart)(sql, { order: so, setup }, of, {
      ...made,
      amountMinor,
    });
    const workflowId = of.rma === null ? order.workflowId : returnWorkflowId(of.rma);
    await writeTogether(sql, [lookAgainWrite(workflowId)]);
  }
  return { order: so, leftMinor };
}

/** Owed of that payment, due or refused, and no call of ours is on its way for it. */
async function notBegun(
  sql: Sql,
  { orderId, refunds }: OrderSnapshot,
  { tenderNo, paymentRef, rma }: MadeOutside,
): Promise<SnapshotRefund[]> {
  const found: SnapshotRefund[] = [];
  for (const one of refunds) {
    const isOfIt = one.tenderNo === tenderNo && one.paymentRef === paymentRef;
    const isOwed = one.paidBy === 'tender' && (one.state === 'due' || one.state === 'failed');
    if (!isOfIt || !isOwed || (rma !== null && one.rma !== rma)) continue;
    const key = effectKey.refund(orderId, tenderNo, one.refundNo, one.try);
    if (!(await isEffectOpen(sql, key))) found.push(one);
  }
  return found;
}

async function countWhole(
  sql: Sql,
  taken: TakenOrder,
  owed: SnapshotRefund,
  made: MadeOutside,
): Promise<OrderSnapshot> {
  const { order } = taken;
  const { orderId } = order;
  const { tenderNo, refundNo, amountMinor } = owed;
  const item = refundItem(orderId, tenderNo, refundNo);
  await postPaid(sql, taken, made, { item, momentKey: `outside:${item}:${made.reference}` });
  await settleRefused(sql, orderId, owed, made);
  const refunded = afterRefund(order, owed, made.reference);
  const after = withRefund(refunded, owed, { isOutside: true, matchedMinor: amountMinor });
  return settleKnown(sql, order, after, [
    {
      name: 'refund-made-outside',
      with: `
        r as (
          update refund set state = 'refunded', reference = $4, refunded_at = now(),
                 is_outside = true, matched_minor = amount_minor
           where order_id = $1 and tender_no = $2 and refund_no = $3)`,
      text: REFUNDED_MORE,
      values: [orderId, tenderNo, refundNo, made.reference, amountMinor],
    },
    factWrite(orderId, factOf(made, refundNo)),
  ]);
}

const REFUNDED_MORE = `update tender set refunded_minor = refunded_minor + $5
                        where order_id = $1 and tender_no = $2`;

/** A row of its own for what was made; what is left of the other is due, under a key of its own. */
async function countPart(
  sql: Sql,
  taken: TakenOrder,
  owed: SnapshotRefund,
  made: MadeOutside,
): Promise<OrderSnapshot> {
  const { order } = taken;
  const { orderId } = order;
  const { tenderNo, refundNo } = owed;
  const { reference, amountMinor } = made;
  const item = refundItem(orderId, tenderNo, refundNo);
  await postPaid(sql, taken, made, { item, momentKey: `outside:${item}:${reference}` });
  await settleRefused(sql, orderId, owed, made);
  const madeNo = nextRefundNo(order, tenderNo);
  // Another amount is another question.
  const rest = { amountMinor: owed.amountMinor - amountMinor, try: owed.try + 1 };
  const left = withRefund(order, owed, { ...rest, state: 'due' });
  const row = { ...owed, refundNo: madeNo, amountMinor };
  const after = withRefund(afterRefund(afterOwed(left, row), row, reference), row, {
    isOutside: true,
    matchedMinor: amountMinor,
  });
  return settleKnown(sql, order, after, [
    leftWrite(orderId, owed, amountMinor),
    {
      name: 'refund-made-outside-in-part',
      with: `
        r as (
          insert into refund (order_id, tender_no, refund_no, amount_minor, payment_ref, reason,
            rma, state, reference, refunded_at, is_outside, matched_minor)
          values ($1, $2, $3, $5, $6, $7, $8, 'refunded', $4, now(), true, $5))`,
      text: REFUNDED_MORE,
      values: [
        ...[orderId, tenderNo, madeNo, reference, amountMinor],
        ...[made.paymentRef, `made at ${made.account}`, owed.rma],
      ],
    },
    factWrite(orderId, factOf(made, madeNo)),
  ]);
}

const leftWrite = (orderId: string, owed: SnapshotRefund, madeMinor: number): Write => ({
  name: 'refund-left',
  text: `update refund set amount_minor = amount_minor - $4, state = 'due', try = try + 1
          where order_id = $1 and tender_no = $2 and refund_no = $3`,
  values: [orderId, owed.tenderNo, owed.refundNo, madeMinor],
});

/** Ours was refused, as it was there already: nobody has to look at that any more. */
async function settleRefused(
  sql: Sql,
  orderId: string,
  { tenderNo, refundNo, state }: SnapshotRefund,
  { reference }: MadeOutside,
): Promise<void> {
  if (state !== 'failed') return;
  const failed = { code: 'refund.failed', blocks: blocksRefund(tenderNo, refundNo).text } as const;
  await settleOfOrder(sql, orderId, failed, `it was made by hand: ${reference}`);
}

function withRefund(
  order: OrderSnapshot,
  { tenderNo, refundNo }: Pick<SnapshotRefund, 'tenderNo' | 'refundNo'>,
  change: Partial<SnapshotRefund>,
): OrderSnapshot {
  const refunds = order.refunds.map((one) =>
    one.tenderNo === tenderNo && one.refundNo === refundNo ? { ...one, ...change } : one,
  );
  return { ...order, refunds };
}

/** Rule 8: what left the account; `item`: of what is owed. */
export async function postPaid(
  sql: Sql,
  taken: TakenOrder,
  made: MadeOutside,
  { item, momentKey }: { readonly item: string; readonly momentKey: string },
): Promise<void> {
  const { tenderNo, amountMinor, paymentRef, account, occurredAt } = made;
  const paid = postRefund({
    tenderNo,
    refundItem: item,
    kind: tenderOf(taken.order, tenderNo).kind,
    clearingAccount: account,
    paymentRef,
    amountMinor,
  });
  await postJournal(sql, journalOf(taken, momentKey, occurredAt, paid));
}

export function factOf(
  { tenderNo, amountMinor, reference, occurredAt }: MadeOutside,
  refundNo: number,
) {
  return {
    kind: 'refunded',
    occurredAt,
    money: [{ tenderNo, kind: 'refunded' as const, amountMinor }],
    about: { refundNo, reference, isOutside: 1 },
  };
}

export function journalOf(
  taken: TakenOrder,
  momentKey: string,
  occurredAt: string,
  posting: Posting | null,
) {
  return orderJournal(taken, {
    momentKey,
    businessDate: businessDate(occurredAt, taken.order.timeZone),
    source: `effect:${momentKey}`,
    occurredAt,
    posting,
  });
}
