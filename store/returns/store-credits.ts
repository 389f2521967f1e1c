/** Store credit that returns were paid back in. */
import type { Sql } from '../database';

export interface StoreCredit {
  readonly creditId: string;
  readonly amountMinor: number;
  readonly bonusMinor: number;
}

/** One for each part of a return that was accepted: the same again fails. */
export async function issueCredit(
  sql: Sql,
  of: {
    readonly rma: string;
    readonly inspectionNo: number;
    readonly orderId: string;
    readonly currency: string;
  },
  { creditId, amountMinor, bonusMinor }: StoreCredit,
): Promise<void> {
  await sql.query({
    name: 'issue-store-credit',
    text: `insert into store_credit (credit_id, rma, inspection_no, order_id, currency, amount_minor,
             bonus_minor)
           values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [creditId, of.rma, of.inspectionNo, of.orderId, of.currency, amountMinor, bonusMinor],
  });
}

/** Refunds of a return that were paid otherwise than to their payment: nobody is asked for them. */
export async function markPaid(
  sql: Sql,
  of: { readonly orderId: string; readonly rma: string },
  paidBy: 'cash' | 'store-credit' | 'exchange',
  reference: string,
): Promise<void> {
  await sql.query({
    name: 'mark-paid-otherwise',
    text: `with r as (
             update refund set state = 'refunded', reference = $4, refunded_at = now()
              where order_id = $1 and rma = $2 and paid_by = $3 and state = 'due'
             returning tender_no, amount_minor),
           paid as (select tender_no, sum(amount_minor)::bigint as minor from r group by 1)
           update tender t set refunded_minor = t.refunded_minor + p.minor
             from paid p where t.order_id = $1 and t.tender_no = p.tender_no`,
    values: [of.orderId, of.rma, paidBy, reference],
  });
}
