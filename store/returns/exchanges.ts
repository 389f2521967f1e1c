/** What goes out for what comes back: as it was asked for, and the order that it became. */
import type { Address, Customer, OrderLine, Tender } from '../../canonical/schema/order';
import type { OrderFlowSettings } from '../../canonical/flows/order';
import { only, type Sql } from '../database';

export interface Exchange {
  readonly orderNo: string;
  readonly totalMinor: number;
  readonly lines: readonly OrderLine[];
  /** Pays what the goods that came back do not. */
  readonly difference: Pick<Tender, 'gateway' | 'paymentMethodRef'> | null;
  readonly flow: OrderFlowSettings;
}

/** Names the next exchange of an order, and keeps it; call it under the order's lock. */
export async function keepExchange(
  sql: Sql,
  of: { readonly rma: string; readonly orderId: string; readonly orderNo: string },
  exchange: Omit<Exchange, 'orderNo'>,
): Promise<string> {
  const { rows } = await sql.query<{ orderNo: string }>({
    name: 'keep-exchange',
    text: `update sales_return set exchange = $4::jsonb || jsonb_build_object('orderNo',
                  $3::text || '-X' || (select 1 + count(*) from sales_return
                                  where order_id = $2 and exchange is not null))
            where rma = $1 returning exchange ->> 'orderNo' as "orderNo"`,
    values: [of.rma, of.orderId, of.orderNo, JSON.stringify(exchange)],
  });
  return only(rows, of.rma).orderNo;
}

interface Buyer {
  readonly customer?: Customer;
  readonly shipTo?: Address;
  readonly billTo?: Address;
}

/** With whom the goods that came back were sold to: the exchange goes to them. */
export async function exchangeOf(
  sql: Sql,
  rma: string,
): Promise<{ readonly exchange: Exchange; readonly buyer: Buyer }> {
  const { rows } = await sql.query<{ exchange: Exchange; content: Buyer }>({
    name: 'exchange-of',
    text: `select s.exchange, o.content from sales_return s join sales_order o using (order_id)
            where s.rma = $1 and s.exchange is not null`,
    values: [rma],
  });
  const { exchange, content } = only(rows, `the exchange of ${rma}`);
  const { customer, shipTo, billTo } = content;
  const buyer = {
    ...(customer && { customer }),
    ...(shipTo && { shipTo }),
    ...(billTo && { billTo }),
  };
  return { exchange, buyer };
}

export async function linkExchange(sql: Sql, rma: string, orderId: string): Promise<void> {
  await sql.query({
    name: 'link-exchange',
    text: 'update sales_return set exchange_order_id = $2 where rma = $1',
    values: [rma, orderId],
  });
}
