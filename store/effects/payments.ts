/** Payments by the name that whoever took them has for them. */
import type { Sql } from '../database';

export interface OwnerOfPayment {
  readonly orderId: string;
  readonly tenderNo: number;
  /** What it is called here. */
  readonly paymentRef: string;
}

/** An order as its channel names it. */
export interface ChannelOrder {
  readonly channelInstance: string;
  readonly channelOrderRef: string;
}

/**
 * Whose a captured payment is; null where none here has that name. A channel that had taken money
 * before the order came may not have named it: it is known by its order, where it is the only one.
 */
export async function ownerOfPayment(
  sql: Sql,
  paymentRef: string,
  of: ChannelOrder | null,
): Promise<OwnerOfPayment | null> {
  const { rows } = await sql.query<OwnerOfPayment & Record<string, unknown>>({
    name: 'owner-of-payment',
    text: `select order_id as "orderId", tender_no as "tenderNo", reference as "paymentRef"
             from capture where reference = $1 and state = 'captured'
           union all
           select a.order_id, a.tender_no, a.reference from payment_authorization a
             join tender t using (order_id, tender_no)
            where a.reference = $1 and t.prepaid_minor > 0
           union all
           select order_id, min(tender_no),
                  min(o.channel_instance || ':' || o.order_no || ':' || tender_no)
             from sales_order o join tender t using (order_id)
            where o.channel_instance = $2 and o.channel_order_ref = $3 and t.prepaid_minor > 0
              and not exists (select from payment_authorization a
                               where a.order_id = t.order_id and a.tender_no = t.tender_no
                                 and a.reference is not null)
              and not exists (select from capture c
                               where c.order_id = t.order_id and c.reference is not null)
            group by order_id having count(*) = 1
            limit 1`,
    values: [paymentRef, of?.channelInstance ?? null, of?.channelOrderRef ?? null],
  });
  return rows[0] ?? null;
}

/** Counted here already, made by us or not. */
export async function isRefundKnown(sql: Sql, reference: string): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'is-refund-known',
    text: `select 1 from refund where reference = $1
           union all select 1 from effect where reference = $1 and verb = 'refund' limit 1`,
    values: [reference],
  });
  return rows.length > 0;
}

/** A refund of the order is on its way and has no answer yet: one of that amount may be it. */
export async function isRefundAwaited(
  sql: Sql,
  orderId: string,
  amountMinor: number,
): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'is-refund-awaited',
    text: `select 1 from effect
            where order_id = $1 and verb = 'refund' and state = 'called' and amount_minor = $2
            limit 1`,
    values: [orderId, amountMinor],
  });
  return rows.length > 0;
}

/** Begun, or done; one that was refused moved nothing. */
export async function isEffectOpen(sql: Sql, key: string): Promise<boolean> {
  const { rows } = await sql.query({
    name: 'is-effect-open',
    text: `select 1 from effect where effect_key = $1 and state <> 'refused'`,
    values: [key],
  });
  return rows.length > 0;
}

export interface NamedRefund {
  readonly orderId: string;
  readonly tenderNo: number;
  readonly refundNo: number;
}

/** What of refunds here whoever made it calls so: one that somebody else made may be of several. */
export async function refundsByReference(
  sql: Sql,
  reference: string,
): Promise<readonly NamedRefund[]> {
  const { rows } = await sql.query<NamedRefund & Record<string, unknown>>({
    name: 'refunds-by-reference',
    text: `select order_id as "orderId", tender_no as "tenderNo", refund_no as "refundNo"
             from refund where reference = $1 order by order_id, tender_no, refund_no`,
    values: [reference],
  });
  return rows;
}
