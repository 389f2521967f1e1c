/** A hold keeps an order from the warehouse; lifting it lets the flow go on. */
import type { HoldDecision, HoldResult } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import { appendFact } from '../../store/orders/orders';
import { orderMoment } from './order-moment';

/** Shown where the decision's own words are not to be found. */
const NO_REASON = 'no reason given';

export async function placeHold(db: Database, decision: HoldDecision): Promise<HoldResult> {
  const { answer, agenda } = await orderMoment(db, decision.orderId, async (sql, { order }) => {
    if (order.holdReason !== null) return null;
    if (order.stage !== 'received' && order.stage !== 'accepted') return `it is ${order.status}`;
    const isLate = order.lines.every((line) => line.reserved === 0);
    if (order.stage === 'accepted' && isLate) return 'nothing of it is waiting to be released';
    await setHold(sql, decision.orderId, await reasonOf(sql, 'hold', decision));
    await appendFact(sql, decision.orderId, holdFact('held', decision));
    return null;
  });
  return answer === null ? { outcome: 'held', agenda } : { outcome: 'refused', reason: answer };
}

export async function liftHold(db: Database, decision: HoldDecision): Promise<HoldResult> {
  const { answer, agenda } = await orderMoment(db, decision.orderId, async (sql, { order }) => {
    if (order.holdReason === null) return null;
    if (order.stage !== 'received' && order.stage !== 'accepted') return `it is ${order.status}`;
    await setHold(sql, decision.orderId, null);
    await appendFact(sql, decision.orderId, holdFact('hold-lifted', decision));
    return null;
  });
  return answer === null ? { outcome: 'released', agenda } : { outcome: 'refused', reason: answer };
}

export async function setHold(sql: Sql, orderId: string, reason: string | null): Promise<void> {
  await sql.query('update sales_order set hold_reason = $2 where order_id = $1', [orderId, reason]);
}

async function reasonOf(sql: Sql, action: string, decision: HoldDecision): Promise<string> {
  const { rows } = await sql.query<{ reason: string | null }>(
    `select reason from decision where action = $1 and subject = $2 and decision_id = $3`,
    [action, decision.orderId, decision.decisionId],
  );
  return rows[0]?.reason ?? NO_REASON;
}

const holdFact = (kind: string, decision: HoldDecision) => ({
  kind,
  occurredAt: new Date().toISOString(),
  about: { decisionId: decision.decisionId },
});
