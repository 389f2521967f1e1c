/** Money taken before fulfilment that nothing will be shipped for: owed back from now on (rule 7). */
import { postCancellation } from '../../canonical/rules/posting/posting';
import { only, type Sql } from '../../store/database';
import { postJournal } from '../../store/ledger/ledger';
import type { TakenOrder } from '../order/order-moment';
import { refundItem } from './refund';

export async function refundPrepaid(
  sql: Sql,
  { order, setup }: TakenOrder,
  owed: {
    readonly worthMinor: number;
    readonly occurredAt: string;
    readonly onDate: string;
    readonly reason: string;
  },
): Promise<void> {
  let left = owed.worthMinor;
  for (const tender of order.tenders) {
    const amountMinor = Math.min(left, tender.prepaidMinor - tender.prepaidUsedMinor);
    if (amountMinor <= 0) continue;
    left -= amountMinor;
    const { tenderNo } = tender;
    const refundNo = await planRefund(sql, order.orderId, tenderNo, amountMinor, owed.reason);
    await sql.query(
      `update tender set prepaid_used_minor = prepaid_used_minor + $3
        where order_id = $1 and tender_no = $2`,
      [order.orderId, tenderNo, amountMinor],
    );
    const item = refundItem(order.orderId, tenderNo, refundNo);
    await postJournal(sql, {
      momentKey: `owed:${item}`,
      entity: setup.entity,
      channelInstance: order.channelInstance,
      businessDate: owed.onDate,
      currency: order.currency,
      orderId: order.orderId,
      eventNo: null,
      source: `order:${order.orderId}`,
      correlationId: order.correlationId,
      occurredAt: owed.occurredAt,
      posting: postCancellation({
        orderId: order.orderId,
        tenderNo,
        refundItem: item,
        amountMinor,
      }),
    });
  }
}

async function planRefund(
  sql: Sql,
  orderId: string,
  tenderNo: number,
  amountMinor: number,
  reason: string,
): Promise<number> {
  const { rows } = await sql.query<{ refund_no: number }>(
    `insert into refund (order_id, tender_no, refund_no, amount_minor, reason, state)
     select $1, $2, coalesce(max(refund_no), 0) + 1, $3, $4, 'due'
       from refund where order_id = $1 and tender_no = $2
     returning refund_no`,
    [orderId, tenderNo, amountMinor, reason],
  );
  return only(rows, 'planRefund').refund_no;
}
