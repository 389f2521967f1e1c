/**
 * What lies ready in a store is charged, where the brand charges then: a capture that is due before
 * there is an invoice. Nothing of revenue; rule 2 when it is made.
 */
import { nextPrepaymentNo, prepaymentDue } from '../../../canonical/rules/money/prepayment';
import { mergedLines } from '../../../canonical/rules/order/handover';
import type { LineQuantity } from '../../../canonical/rules/order/cancellation';
import { lookAgainWrite } from '../../../store/flows/flows';
import { afterCaptures, captureWrites, prepaymentPlanOf } from '../../money/shipment-money';
import type { OrderInHand } from '../../order/order-moment';

/**
 * `lines`: all of the group that lies ready now, what lay there before too; what was charged for it
 * before is not charged again. Called with the order in hand; says what the order becomes.
 */
export function prepayReady(
  inHand: OrderInHand,
  { groupNo, lines }: { readonly groupNo: number; readonly lines: readonly LineQuantity[] },
): void {
  const { order, setup } = inHand;
  if (setup.policies.pickupCaptureAt !== 'ready' || order.stage !== 'accepted') return;
  const { amountMinor, isLast } = prepaymentDue(order, groupNo, mergedLines(lines));
  if (amountMinor === 0) return;
  // What no tender covers is found at handover, when it is owed.
  const plan = prepaymentPlanOf(inHand, amountMinor, isLast);
  if (plan.captures.length === 0) return;
  const no = nextPrepaymentNo(order);
  inHand.becomes(afterCaptures(order, no, plan, { groupNo, usedMinor: 0 }), [
    ...plan.captures.flatMap((capture) => captureWrites(order, no, capture, groupNo)),
    lookAgainWrite(order.workflowId),
  ]);
}
