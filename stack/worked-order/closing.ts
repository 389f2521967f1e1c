/** Time sped up for what is held in stores: demonstrations and measurements wait for no week. */
import { LOOK_AGAIN } from '../../canonical/flows/contract';
import type { Sql } from '../../store/database';

/**
 * As if the store of each closed at that instant on the last day. One statement; their flows are told
 * to look. What does not lie ready has no deadline, and keeps none.
 */
export async function closeStoresAt(
  sql: Sql,
  pickupIds: readonly string[],
  at: Date,
): Promise<void> {
  await sql.query(
    `with moved as (
       update pickup set deadline_at = $2, reminders_at = '{}', version = version + 1
        where pickup_id = any($1) and ended_at is null and deadline_at is not null
       returning workflow_id, order_id)
     insert into dispatch (workflow_id, order_id, kind, name, body)
     select workflow_id, order_id, 'signal', $3, '{}' from moved`,
    [pickupIds, at.toISOString(), LOOK_AGAIN],
  );
}
