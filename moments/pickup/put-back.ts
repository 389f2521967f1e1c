/** Goods that lay ready and are not wanted any more are on the shelf again: the store's task is done. */
import type { PickupInHand } from './pickup-moment';
import { APPLIED, refused, type PickupVerdict } from './said';

export function putBack({ pickup, becomes }: PickupInHand, at: string): PickupVerdict {
  const { putBackDueAt, putBackAt } = pickup;
  if (putBackDueAt === null || putBackAt !== null) {
    return refused('pickup_state', 'nothing of it is to be put back');
  }
  becomes({ ...pickup, putBackAt: at }, []);
  return APPLIED;
}
