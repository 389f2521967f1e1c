/** The store takes a pick request: it has as long again to have the goods ready. */
import { NOT_PICKED_STEPS } from '../../canonical/flows/pickup-steps';
import { openReSourcing } from '../../canonical/rules/pickup/agenda';
import { openMinutesAfter } from '../../canonical/rules/pickup/pick-by';
import type { PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import { unitsIn, type PickupUnits } from '../../canonical/rules/pickup/state';
import type { PickupAccepted } from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { settleExceptions } from '../../store/exceptions/exceptions';
import { reSourcingEndWrite } from '../../store/pickups/re-sourcings';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, outOfOrder, type PickupVerdict, type Said } from './said';

export async function acceptPickup(
  sql: Sql,
  inHand: PickupInHand,
  { data }: Said<PickupAccepted>,
): Promise<PickupVerdict> {
  const { pickup, setup, becomes } = inHand;
  const refusal = outOfOrder(pickup, 'accept');
  if (refusal) return refusal;
  const { acceptedAt } = data;
  const { pickupPickMinutes } = setup.policies;
  const pickBy = openMinutesAfter(acceptedAt, pickupPickMinutes, pickup.clock);
  const { reSourcings, writes } = withoutReSourcing(pickup);
  becomes({ ...pickup, acceptedAt, pickBy, reSourcings }, writes);
  await storeAnswered(sql, inHand);
  return APPLIED;
}

/** Its units stay: nobody needs to know any more what they are taxed with elsewhere. */
function withoutReSourcing(pickup: PickupSnapshot) {
  const open = openReSourcing(pickup);
  const { reSourcings, pickupId } = pickup;
  if (!open) return { reSourcings, writes: [] };
  const ended = { ...open, state: 'not-wanted' } as const;
  return {
    reSourcings: reSourcings.map((one) => (one === open ? ended : one)),
    writes: [reSourcingEndWrite(pickupId, ended)],
  };
}

/** Where that leaves nothing to pick, nobody has to see to it any more. */
export async function settlePicking(
  sql: Sql,
  inHand: PickupInHand,
  lines: readonly PickupUnits[],
): Promise<void> {
  if (unitsIn(lines, 'requested') === 0) await storeAnswered(sql, inHand);
}

/** Somebody may have been asked to see to it, because the store did not. */
async function storeAnswered(sql: Sql, { pickup, exceptionsChanged }: PickupInHand): Promise<void> {
  const isNamed = pickup.exceptions.some(({ blocks }) =>
    NOT_PICKED_STEPS.includes(blocks.split(':')[0] ?? ''),
  );
  if (!isNamed) return;
  const { workflowId } = pickup;
  const how = { as: 'retried', reason: 'the store answered' } as const;
  await settleExceptions(sql, { workflowId, steps: NOT_PICKED_STEPS }, how);
  exceptionsChanged();
}
