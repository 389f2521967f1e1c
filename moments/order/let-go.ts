/**
 * Units that nobody is to get any more: they are cancelled, their reservation goes back to the pool,
 * money that is here already is owed back, and what kept them from going out is nobody's work.
 */
import { OUTGOING_STEPS } from '../../canonical/flows/order-steps';
import { sum } from '../../canonical/rules/money/money';
import type { CancelMove } from '../../canonical/rules/order/cancellation';
import { worthOfUnits } from '../../canonical/rules/order/shipment';
import type { OrderSnapshot, SnapshotLine } from '../../canonical/rules/order/snapshot';
import { openUnits } from '../../canonical/rules/order/state';
import { businessDate } from '../../canonical/rules/posting/business-date';
import type { Sql } from '../../store/database';
import { settleExceptions } from '../../store/exceptions/exceptions';
import { appendFact, moveUnits, type OrderFact } from '../../store/orders/orders';
import { moveStock, type StockMove } from '../../store/stock/stock-rows';
import { giveBackMoney } from '../money/give-back';
import type { OrderInHand } from './order-moment';

interface Why extends Pick<OrderFact, 'kind' | 'eventNo' | 'about'> {
  /** Kept with the stock's events and the refunds: `cancelled`. */
  readonly reason: string;
}

export async function letGo(
  sql: Sql,
  inHand: OrderInHand,
  moves: readonly CancelMove[],
  { reason, ...fact }: Why,
): Promise<void> {
  const { order } = inHand;
  const { orderId } = order;
  const occurredAt = new Date().toISOString();
  const onDate = businessDate(occurredAt, order.timeZone);
  const worthMinor = sum(
    order.lines.map((line) => worthOfUnits(line, unitsOf(line.lineNo, moves))),
  );
  await moveUnits(sql, orderId, moves);
  inHand.lastly(() =>
    moveStock(sql, freed(order, moves), {
      orderId,
      eventNo: fact.eventNo ?? null,
      reason,
      occurredAt,
      businessDate: onDate,
    }),
  );
  await giveBackMoney(sql, inHand, moves, { worthMinor, occurredAt, onDate, reason });
  await appendFact(sql, orderId, { ...fact, occurredAt, moves });
  const isGone = (line: SnapshotLine) => unitsOf(line.lineNo, moves) === openUnits(line);
  if (order.lines.every(isGone)) await closeUnwantedWaits(sql, order);
}

const unitsOf = (lineNo: number, moves: readonly CancelMove[]): number =>
  sum(moves.filter((move) => move.lineNo === lineNo).map((move) => move.quantity));

/** With these, no unit of the order is left, and none went out. */
export function isAllCancelled(order: OrderSnapshot, moves: readonly CancelMove[]): boolean {
  return order.lines.every((line) => line.cancelled + unitsOf(line.lineNo, moves) === line.ordered);
}

/** Nothing is to go out any more: what kept it from going out is nobody's work any more. */
async function closeUnwantedWaits(sql: Sql, order: OrderSnapshot): Promise<void> {
  if (order.captures.some((one) => one.state === 'due' || one.state === 'failed')) return;
  await settleExceptions(
    sql,
    { workflowId: order.workflowId, steps: OUTGOING_STEPS },
    { as: 'abandoned', reason: 'the order was cancelled' },
  );
}

/** Reservations go back to the pool where they were made. */
function freed(order: OrderSnapshot, moves: readonly CancelMove[]): StockMove[] {
  return moves.flatMap((move): StockMove[] => {
    const line = order.lines.find((one) => one.lineNo === move.lineNo);
    const group = order.groups.find((one) => one.groupNo === move.groupNo);
    if (!line || !group || (move.from !== 'reserved' && move.from !== 'released')) return [];
    return [
      {
        kind: 'release',
        sku: line.sku ?? line.channelSku,
        locationId: group.locationId,
        onHandDelta: 0,
        reservedDelta: -move.quantity,
        lineNo: move.lineNo,
      },
    ];
  });
}
