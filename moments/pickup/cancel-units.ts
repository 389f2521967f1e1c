/**
 * Units of an order are cancelled before anybody collected them: their pickup gives them up. Called
 * in the transaction of the cancel, which holds the order's row and changes the order's own rows.
 */
import { blocksRejection } from '../../canonical/flows/pickup';
import type { LineUnits } from '../../canonical/rules/pickup/snapshot';
import { unitsIn } from '../../canonical/rules/pickup/state';
import { afterUnits, movesOf, type PickupMove } from '../../canonical/rules/pickup/units';
import type { Sql } from '../../store/database';
import { settleExceptions } from '../../store/exceptions/exceptions';
import { lockSubject } from '../../store/flows/subject';
import { decidedWrite, unitWrites } from '../../store/pickups/pickups';
import { take } from '../flow/flow-moment';
import { settlePicking } from './accept-pickup';
import { PICKUP_FRAME, type PickupInHand } from './pickup-moment';

/**
 * What was not picked goes first, then what the store cannot give, so that the least has to be put
 * back.
 * @throws RangeError for more units than the pickup has open
 */
export async function cancelPickupUnits(
  sql: Sql,
  of: { readonly pickupId: string; readonly lines: readonly LineUnits[] },
): Promise<void> {
  const { pickupId } = of;
  const { inHand } = await take(PICKUP_FRAME, sql, { pickupId }, lockSubject);
  const { pickup, becomes } = inHand;
  const { lines } = pickup;
  const gone = movesOf(lines, of.lines, ['requested', 'rejected', 'ready'], 'cancelled');
  if (gone.outcome === 'impossible') throw new RangeError(`${pickupId}: ${gone.reason}`);
  const { moves } = gone;
  const after = afterUnits(lines, moves);
  const isReadyGone = moves.some(({ from }) => from === 'ready');
  const decided = await decideEmptied(sql, inHand, moves);
  becomes(
    {
      ...pickup,
      lines: after,
      rejections: pickup.rejections.map((one) =>
        decided.includes(one.rejectionNo) ? { ...one, outcome: 'cancelled' } : one,
      ),
      ...(unitsIn(after, 'ready') === 0 && { arrivedAt: null, remindersAt: [] }),
      ...(isReadyGone && { putBackDueAt: new Date().toISOString(), putBackAt: null }),
    },
    [
      ...unitWrites(pickupId, moves),
      ...decided.map((rejectionNo) => decidedWrite(pickupId, rejectionNo, 'cancelled')),
    ],
  );
  await settlePicking(sql, inHand, after);
  await inHand.settle(sql, 'tell-flow');
}

/** Nobody has to decide about units that are cancelled: where none of any rejection is left. */
async function decideEmptied(
  sql: Sql,
  { pickup, exceptionsChanged }: PickupInHand,
  moves: readonly PickupMove[],
): Promise<number[]> {
  if (!moves.some(({ from }) => from === 'rejected')) return [];
  if (unitsIn(afterUnits(pickup.lines, moves), 'rejected') > 0) return [];
  const open = pickup.rejections.filter(({ outcome }) => outcome === null);
  for (const { rejectionNo } of open) {
    const { workflowId } = pickup;
    const how = { as: 'abandoned', reason: 'the units were cancelled' } as const;
    await settleExceptions(sql, { workflowId, blocks: blocksRejection(rejectionNo).text }, how);
  }
  exceptionsChanged();
  return open.map(({ rejectionNo }) => rejectionNo);
}
