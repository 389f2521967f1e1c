/** What a channel says of an order is not what is here: a person decides, and what may leave waits. */
import { unitsToHold } from '../../canonical/rules/order/later-word';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact } from '../../store/orders/orders';
import { setHold } from './hold-order';

export async function openChange(
  sql: Sql,
  order: OrderSnapshot,
  of: { readonly eventNo: number; readonly correlationId: string },
  said: {
    readonly detail: string;
    /** Why what has not left is held; null: it is not. */
    readonly holdReason: string | null;
  },
): Promise<void> {
  const { orderId } = order;
  const { eventNo, correlationId } = of;
  const { detail, holdReason } = said;
  const isHeld = holdReason !== null && order.stage === 'accepted' && unitsToHold(order) > 0;
  if (isHeld && order.holdReason === null) {
    await setHold(sql, orderId, holdReason);
    const occurredAt = new Date().toISOString();
    await appendFact(sql, orderId, { kind: 'held', occurredAt, about: { eventNo } });
  }
  await openException(sql, {
    code: 'order.changed-at-channel',
    detail: `${detail}${isHeld ? '. What has not left is held' : ''}`,
    cause: { kind: 'event', ref: String(eventNo) },
    blocks: `channel-word:${eventNo}`,
    subject: orderId,
    severity: 'high',
    orderId,
    correlationId,
  });
}
