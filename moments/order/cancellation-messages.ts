/** Whom the end of a whole order is told. */
import { effectKey } from '../../canonical/rules/order/effect-keys';
import type { CancellationAnnouncement } from '../../canonical/ports/channel';
import type { Sql } from '../../store/database';
import { enqueue } from '../../store/outbox/outbox';
import type { TakenOrder } from './order-moment';
import { toCustomer, whomToTell } from '../fulfilment/shipment-messages';

/** The buyer, and the channel where it was not the channel that asked. */
export async function tellOfCancellation(
  sql: Sql,
  taken: TakenOrder,
  channelAsked: boolean,
): Promise<void> {
  const { order, setup } = taken;
  const whom = await whomToTell(sql, order.orderId);
  const messages = toCustomer(taken, whom, 'order-cancelled', 'whole', {
    orderNo: order.orderNo,
  });
  if (setup.connector !== null && order.channelOrderRef !== null && !channelAsked) {
    const key = effectKey.cancelAtChannel(order.orderId);
    const body: CancellationAnnouncement = {
      key,
      orderId: order.orderId,
      channelOrderRef: order.channelOrderRef,
      reason: 'OTHER',
    };
    messages.push({
      destination: `commerce.${order.channelInstance}`,
      verb: 'announceCancellation',
      effectKey: key,
      orderId: order.orderId,
      correlationId: order.correlationId,
      body,
    });
  }
  await enqueue(sql, messages);
}
