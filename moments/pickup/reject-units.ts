/**
 * The store cannot give units: they wait, still promised to this order, until somebody decides: asked
 * of the store again, or given up. What it said of the goods corrects its stock with that decision,
 * for until then they are held back from everybody else.
 */
import { blocksRejection } from '../../canonical/flows/pickup';
import type { PickupRejection } from '../../canonical/rules/pickup/snapshot';
import { afterUnits, movesOf, unitsMoved } from '../../canonical/rules/pickup/units';
import type { PickupRejected } from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { rejectionWrite, unitWrites } from '../../store/pickups/pickups';
import { settlePicking } from './accept-pickup';
import type { PickupInHand } from './pickup-moment';
import { exceptionOfPickup } from './of-pickup';
import { APPLIED, outOfOrder, refused, type PickupVerdict, type Said } from './said';

export async function rejectUnits(
  sql: Sql,
  inHand: PickupInHand,
  { data, eventNo, by }: Said<PickupRejected>,
): Promise<PickupVerdict> {
  const { pickup, becomes, exceptionsChanged } = inHand;
  const refusal = outOfOrder(pickup, 'reject');
  if (refusal) return refusal;
  const { pickupId, storeId, lines } = pickup;
  const lost = movesOf(lines, data.lines, ['requested', 'ready'], 'rejected');
  if (lost.outcome === 'impossible') return refused('pickup_units', lost.reason);
  const { moves } = lost;
  const units = unitsMoved(moves);
  const { reason, rejectedAt } = data;
  const rejectionNo = pickup.rejections.length + 1;
  const rejection: PickupRejection = { rejectionNo, reason, lines: units, outcome: null };
  const rejections = [...pickup.rejections, rejection];
  const after = { ...pickup, lines: afterUnits(lines, moves), rejections };
  becomes(after, [
    ...unitWrites(pickupId, moves),
    rejectionWrite(pickupId, { ...rejection, actor: by, eventNo, rejectedAt }),
  ]);
  const count = units.reduce((all, { quantity }) => all + quantity, 0);
  await openException(sql, {
    code: 'pickup.rejected',
    detail: `${storeId} cannot give ${count === 1 ? '1 unit' : `${count} units`}: ${reason}`,
    cause: { kind: 'flow', ref: pickup.workflowId },
    blocks: blocksRejection(rejectionNo),
    severity: 'high',
    ...exceptionOfPickup(pickup),
  });
  exceptionsChanged();
  await settlePicking(sql, inHand, after.lines);
  return APPLIED;
}
