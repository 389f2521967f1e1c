/**
 * Somebody gave money back at the processor or in the shop: it is counted, and never made again. What
 * of it is owed here and was not begun is that (`made-outside.ts`); the rest is a concession (rules
 * 8b, 8) until a cancel or a return claims it, and payments is told.
 */
import { formatMoney } from '../../canonical/rules/money/money';
import { postConcession } from '../../canonical/rules/posting/posting';
import { blocksOutside } from '../../canonical/flows/order-steps';
import type { RefundDue } from '../../canonical/flows/order';
import type { FoundRefund } from '../../canonical/ports/payment';
import type { ExceptionCause } from '../../canonical/schema/exception';
import type { PaymentFact } from '../../canonical/schema/payment-fact';
import { only, type Database, type Sql } from '../../store/database';
import { isRefundAwaited, isRefundKnown, ownerOfPayment } from '../../store/effects/payments';
import { openException } from '../../store/exceptions/exceptions';
import { markEventApplied } from '../../store/inbox/facts';
import { postJournal } from '../../store/ledger/ledger';
import { duplicateCapture } from '../../store/orders/duplicates';
import { appendFact, settleStatus } from '../../store/orders/orders';
import { returnOfChannel } from '../../store/returns/channel-returns';
import { recordUndoneOutside } from '../order/duplicates';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { countAsOwed, factOf, journalOf, postPaid, type MadeOutside } from './made-outside';
import { refundItem } from './refund';

export interface OutsideRefund {
  readonly eventNo: number;
  /** Whose word it is: the account that a vendor's event came from. */
  readonly from: string | null;
  /** RFC 3339. */
  readonly occurredAt: string;
  readonly data: PaymentFact;
}

/**
 * `not-ours`: of no payment that is known here. `other-currency`: of one, in a currency that its
 * order is not in: what it is in the order's, only whoever has the payment can say.
 */
export type Followed = 'followed' | 'known' | 'not-ours' | 'other-currency';

export function followRefund(db: Database, told: OutsideRefund): Promise<Followed> {
  return db.transaction(async (sql) => {
    const counted = await countRefund(sql, told);
    if (counted === 'not-ours' || counted === 'other-currency') return counted;
    await markEventApplied(sql, told.eventNo, counted === 'known' ? 'superseded' : 'applied');
    return counted;
  });
}

/** In the transaction of whoever was told of it. */
export async function countRefund(sql: Sql, told: OutsideRefund): Promise<Followed> {
  const { eventNo, from, occurredAt, data } = told;
  const { paymentRef, reference, channelOrderRef, channelReturnRef, amount } = data;
  if (paymentRef === undefined || paymentRef === reference) return 'not-ours';
  const byOrder =
    from !== null && channelOrderRef ? { channelInstance: from, channelOrderRef } : null;
  const owner = await ownerOfPayment(sql, paymentRef, byOrder);
  if (!owner) return followDuplicate(sql, told);
  const { orderId, tenderNo } = owner;
  const taken = await takeOrder(sql, orderId);
  if (await isRefundKnown(sql, reference)) return 'known';
  const { channelInstance, currency } = taken.order;
  if (amount.currency !== currency) return 'other-currency';
  await count(
    sql,
    taken,
    { kind: 'event', ref: String(eventNo) },
    {
      ...{ tenderNo, paymentRef: owner.paymentRef, reference, occurredAt },
      amountMinor: amount.minorUnits,
      // Whoever told of it: the money is where it was captured.
      account: accountOf(taken, tenderNo),
      rma: channelReturnRef ? await returnOfChannel(sql, channelInstance, channelReturnRef) : null,
    },
  );
  return 'followed';
}

const accountOf = ({ order }: TakenOrder, tenderNo: number): string =>
  order.tenders.find((one) => one.tenderNo === tenderNo)?.moneyAccount ?? '';

/** What whoever has the payment says was given back of it, as a refund of ours was to be asked for. */
export async function countFound(
  db: Database,
  due: RefundDue,
  found: readonly FoundRefund[],
): Promise<void> {
  const { orderId, tenderNo, refundNo, key } = due;
  await db.transaction(async (sql) => {
    for (const { reference, amountMinor, occurredAt } of found) {
      const taken = await takeOrder(sql, orderId);
      const asked = taken.order.refunds.find(
        (one) => one.tenderNo === tenderNo && one.refundNo === refundNo,
      );
      if (asked === undefined || (await isRefundKnown(sql, reference))) continue;
      // Another of ours, whose answer is not here yet: this one waits for that.
      if (await isRefundAwaited(sql, orderId, amountMinor)) continue;
      await count(
        sql,
        taken,
        { kind: 'effect', ref: key },
        {
          ...{ tenderNo, paymentRef: asked.paymentRef, reference, amountMinor, occurredAt },
          ...{ account: due.account, rma: null },
        },
      );
    }
  });
}

/** Of a payment that nobody asked for: it is what was owed, where it is all of it. */
async function followDuplicate(sql: Sql, { data }: OutsideRefund): Promise<Followed> {
  const { paymentRef = '', reference, amount } = data;
  const duplicate = await duplicateCapture(sql, paymentRef);
  if (duplicate?.amountMinor !== amount.minorUnits) return 'not-ours';
  await recordUndoneOutside(sql, duplicate, reference);
  return 'followed';
}

async function count(
  sql: Sql,
  taken: TakenOrder,
  cause: ExceptionCause,
  made: MadeOutside,
): Promise<void> {
  const { order, leftMinor } = await countAsOwed(sql, taken, made);
  if (leftMinor === 0) return;
  await keepAsConcession(sql, { ...taken, order }, cause, { ...made, amountMinor: leftMinor });
}

/** Nobody here knows why yet: a price concession, until somebody says that it was its refund. */
async function keepAsConcession(
  sql: Sql,
  taken: TakenOrder,
  cause: ExceptionCause,
  made: MadeOutside,
): Promise<void> {
  const { order } = taken;
  const { orderId, currency } = order;
  const { tenderNo, amountMinor, reference, account, occurredAt, rma } = made;
  const refundNo = await insertOutside(sql, orderId, made);
  const item = refundItem(orderId, tenderNo, refundNo);
  const conceded = postConcession({ tenderNo, refundItem: item, amountMinor });
  await postJournal(sql, journalOf(taken, `conceded:${item}`, occurredAt, conceded));
  await postPaid(sql, taken, made, { item, momentKey: `outside:${item}` });
  await appendFact(sql, orderId, factOf(made, refundNo));
  await settleStatus(sql, orderId, order);
  await openException(sql, {
    code: 'refund.outside',
    detail: `${formatMoney(amountMinor, currency)} of order ${order.orderNo} were refunded at ${account} (${reference}), ${rma === null ? 'and no return or cancellation here asked for it' : `for return ${rma}, whose goods are not accepted yet`}`,
    cause,
    blocks: blocksOutside(tenderNo, refundNo),
    // It holds up nothing: the order may have ended.
    subject: orderId,
    orderId,
    moneyMinor: amountMinor,
    currency,
    correlationId: order.correlationId,
  });
}

async function insertOutside(sql: Sql, orderId: string, made: MadeOutside): Promise<number> {
  const { rows } = await sql.query<{ refundNo: number }>({
    name: 'insert-outside-refund',
    text: `with t as (
             update tender set refunded_minor = refunded_minor + $3
              where order_id = $1 and tender_no = $2)
           insert into refund (order_id, tender_no, refund_no, amount_minor, payment_ref, reason,
             state, reference, refunded_at, is_outside, rma)
           select $1, $2, coalesce(max(refund_no), 0) + 1, $3, $4, $5, 'refunded', $6, now(), true,
                  $7
             from refund where order_id = $1 and tender_no = $2
           returning refund_no as "refundNo"`,
    values: [
      orderId,
      made.tenderNo,
      made.amountMinor,
      made.paymentRef,
      `made at ${made.account}`,
      made.reference,
      made.rma,
    ],
  });
  return only(rows, 'insertOutside').refundNo;
}
