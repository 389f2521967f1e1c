/** `GET /v1/orders?channelInstance=&orderNo=`: an order by the number that its buyer sees. */
import { z } from 'zod';
import { ChannelInstance, OrderNo } from '../../canonical/schema/ids';
import { findOrderId, readOrderView } from '../../store/orders/order-view';
import { pageOf } from '../http/cursor';
import { readRoute } from '../http/route';
import { showOrder } from '../order-shown';
import { MAY } from '../roles';
import { OrderView } from '../schema/order';

export const findOrderRoute = readRoute(
  {
    path: '/v1/orders',
    tag: 'Orders',
    summary: "Find an order by its channel's number",
    roles: MAY.readOrders,
    query: z.strictObject({
      channelInstance: ChannelInstance.meta({ example: 'web-us' }),
      orderNo: OrderNo.meta({ example: '1001' }),
    }),
    responses: { 200: { description: 'One order or none', schema: pageOf(OrderView) } },
    errors: [],
  },
  async ({ query }, { db, configuration }) => {
    const orderId = await findOrderId(db, query.channelInstance, query.orderNo);
    const rows = orderId === null ? null : await readOrderView(db, orderId);
    const items = rows === null ? [] : [showOrder(rows, configuration)];
    return { status: 200, body: { items, nextCursor: null } };
  },
);
