/** A person resolved an exception: what that means for the step it blocked. */
import type { Applied } from '../../canonical/flows/order';
import { ORDER_STEPS } from '../../canonical/flows/order-steps';
import { actionOf } from '../../canonical/flows/step';
import type { Database } from '../../store/database';
import { takeResolutions } from '../../store/exceptions/exceptions';
import { orderMoment } from './order-moment';
import { ORDER_RESOLUTIONS } from './resolutions';

/** Idempotent: a resolution that was applied, or is not there yet, changes nothing. */
export async function applyResolution(
  db: Database,
  { orderId, exceptionId }: { readonly orderId: string; readonly exceptionId: string },
): Promise<Applied> {
  const { answer, agenda } = await orderMoment(db, orderId, async (sql, inHand) => {
    const { workflowId } = inHand.order;
    const [resolved] = await takeResolutions(sql, { workflowId, exceptionId });
    if (!resolved) return 'duplicate' as const;
    const action = actionOf(ORDER_STEPS, resolved);
    if (action) await ORDER_RESOLUTIONS[action](sql, inHand, resolved.about, resolved);
    return 'applied' as const;
  });
  return { outcome: answer, agenda };
}
