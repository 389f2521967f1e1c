/** What is due for an order; reads only. */
import { agendaOf } from '../../canonical/rules/order/agenda';
import type { OrderAgenda } from '../../canonical/flows/order';
import type { Sql } from '../../store/database';
import { loadOrder } from '../../store/orders/orders';
import { UnknownOrder } from './order-moment';

export async function readAgenda(
  sql: Sql,
  input: { readonly orderId: string },
): Promise<OrderAgenda> {
  const order = await loadOrder(sql, input.orderId);
  if (!order) throw new UnknownOrder(`order ${input.orderId} is not here`);
  return agendaOf(order);
}
