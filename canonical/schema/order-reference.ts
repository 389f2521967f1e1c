/** How an event names its order. */
import { ChannelInstance, OrderId, OrderNo } from './ids';

/** An order by our id, or by its channel and number; one of the two is needed. */
export const orderReference = {
  orderId: OrderId.optional(),
  channelInstance: ChannelInstance.optional(),
  orderNo: OrderNo.optional(),
};
export const namesAnOrder = (value: {
  orderId?: string | undefined;
  channelInstance?: string | undefined;
  orderNo?: string | undefined;
}) =>
  value.orderId !== undefined ||
  (value.channelInstance !== undefined && value.orderNo !== undefined);
export const NAMES_AN_ORDER = 'orderId, or channelInstance and orderNo';
