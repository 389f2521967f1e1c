/**
 * A price concession without goods: for goodwill, or for goods that the buyer keeps (rule 8b). It is
 * a return of nothing: the limits, the refunds and their exceptions are those of returns.
 */
import { sum } from '../../canonical/rules/money/money';
import { paymentsOf } from '../../canonical/rules/money/refund';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { AppeasementReason } from '../../canonical/schema/return';
import type { Sql } from '../../store/database';
import type { SoldOrder } from '../../store/returns/sold';
import { takeOrder } from '../order/order-moment';
import { payInAdvance } from './advance';
import { openReturn, ORDINARY_TERMS, type AskedBy } from './request';
import { takeReturn } from './return-moment';

export type Appeased =
  | { readonly outcome: 'opened'; readonly ret: ReturnSnapshot }
  | { readonly outcome: 'other-currency'; readonly currency: string }
  /** More than its payments have left. */
  | { readonly outcome: 'too-much'; readonly leftMinor: number; readonly currency: string };

export async function appease(
  sql: Sql,
  sold: SoldOrder,
  {
    amount,
    reason,
  }: {
    readonly amount: { readonly currency: string; readonly minorUnits: number };
    readonly reason: AppeasementReason;
  },
  by: AskedBy,
): Promise<Appeased> {
  const { order } = await takeOrder(sql, sold.orderId);
  const { currency } = order;
  if (amount.currency !== currency) return { outcome: 'other-currency', currency };
  const leftMinor = sum(
    order.tenders.flatMap(({ tenderNo }) =>
      paymentsOf(order, tenderNo).map((payment) => payment.leftMinor),
    ),
  );
  if (amount.minorUnits > leftMinor) return { outcome: 'too-much', leftMinor, currency };
  const { ret } = await openReturn(sql, {
    ...sold,
    isAnnounced: true,
    reason,
    state: 'approved',
    askedBy: by.askedBy,
    ...ORDINARY_TERMS,
    refundTiming: 'appeasement',
    concededMinor: amount.minorUnits,
    correlationId: by.correlationId,
    requestKey: by.requestKey,
    lines: [],
    currency,
    pagesUrl: by.pagesUrl,
  });
  await payInAdvance(sql, ret.rma);
  return { outcome: 'opened', ret: await takeReturn(sql, ret.rma) };
}
