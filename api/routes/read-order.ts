/** `GET /v1/orders/{orderId}`: status, quantities, money, shipments, what it waits for. */
import { readOrderView } from '../../store/orders/order-view';
import { Problem } from '../http/problem';
import { readRoute } from '../http/route';
import { showOrder } from '../order-shown';
import { MAY } from '../roles';
import { OrderParams, OrderView } from '../schema/order';

export const readOrderRoute = readRoute(
  {
    path: '/v1/orders/{orderId}',
    tag: 'Orders',
    summary: 'Read an order',
    roles: MAY.readOrders,
    params: OrderParams,
    responses: { 200: { description: 'The order as it stands', schema: OrderView } },
    errors: ['not_found'],
  },
  async ({ params }, { db, configuration }) => {
    const rows = await readOrderView(db, params.orderId);
    if (rows === null) throw new Problem('not_found', 'there is no order with that id');
    return { status: 200, body: showOrder(rows, configuration) };
  },
);
