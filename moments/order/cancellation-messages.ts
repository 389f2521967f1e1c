/** Whom the end of a whole order is told. */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import type { CancellationAnnouncement } from '../../canonical/ports/channel';
import type { Sql } from '../../store/database';
import { enqueue, type OutboxMessage } from '../../store/outbox/outbox';
import type { TakenOrder } from './order-moment';
import { toCustomer, whomToTell } from '../fulfilment/shipment-messages';

/** The buyer, and the channel where it was not the channel that asked. */
export async function tellOfCancellation(
  sql: Sql,
  taken: TakenOrder,
  channelAsked: boolean,
): Promise<void> {
  const { order } = taken;
  const whom = await whomToTell(sql, order.orderId);
  const messages = toCustomer(taken, whom, 'order-cancelled', 'whole', {
    orderNo: order.orderNo,
  });
  await enqueue(sql, channelAsked ? messages : [...messages, ...toChannel(taken)]);
}

export const tellChannelOfCancellation = (sql: Sql, taken: TakenOrder): Promise<void> =>
  enqueue(sql, toChannel(taken));

function toChannel({ order, setup }: TakenOrder): OutboxMessage[] {
  const { orderId, channelOrderRef, channelInstance, correlationId } = order;
  if (setup.connector === null || channelOrderRef === null) return [];
  const key = effectKey.cancelAtChannel(orderId);
  const body: CancellationAnnouncement = { key, orderId, channelOrderRef, reason: 'OTHER' };
  const destination = `commerce.${channelInstance}`;
  const verb = 'announceCancellation' as const;
  return [{ destination, verb, effectKey: key, orderId, correlationId, body }];
}
