/** The order that has a channel's number, where it is here. */
import type { Order } from '../../canonical/schema/order';
import type { Sql } from '../database';

export interface NumberedOrder {
  readonly orderId: string;
  readonly contentHash: string;
  readonly stage: string;
}

export async function findOrderByNumber(
  sql: Sql,
  { channelInstance, orderNo }: Pick<Order, 'channelInstance' | 'orderNo'>,
): Promise<NumberedOrder | undefined> {
  const { rows } = await sql.query<NumberedOrder & Record<string, unknown>>({
    name: 'order-by-number',
    text: `select order_id as "orderId", content_hash as "contentHash", stage
             from sales_order where channel_instance = $1 and order_no = $2`,
    values: [channelInstance, orderNo],
  });
  return rows[0];
}

/** By the channel's own id of it; null where it is not here. */
export async function findOrderByChannelRef(
  sql: Sql,
  channelInstance: string,
  channelOrderRef: string,
): Promise<string | null> {
  const { rows } = await sql.query<{ orderId: string }>({
    name: 'order-by-channel-ref',
    text: `select order_id as "orderId" from sales_order
            where channel_order_ref = $2 and channel_instance = $1`,
    values: [channelInstance, channelOrderRef],
  });
  return rows[0]?.orderId ?? null;
}
