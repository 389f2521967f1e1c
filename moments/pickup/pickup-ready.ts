/**
 * Units lie ready: from now on they are held until the store closes on the last day of holding, by
 * its own clock, and the customer and the channel are told. A part that becomes ready later moves
 * the deadline on, never back. Rule 5: nothing is posted, unless the brand charges what is ready.
 */
import {
  closingDeadline,
  remindersAt,
  StoreNeverOpens,
} from '../../canonical/rules/pickup/deadline';
import type { LineUnits, PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import { afterUnits, movesOf, unitsMoved } from '../../canonical/rules/pickup/units';
import type { Policies } from '../../canonical/schema/policies';
import type { PickupReady } from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { messageWrites } from '../../store/outbox/outbox';
import { unitWrites } from '../../store/pickups/pickups';
import { settlePicking } from './accept-pickup';
import { prepayReady } from './order-side/prepay-ready';
import { whomToTell } from '../fulfilment/shipment-messages';
import { toTellOf } from './of-pickup';
import { readyMessages } from './pickup-messages';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, outOfOrder, refused, type PickupVerdict, type Said } from './said';

export async function pickupReady(
  sql: Sql,
  inHand: PickupInHand,
  { data }: Said<PickupReady>,
): Promise<PickupVerdict> {
  const { pickup, setup, becomes } = inHand;
  const refusal = outOfOrder(pickup, 'ready');
  if (refusal) return refusal;
  const picked = movesOf(pickup.lines, data.lines, ['requested'], 'ready');
  if (picked.outcome === 'impossible') return refused('pickup_units', picked.reason);
  const held = holdFrom(pickup, data.readyAt, setup.policies);
  if (held === null) {
    const detail = `${pickup.storeId} has no opening hours: until when it holds is not known`;
    return refused('no_hours', detail);
  }
  const { moves } = picked;
  const units = unitsMoved(moves);
  const { readyAt } = data;
  const { groupNo } = pickup;
  const readyNo = pickup.readyNo + 1;
  const after = { ...pickup, ...held, readyAt, readyNo, lines: afterUnits(pickup.lines, moves) };
  const isCharged = setup.policies.pickupCaptureAt === 'ready';
  const order = isCharged ? await inHand.moveOrder() : await inHand.readOrder();
  const whom = await whomToTell(sql, pickup.orderId);
  becomes(after, [
    ...unitWrites(pickup.pickupId, moves),
    ...messageWrites(readyMessages(order, whom, toTellOf(after), { readyNo, lines: units })),
  ]);
  if (isCharged) prepayReady(await inHand.moveOrder(), { groupNo, lines: readyIn(after) });
  await settlePicking(sql, inHand, after.lines);
  return APPLIED;
}

const readyIn = ({ lines }: PickupSnapshot): LineUnits[] =>
  lines.flatMap(({ lineNo, ready }) => (ready > 0 ? [{ lineNo, quantity: ready }] : []));

/** Null where the store never opens. */
function holdFrom(
  { clock, deadlineAt }: PickupSnapshot,
  readyAt: string,
  { pickupHeldDays, pickupReminderDays }: Policies,
): Pick<PickupSnapshot, 'deadlineAt' | 'remindersAt'> | null {
  try {
    const closing = closingDeadline({ ...clock, readyAt, heldDays: pickupHeldDays });
    const isLater = deadlineAt === null || Date.parse(closing) > Date.parse(deadlineAt);
    const until = isLater ? closing : deadlineAt;
    const { timeZone } = clock;
    const reminderDays = pickupReminderDays;
    return {
      deadlineAt: until,
      remindersAt: remindersAt({ readyAt, deadlineAt: until, reminderDays, timeZone }),
    };
  } catch (error) {
    if (error instanceof StoreNeverOpens) return null;
    throw error;
  }
}
