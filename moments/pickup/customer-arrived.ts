/** Whoever collects waits in the store or outside: where and in which car, for the store alone. */
import type { PickupArrived } from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { keepPlace } from '../../store/pickups/pickups';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, outOfOrder, type PickupVerdict, type Said } from './said';

export async function customerArrived(
  sql: Sql,
  { pickup, becomes }: PickupInHand,
  { data }: Said<PickupArrived>,
): Promise<PickupVerdict> {
  const refusal = outOfOrder(pickup, 'arrived');
  if (refusal) return refusal;
  const { arrivedAt, bay = null, vehicle = null } = data;
  await keepPlace(sql, pickup.pickupId, { bay, vehicle });
  becomes({ ...pickup, arrivedAt }, []);
  return APPLIED;
}
