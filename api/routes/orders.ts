/** `GET /v1/orders…`: an order as it stands, by its id or by the number that its buyer sees. */
import { z } from 'zod';
import { speaksFor } from '../../canonical/schema/api-key';
import { ChannelInstance, OrderNo } from '../../canonical/schema/ids';
import { findOrderId, readOrderView } from '../../store/orders/order-view';
import { pageOf } from '../http/cursor';
import { found, ok, route } from '../http/route';
import { showOrder } from '../order-shown';
import { MAY } from '../roles';
import { OrderParams, OrderView } from '../schema/order';

export const findOrderRoute = route(
  {
    method: 'get',
    path: '/v1/orders',
    tag: 'Orders',
    summary: "Find an order by its channel's number",
    roles: MAY.readOrders,
    query: z.strictObject({
      channelInstance: ChannelInstance.meta({ example: 'web-us' }),
      orderNo: OrderNo.meta({ example: '1001' }),
    }),
    responses: { 200: { description: 'One order or none', schema: pageOf(OrderView) } },
  },
  async ({ query: { channelInstance, orderNo }, caller }, { db, configuration }) => {
    const orderId = speaksFor(caller, channelInstance)
      ? await findOrderId(db, channelInstance, orderNo)
      : null;
    const rows = orderId === null ? null : await readOrderView(db, orderId);
    const items = rows === null ? [] : [showOrder(rows, configuration)];
    return ok({ items, nextCursor: null });
  },
);

export const readOrderRoute = route(
  {
    method: 'get',
    path: '/v1/orders/{orderId}',
    tag: 'Orders',
    summary: 'Read an order',
    roles: MAY.readOrders,
    params: OrderParams,
    responses: { 200: { description: 'The order as it stands', schema: OrderView } },
    errors: ['not_found'],
  },
  async ({ params, caller }, { db, configuration }) => {
    const rows = await readOrderView(db, params.orderId);
    const own = rows && speaksFor(caller, rows.order.channelInstance) ? rows : null;
    return ok(showOrder(found(own, 'there is no order with that id'), configuration));
  },
);
