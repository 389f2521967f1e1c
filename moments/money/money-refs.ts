/** What a call about money needs beside its amount: the other side's names of things. */
import { only, type Sql } from '../../store/database';

export interface MoneyRefs {
  readonly channelOrderRef: string | null;
  readonly paymentMethodRef: string | null;
  /** Of the authorization that is named or that a refund's capture was on; else the last one. */
  readonly authorizationRef: string | null;
  /** Of the payment that a refund gives back. */
  readonly captureRef: string | null;
  /** Of all captures and refunds of the order, so that a look-up finds none of them again. */
  readonly captureRefs: readonly string[];
  readonly refundRefs: readonly string[];
}

interface Due {
  readonly key: string;
  readonly orderId: string;
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly currency: string;
}

export async function moneyRefs(
  sql: Sql,
  due: Due & { readonly authorizationNo?: number; readonly refundNo?: number },
): Promise<MoneyRefs> {
  const { rows } = await sql.query<{ [K in keyof MoneyRefs]: MoneyRefs[K] }>({
    name: 'money-refs',
    text: `
      select o.channel_order_ref as "channelOrderRef",
             t.payment_method_ref as "paymentMethodRef",
             (select a.reference from payment_authorization a
               where a.order_id = $1 and a.tender_no = $2
                 and a.authorization_no = coalesce($3::int,
                   (select c.authorization_no from capture c
                     where c.order_id = $1 and c.tender_no = $2 and c.reference = r.payment_ref
                     limit 1), a.authorization_no)
               order by a.authorization_no desc limit 1) as "authorizationRef",
             r.payment_ref as "captureRef",
             array(select c.reference from capture c
                    where c.order_id = $1 and c.reference is not null
                    order by c.shipment_no, c.tender_no) as "captureRefs",
             array(select b.reference from refund b
                    where b.order_id = $1 and b.reference is not null) as "refundRefs"
        from sales_order o join tender t on t.order_id = o.order_id and t.tender_no = $2
        left join refund r on r.order_id = o.order_id and r.tender_no = $2
              and r.refund_no = $4::int
       where o.order_id = $1`,
    values: [due.orderId, due.tenderNo, due.authorizationNo ?? null, due.refundNo ?? null],
  });
  return only(rows, `tender ${due.tenderNo} of order ${due.orderId}`);
}

/** The part that every request about money has. */
export function moneyRequest({ key, orderId, tenderNo, amountMinor, currency }: Due) {
  return { key, orderId, tenderNo, amountMinor, currency };
}
