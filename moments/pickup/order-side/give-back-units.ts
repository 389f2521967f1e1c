/**
 * Units that a store held are given up: nobody collected them, or nobody is to. A commercial moment:
 * it touches only what has not left. Rules 6, 6a, 8: voids and refunds follow from the agenda.
 */
import { mergedLines } from '../../../canonical/rules/order/handover';
import type { CancelMove, LineQuantity } from '../../../canonical/rules/order/cancellation';
import type { OrderSnapshot } from '../../../canonical/rules/order/snapshot';
import type { Sql } from '../../../store/database';
import { lookAgainWrite } from '../../../store/flows/flows';
import { writeTogether } from '../../../store/writes';
import { tellChannelOfCancellation } from '../../order/cancellation-messages';
import { isAllCancelled, letGo } from '../../order/let-go';
import type { OrderInHand } from '../../order/order-moment';

/** As the order's facts call it. */
const FACTS = {
  expired: 'pickup-expired',
  cancelled: 'pickup-cancelled',
  rejected: 'pickup-rejected',
} as const;

/** Gives what was given up: at most what the group still has out. */
export async function giveBackUnits(
  sql: Sql,
  inHand: OrderInHand,
  given: {
    readonly groupNo: number;
    readonly lines: readonly LineQuantity[];
    readonly reason: keyof typeof FACTS;
    readonly eventNo?: number | null;
  },
): Promise<readonly LineQuantity[]> {
  const { order } = inHand;
  const { groupNo, lines, reason, eventNo = null } = given;
  const moves = heldUnits(order, groupNo, lines);
  if (moves.length === 0) return [];
  await letGo(sql, inHand, moves, {
    kind: FACTS[reason],
    reason: FACTS[reason],
    eventNo,
    about: { groupNo },
  });
  // Whoever was to collect it is told by the pickup.
  if (isAllCancelled(order, moves)) await tellChannelOfCancellation(sql, inHand);
  await writeTogether(sql, [lookAgainWrite(order.workflowId)]);
  return moves.map(({ lineNo, quantity }) => ({ lineNo, quantity }));
}

function heldUnits(
  order: OrderSnapshot,
  groupNo: number,
  lines: readonly LineQuantity[],
): CancelMove[] {
  const isStore = order.groups.some((one) => one.groupNo === groupNo && one.kind === 'pickup');
  if (!isStore) return [];
  return mergedLines(lines).flatMap(({ lineNo, quantity }): CancelMove[] => {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    const held = line?.allocations.find((one) => one.groupNo === groupNo)?.released ?? 0;
    const units = Math.min(quantity, held);
    return units > 0
      ? [{ lineNo, groupNo, from: 'released', to: 'cancelled', quantity: units }]
      : [];
  });
}
