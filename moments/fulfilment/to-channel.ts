/** A message to the channel that sold an order: an outbox row under its own key. */
import type { OutboxMessage } from '../../store/outbox/outbox';
import type { TakenOrder } from '../order/order-moment';

export interface OfChannel {
  readonly key: string;
  readonly orderId: string;
  readonly channelOrderRef: string;
}

/** Nothing where the channel is not one that we tell. */
export function toChannel(
  { order, setup }: TakenOrder,
  verb: OutboxMessage['verb'],
  key: string,
  bodyOf: (of: OfChannel) => object,
): OutboxMessage[] {
  const { orderId, channelInstance, channelOrderRef, correlationId } = order;
  if (setup.connector === null || channelOrderRef === null) return [];
  const body = bodyOf({ key, orderId, channelOrderRef });
  const destination = `commerce.${channelInstance}`;
  return [{ destination, verb, effectKey: key, orderId, correlationId, body }];
}

/** Units of lines by the channel's own names of them. */
export const byChannelLine = (
  { order }: TakenOrder,
  units: readonly { readonly lineNo: number; readonly quantity: number }[],
) =>
  units.flatMap(({ lineNo, quantity }) => {
    const ref = order.lines.find((line) => line.lineNo === lineNo)?.channelLineRef ?? null;
    return ref === null ? [] : [{ channelLineRef: ref, quantity }];
  });
