/** Returns by what their channel calls them. */
import type { Sql } from '../database';
import type { SoldOrder } from './sold';

/** The return that a channel calls so, or that we told it of; null: none is here. */
export async function returnOfChannel(
  sql: Sql,
  channelInstance: string,
  channelReturnRef: string,
  rma: string | null = null,
): Promise<string | null> {
  const { rows } = await sql.query<{ rma: string }>({
    name: 'return-of-channel',
    text: `select rma from sales_return
            where channel_instance = $1 and (channel_return_ref = $2 or rma = $3)
            order by channel_return_ref = $2 desc nulls last limit 1`,
    values: [channelInstance, channelReturnRef, rma],
  });
  return rows[0]?.rma ?? null;
}

/** The first name that its channel has for it stays. */
export async function linkChannelReturn(
  sql: Sql,
  rma: string,
  channelReturnRef: string,
): Promise<void> {
  await sql.query({
    name: 'link-channel-return',
    text: `update sales_return set channel_return_ref = $2
            where rma = $1 and channel_return_ref is null`,
    values: [rma, channelReturnRef],
  });
}

/** The order by the channel's own id of it; null where it is not here. */
export async function findSoldAtChannel(
  sql: Sql,
  channelInstance: string,
  channelOrderRef: string,
): Promise<SoldOrder | null> {
  const { rows } = await sql.query<SoldOrder & Record<string, unknown>>({
    name: 'find-sold-at-channel',
    text: `select order_id as "orderId", channel_instance as "channelInstance",
                  order_no as "orderNo"
             from sales_order where channel_order_ref = $2 and channel_instance = $1`,
    values: [channelInstance, channelOrderRef],
  });
  return rows[0] ?? null;
}
