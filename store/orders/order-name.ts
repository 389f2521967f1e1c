/** How people call an order. */
import type { Sql } from '../database';

export interface OrderName {
  readonly orderNo: string;
  readonly channelInstance: string;
}

export async function readOrderName(sql: Sql, orderId: string): Promise<OrderName | null> {
  const { rows } = await sql.query<OrderName>(
    `select order_no as "orderNo", channel_instance as "channelInstance"
       from sales_order where order_id = $1`,
    [orderId],
  );
  return rows[0] ?? null;
}
