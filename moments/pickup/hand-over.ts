/**
 * Handed over: control of those units passes, and with it revenue, tax and cost at the store (rules
 * 5a, 3, 3a, by the order's side). What is kept is how it was seen that it is the right person, who
 * collected, and by which key; never the document.
 */
import { unitsIn, type PickupPlace } from '../../canonical/rules/pickup/state';
import { afterUnits, movesOf, unitsMoved } from '../../canonical/rules/pickup/units';
import type { LineUnits, PickupSnapshot } from '../../canonical/rules/pickup/snapshot';
import type { PickupHandedOver } from '../../canonical/schema/pickup-events';
import type { Sql } from '../../store/database';
import { messageWrites } from '../../store/outbox/outbox';
import { handoverWrite, unitWrites } from '../../store/pickups/pickups';
import { settlePicking } from './accept-pickup';
import { recordHandover } from './order-side/record-handover';
import { wrongCollector } from './name-collector';
import { toTellOf } from './of-pickup';
import { handoverMessages } from './pickup-messages';
import type { PickupInHand } from './pickup-moment';
import { APPLIED, outOfOrder, refused, type PickupVerdict, type Said } from './said';

/** What a press gives: what lies ready, or lay ready until nobody came. */
const GIVEN = ['ready', 'expired'] as const;
/** A fact is told of what left, whatever was believed of it. */
const LEFT = ['ready', 'requested', 'expired', 'rejected', 'cancelled'] as const;

export async function handOver(
  sql: Sql,
  inHand: PickupInHand,
  { data, eventNo, by, isFact }: Said<PickupHandedOver>,
): Promise<PickupVerdict> {
  const { pickup, becomes } = inHand;
  const { pickupId, groupNo, lines } = pickup;
  const refusal = isFact ? null : outOfOrder(pickup, 'hand-over');
  if (refusal) return refusal;
  const { proof, handedOverAt } = data;
  if (!isFact && proof.kind === 'code' && proof.code !== pickup.code) {
    return refused('pickup_code', 'that is not the code of this pickup');
  }
  const notThem = isFact ? null : wrongCollector(pickup, proof);
  if (notThem) return notThem;
  const from = isFact ? leftFrom(lines, data.lines) : GIVEN;
  const left = movesOf(lines, data.lines, from, 'handedOver');
  if (left.outcome === 'impossible') return refused('pickup_units', left.reason);
  const { moves } = left;
  const units = unitsMoved(moves);
  const handoverNo = pickup.handovers + 1;
  const after = {
    ...pickup,
    // The visit is over; what is left is for the next one.
    arrivedAt: null,
    lines: afterUnits(lines, moves),
    handovers: handoverNo,
  };
  const isAllGone = unitsIn(after.lines, 'expired') + unitsIn(after.lines, 'cancelled') === 0;
  const order = await inHand.moveOrder();
  const handover = { groupNo, handoverNo, lines: units, occurredAt: handedOverAt, eventNo };
  const recorded = await recordHandover(sql, order, handover);
  if (recorded.outcome === 'impossible') return refused('pickup_units', recorded.reason);
  const { whom } = recorded;
  const told = units.map((line) => ({ ...line, handedOver: handedOverOf(after, line) }));
  becomes(isAllGone ? { ...after, putBackDueAt: null } : after, [
    ...messageWrites(handoverMessages(order, whom, toTellOf(after), { handoverNo, lines: told })),
    ...unitWrites(pickupId, moves),
    handoverWrite(pickupId, {
      handoverNo,
      proof: proof.kind,
      collectedBy: proof.collectedBy ?? null,
      isOtherPerson: proof.isOtherPerson,
      actor: by,
      eventNo,
      handedOverAt,
      lines: units,
    }),
  ]);
  await settlePicking(sql, inHand, after.lines);
  return APPLIED;
}

/** Where none are named: what lies ready; where nothing does, what would have been next. */
function leftFrom(
  lines: PickupSnapshot['lines'],
  named: readonly LineUnits[] | undefined,
): readonly PickupPlace[] {
  if (named !== undefined) return LEFT;
  return LEFT.filter((place) => unitsIn(lines, place) > 0).slice(0, 1);
}

const handedOverOf = ({ lines }: PickupSnapshot, { lineNo }: LineUnits): number =>
  lines.find((one) => one.lineNo === lineNo)?.handedOver ?? 0;
