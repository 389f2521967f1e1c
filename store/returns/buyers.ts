/** Whose returns are whose: by a hash of what names the buyer, so that they are counted and not read. */
import type { Sql } from '../database';

/** By e-mail over all channels, else by the channel's own id of them. */
const BUYER_HASH = `encode(sha256(convert_to(coalesce(
    lower(o.content -> 'customer' ->> 'email'),
    o.channel_instance || ' ' || (o.content -> 'customer' ->> 'customerRef')), 'UTF8')), 'hex')`;

/** Notes it on the return; how many others that buyer has asked for. A buyer without a name: none. */
export async function countReturnsOfBuyer(
  sql: Sql,
  rma: string,
  withinDays: number,
): Promise<number> {
  const { rows } = await sql.query<{ others: number }>({
    name: 'count-returns-of-buyer',
    text: `with own as (
             update sales_return s set buyer_hash = ${BUYER_HASH}
               from sales_order o where s.rma = $1 and o.order_id = s.order_id
             returning s.buyer_hash)
           select count(*)::int as others
             from sales_return r join own on r.buyer_hash = own.buyer_hash
            where r.rma <> $1 and r.state <> 'denied'
              and r.opened_at > now() - make_interval(days => $2)`,
    values: [rma, withinDays],
  });
  return rows[0]?.others ?? 0;
}
