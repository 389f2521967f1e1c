/** What exceptions and messages have from the pickup that they are about. */
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import { localText } from '../../canonical/rules/pickup/local-text';
import type { PickupToTell } from './pickup-messages';
import type { ExceptionOf } from '../flow/every-flow';

/** As it is once the step that is told of has been made. */
export function toTellOf({ groupNo, storeName, code, deadlineAt, clock }: PickupSnapshot) {
  const heldUntil = deadlineAt && localText(deadlineAt, clock.timeZone);
  return { groupNo, storeName, code, heldUntil } satisfies PickupToTell;
}

export function exceptionOfPickup(pickup: PickupSnapshot): ExceptionOf {
  const { pickupId, orderId, workflowId, correlationId } = pickup;
  return { subject: pickupId, orderId, workflowId, correlationId };
}
