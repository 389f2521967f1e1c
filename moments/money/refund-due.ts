/** Money taken before fulfilment that nothing will be shipped for: owed back from now on (rule 7). */
import { paymentsOf, planRefunds } from '../../canonical/rules/money/refund';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { postCancellation } from '../../canonical/rules/posting/posting';
import { only, type Sql } from '../../store/database';
import { postJournal } from '../../store/ledger/ledger';
import { orderJournal } from '../order/of-order';
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
    await sql.query(
      `update tender set prepaid_used_minor = prepaid_used_minor + $3
        where order_id = $1 and tender_no = $2`,
      [order.orderId, tenderNo, amountMinor],
    );
    for (const refund of await planRefund(sql, order, tenderNo, amountMinor, owed.reason)) {
      await postOwed(sql, { order, setup }, owed, { ...refund, tenderNo });
    }
  }
}

async function postOwed(
  sql: Sql,
  taken: TakenOrder,
  owed: { readonly occurredAt: string; readonly onDate: string },
  { tenderNo, refundNo, amountMinor }: PlannedRefund & { readonly tenderNo: number },
): Promise<void> {
  const { orderId } = taken.order;
  const item = refundItem(orderId, tenderNo, refundNo);
  await postJournal(
    sql,
    orderJournal(taken, {
      momentKey: `owed:${item}`,
      businessDate: owed.onDate,
      source: `order:${orderId}`,
      occurredAt: owed.occurredAt,
      posting: postCancellation({ orderId, tenderNo, refundItem: item, amountMinor }),
    }),
  );
}

interface PlannedRefund {
  readonly refundNo: number;
  readonly amountMinor: number;
}

/** A row for each payment that is given back, in whole or in part. */
export async function planRefund(
  sql: Sql,
  order: OrderSnapshot,
  tenderNo: number,
  amountMinor: number,
  reason: string,
): Promise<PlannedRefund[]> {
  const planned: PlannedRefund[] = [];
  for (const part of planRefunds(amountMinor, paymentsOf(order, tenderNo))) {
    const { rows } = await sql.query<{ refundNo: number }>(
      `insert into refund (order_id, tender_no, refund_no, amount_minor, payment_ref, reason, state)
       select $1, $2, coalesce(max(refund_no), 0) + 1, $3, $4, $5, 'due'
         from refund where order_id = $1 and tender_no = $2
       returning refund_no as "refundNo"`,
      [order.orderId, tenderNo, part.amountMinor, part.paymentRef, reason],
    );
    planned.push({ ...only(rows, 'planRefund'), amountMinor: part.amountMinor });
  }
  return planned;
}
