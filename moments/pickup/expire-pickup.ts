/**
 * Nobody came until the deadline: what was not collected is given back to the order's side, which
 * lets the reservation go and voids or refunds (rules 6, 6a, 8); what lies ready is a task of the
 * store to put back.
 */
import { localText } from '../../canonical/rules/pickup/local-text';
import { afterUnits, movesOf, unitsMoved } from '../../canonical/rules/pickup/units';
import type { PickupNoShow } from '../../canonical/schema/pickup-events';
import { unitsIn } from '../../canonical/rules/pickup/state';
import type { Sql } from '../../store/database';
import { messageWrites } from '../../store/outbox/outbox';
import { unitWrites } from '../../store/pickups/pickups';
import { settlePicking } from './accept-pickup';
import { giveBackUnits } from './order-side/give-back-units';
import { whomToTell } from '../fulfilment/shipment-messages';
import { toTellOf } from './of-pickup';
import { expiryMessages } from './pickup-messages';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, outOfOrder, refused, type PickupVerdict, type Said } from './said';

/** The store says so: not before the deadline, for it is never shortened. */
export async function noShow(
  sql: Sql,
  inHand: PickupInHand,
  { data }: Said<PickupNoShow>,
): Promise<PickupVerdict> {
  const { pickup } = inHand;
  const refusal = outOfOrder(pickup, 'no-show');
  if (refusal) return refusal;
  const { deadlineAt, clock } = pickup;
  if (deadlineAt !== null && Date.parse(deadlineAt) > Date.parse(data.noShowAt)) {
    const until = localText(deadlineAt, clock.timeZone);
    return refused('pickup_state', `it is held until ${until}; a customer who cannot come cancels`);
  }
  await expirePickup(sql, inHand, data.noShowAt);
  return APPLIED;
}

/** `at`: RFC 3339, by whose clock the deadline has passed. */
export async function expirePickup(sql: Sql, inHand: PickupInHand, at: string): Promise<void> {
  const { pickup, becomes } = inHand;
  const { pickupId, groupNo, lines } = pickup;
  const given = movesOf(lines, undefined, ['requested', 'ready'], 'expired');
  if (given.outcome === 'impossible') return;
  const { moves } = given;
  const isToPutBack = unitsIn(lines, 'ready') > 0;
  const after = {
    ...pickup,
    lines: afterUnits(lines, moves),
    arrivedAt: null,
    remindersAt: [],
    ...(isToPutBack && { putBackDueAt: at, putBackAt: null }),
  };
  const order = await inHand.moveOrder();
  const whom = await whomToTell(sql, pickup.orderId);
  const units = unitsMoved(moves);
  becomes(after, [
    ...unitWrites(pickupId, moves),
    ...messageWrites(expiryMessages(order, whom, toTellOf(pickup), units)),
  ]);
  await giveBackUnits(sql, order, { groupNo, lines: units, reason: 'expired' });
  await settlePicking(sql, inHand, after.lines);
}
