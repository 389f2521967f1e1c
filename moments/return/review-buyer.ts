/** A buyer who brings back more than most is looked at by a person. Nothing is refused for it. */
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { Policies } from '../../canonical/schema/policies';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { countReturnsOfBuyer } from '../../store/returns/buyers';

type Limits = Pick<Policies, 'returnReviewAbove' | 'returnReviewDays'>;

export async function reviewBuyer(
  sql: Sql,
  { rma, orderId, orderNo, correlationId }: ReturnSnapshot,
  { returnReviewAbove, returnReviewDays }: Limits,
): Promise<void> {
  const returns = 1 + (await countReturnsOfBuyer(sql, rma, returnReviewDays));
  if (returns <= returnReviewAbove) return;
  await openException(sql, {
    code: 'return.to-review',
    detail: `the buyer of order ${orderNo} has asked for ${returns} returns within ${returnReviewDays} days: this one, ${rma}, goes on`,
    cause: { kind: 'order', ref: orderId },
    blocks: `review:${rma}`,
    // It holds up nothing: not a word to the return's flow.
    subject: rma,
    orderId,
    correlationId,
  });
}
