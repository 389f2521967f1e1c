/** What is due for an order; reads only. */
import { agendaOf } from '../../canonical/rules/agenda';
import type { OrderAgenda } from '../../canonical/schema/order-flow';
import type { Sql } from '../database';
import { loadOrder } from '../orders';
import { UnknownOrder } from './order-moment';

export async function readAgenda(
  sql: Sql,
  input: { readonly orderId: string },
): Promise<OrderAgenda> {
  const order = await loadOrder(sql, input.orderId);
  if (!order) throw new UnknownOrder(`order ${input.orderId} is not here`);
  return agendaOf(order);
}
