/** What was paid back in advance, never came, and is charged again: a tender of its order. */
import { CHARGED_AGAIN } from '../../canonical/flows/order-steps';
import type { Write } from '../writes';

export interface NewCharge {
  readonly rma: string;
  /** The tender whose means of payment is charged. */
  readonly of: number;
  readonly tenderNo: number;
  readonly amountMinor: number;
  /** Somebody can be asked for it. */
  readonly isAskable: boolean;
}

export function chargeWrites(orderId: string, charge: NewCharge): Write[] {
  const { rma, of, tenderNo, amountMinor, isAskable } = charge;
  return [
    {
      name: 'plan-charge',
      text: `insert into tender (order_id, tender_no, gateway, tender_type, amount_minor,
               payment_method_ref, money_account, for_return)
             select order_id, $3, gateway, tender_type, $4, payment_method_ref, money_account, $5
               from tender where order_id = $1 and tender_no = $2`,
      values: [orderId, of, tenderNo, amountMinor, rma],
    },
    {
      name: 'plan-charge-authorization',
      text: `insert into payment_authorization (order_id, tender_no, authorization_no, state,
               amount_minor)
             values ($1, $2, 1, $3, $4)`,
      values: [orderId, tenderNo, isAskable ? 'planned' : 'declined', amountMinor],
    },
    {
      name: 'plan-charge-capture',
      text: `insert into capture (order_id, tender_no, invoice_no, amount_minor, authorization_no,
               is_final, state)
             values ($1, $2, $3, $4, 1, true, 'due')`,
      values: [orderId, tenderNo, CHARGED_AGAIN, amountMinor],
    },
  ];
}

/** Units that were paid back and are sold again. */
export const notAccepted = (
  rma: string,
  units: readonly { readonly lineNo: number; readonly quantity: number }[],
): Write => ({
  name: 'not-accepted',
  text: `update return_line l set accepted = l.accepted - d.units
           from (select "lineNo" as line_no, sum(quantity)::int as units
                   from jsonb_to_recordset($2) as q("lineNo" int, quantity int) group by 1) d
          where l.rma = $1 and l.line_no = d.line_no`,
  values: [rma, JSON.stringify(units)],
});

/** SQL for the charges of return `s`, as its snapshot has them. */
export const CHARGES_OF_RETURN = `
  coalesce((select jsonb_agg(jsonb_build_object('tenderNo', t.tender_no,
      'account', t.money_account, 'amountMinor', c.amount_minor, 'state', c.state, 'try', c.try,
      'authorizationNo', a.authorization_no, 'authorization', a.state) order by t.tender_no)
    from tender t
    join capture c on c.order_id = t.order_id and c.tender_no = t.tender_no
    join payment_authorization a on a.order_id = t.order_id and a.tender_no = t.tender_no
     and a.authorization_no = c.authorization_no
   where t.for_return = s.rma), '[]')`;
