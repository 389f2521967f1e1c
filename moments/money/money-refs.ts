/** A request about money, drafted in SQL: what the flow asks, with the other side's names of things. */
import type { Draft } from '../../store/effects/effects';

interface Due {
  readonly key: string;
  readonly orderId: string;
  readonly tenderNo: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly authorizationNo?: number;
  readonly refundNo?: number;
}

/** What each name is read from; `$1` is the order, `$2` the tender; `$3` an authorization, `$5` a refund, or null. */
const REFS = {
  channelOrderRef: 'o.channel_order_ref',
  paymentMethodRef: 't.payment_method_ref',
  /**
   * Of the authorization that is named or that a refund's capture was on; else the last one. Of what an
   * exchange pays there is none: its payment is named by its capture.
   */
  authorizationRef: `(select case when t.paid_from is null then a.reference end from payment_authorization a
     where a.order_id = $1 and a.tender_no = $2
       and a.authorization_no = coalesce($3::int,
         (select c.authorization_no from capture c
           where c.order_id = $1 and c.tender_no = $2 and c.reference = r.payment_ref limit 1),
         a.authorization_no)
     order by a.authorization_no desc limit 1)`,
  /** What a caller claims of it, and whether another order or tender has that very payment. */
  claim: `(select jsonb_build_object('state', a.claim, 'reference', a.reference, 'isElsewhere',
         exists (select from payment_authorization x where x.reference = a.reference
                   and (x.order_id, x.tender_no) <> (a.order_id, a.tender_no)))
     from payment_authorization a
    where a.order_id = $1 and a.tender_no = $2 and a.authorization_no = $3::int
      and a.claim is not null)`,
  /** Of the payment that a refund gives back. */
  captureRef: 'r.payment_ref',
  /** Of all captures of the order, so that a look-up finds none of them again. */
  knownCaptures: `array(select c.reference from capture c
     where c.order_id = $1 and c.reference is not null order by c.invoice_no, c.tender_no)
     || array(select d.reference from channel_duplicate d
     where d.order_id = $1 and d.kind = 'capture')`,
  knownRefunds: `array(select b.reference from refund b
     where b.order_id = $1 and b.reference is not null)
     || array(select d.undone_reference from channel_duplicate d
     where d.order_id = $1 and d.kind = 'capture' and d.undone_reference is not null)`,
} as const;

/** We authorize on a means of payment; what is claimed, or is the channel's, needs none. */
const MAY_BE_ASKED = `and (t.payment_method_ref is not null or o.money_mode = 'channel'
                      or ${REFS.claim} is not null)`;

/** `refs`: the request's field for each name that it carries. */
export function moneyDraft<Request extends object>(
  name: string,
  due: Due,
  refs: Partial<Record<keyof Request & string, keyof typeof REFS>>,
  also: Partial<Request> = {},
): Draft<Request> {
  const {
    key,
    orderId,
    tenderNo,
    amountMinor,
    currency,
    authorizationNo = null,
    refundNo = null,
  } = due;
  const fields = Object.entries<keyof typeof REFS | undefined>(refs).flatMap(([field, ref]) =>
    ref === undefined ? [] : [`'${field}', ${REFS[ref]}`],
  );
  const isPaidBy = 'paymentMethodRef' in refs;
  // Where no reference names `$3`, its type is told here.
  return {
    name,
    select: `select $4::jsonb || jsonb_build_object(${fields.join(', ')}) as body
               from sales_order o join tender t on t.order_id = o.order_id and t.tender_no = $2
                left join refund r on r.order_id = o.order_id and r.tender_no = $2
                      and r.refund_no = $5::int
               where o.order_id = $1 and ($3::int is null or $3 > 0)
                    ${isPaidBy ? MAY_BE_ASKED : ''}`,
    values: [
      orderId,
      tenderNo,
      authorizationNo,
      JSON.stringify({ key, orderId, tenderNo, amountMinor, currency, ...also }),
      refundNo,
    ],
    none: `order ${orderId} has no tender ${tenderNo}${isPaidBy ? ' with a means of payment' : ''}`,
  };
}
