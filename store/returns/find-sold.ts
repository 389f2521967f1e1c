/** Orders as a counter looks them up: by what the customer shows or says. */
import type { Sql } from '../database';

/** Of one look-up, the newest first. */
const MAX_SOLD_FOUND = 20;
/** The end of a number: without what is written before it from abroad. */
const PHONE_DIGITS = 9;

/** Without who bought it. */
export interface SoldSeen {
  readonly orderId: string;
  readonly channelInstance: string;
  readonly orderNo: string;
  /** RFC 3339. */
  readonly placedAt: string;
  readonly totalMinor: number;
  readonly currency: string;
  readonly goods: readonly { readonly units: number; readonly name: string }[];
}

/** What an item is called on a shelf, or by the channel that sold it. */
export const GOODS_NAME = `coalesce(i.description,
  o.content #>> array['lines', (l.line_no - 1)::text, 'description'], l.sku, l.channel_sku)`;

const FOUND = `
  select o.order_id as "orderId", o.channel_instance as "channelInstance",
         o.order_no as "orderNo", o.total_minor as "totalMinor", o.currency,
         to_char(o.placed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "placedAt",
         coalesce((select jsonb_agg(jsonb_build_object('units', l.ordered - l.cancelled,
                    'name', ${GOODS_NAME}) order by l.line_no)
            from (select * from order_line x where x.order_id = o.order_id
                   order by x.line_no limit 3) l left join item i using (sku)), '[]') as goods
    from sales_order o`;
const NEWEST = `order by o.placed_at desc, o.order_id limit ${MAX_SOLD_FOUND}`;

/** By the number that a buyer sees, in any of these channels. */
export async function soldByNumber(
  sql: Sql,
  orderNo: string,
  channels: readonly string[],
): Promise<readonly SoldSeen[]> {
  const { rows } = await sql.query<SoldSeen & Record<string, unknown>>({
    name: 'sold-by-number',
    text: `${FOUND} where o.channel_instance = any($2) and o.order_no = $1
              and o.stage <> 'rejected' ${NEWEST}`,
    values: [orderNo, channels],
  });
  return rows;
}

/** By the number of the buyer; null where the text is none. */
export async function soldByPhone(sql: Sql, text: string): Promise<readonly SoldSeen[]> {
  const digits = text.replaceAll(/[^0-9]/g, '').slice(-PHONE_DIGITS);
  const { rows } = await sql.query<SoldSeen & Record<string, unknown>>({
    name: 'sold-by-phone',
    text: `${FOUND}
            where content #>> '{customer,phone}' is not null
              and right(regexp_replace(content #>> '{customer,phone}', '[^0-9]', '', 'g'), 9) = $1
              and o.stage <> 'rejected' ${NEWEST}`,
    values: [digits],
  });
  return rows;
}
