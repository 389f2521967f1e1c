/**
 * Authorization: an amount is promised, or declined. Posts nothing (rule 1). What a caller says was
 * received before is confirmed here, or not.
 */
import { blocksAuthorization } from '../../canonical/flows/order-steps';
import { postPrepayment } from '../../canonical/rules/posting/posting';
import { formatMoney } from '../../canonical/rules/money/money';
import { afterAuthorization, afterTender } from '../../canonical/rules/order/after';
import { isMoneyWanted } from '../../canonical/rules/order/agenda';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { refusalCode, type Refused } from '../../canonical/ports/fault';
import {
  UNCONFIRMED,
  type Authorized,
  type AuthorizeRequest,
  type Captured,
  type Claim,
} from '../../canonical/ports/payment';
import type { AuthorizeDue, EffectAnswer } from '../../canonical/flows/order';
import type { Database, Sql } from '../../store/database';
import type { Draft, EffectRow } from '../../store/effects/effects';
import { openException } from '../../store/exceptions/exceptions';
import { appendFact, factWrite } from '../../store/orders/orders';
import { moneyDraft } from './money-refs';
import { effectJournal, exceptionOf } from '../order/of-order';
import { recordOrderEffect, type Change } from '../order/order-effect';
import type { OrderInHand, TakenOrder } from '../order/order-moment';

/** `claim`: it is looked for, and not asked for. */
export interface PromiseRequest extends AuthorizeRequest {
  readonly claim: (Claim & { readonly isElsewhere: boolean }) | null;
}

export const prepareAuthorization = (due: AuthorizeDue): Draft<PromiseRequest> =>
  moneyDraft<PromiseRequest>('begin-authorization', due, {
    channelOrderRef: 'channelOrderRef',
    paymentMethodRef: 'paymentMethodRef',
    claim: 'claim',
  });

export function recordAuthorization(
  db: Database,
  due: AuthorizeDue,
  answer: Authorized | Captured | Refused,
  begun?: EffectRow,
): Promise<EffectAnswer> {
  return recordOrderEffect(db, due, answer, begun, {
    yes: (taken, made) =>
      made.outcome === 'captured' ? prepaid(taken, due, made) : live(taken.order, due, made),
    no: (sql, inHand, refused) => declined(sql, inHand, due, refused),
  });
}

function live(order: OrderSnapshot, due: AuthorizeDue, made: Authorized): Change {
  const { orderId, tenderNo, authorizationNo } = due;
  const { reference, isMulticapture, expiresAt } = made;
  const state = 'live' as const;
  const change = { state, reference, isMulticapture, isAsked: false };
  const after = afterAuthorization(order, due, () => change);
  const writes = [
    {
      name: 'authorize',
      text: `update payment_authorization set state = 'live', reference = $4, is_multicapture = $5,
                    is_taken_over = claim is not null, authorized_at = now(), expires_at = $6
              where order_id = $1 and tender_no = $2 and authorization_no = $3`,
      values: [orderId, tenderNo, authorizationNo, reference, isMulticapture, expiresAt],
    },
    factWrite(orderId, factOf('authorized', due, reference)),
  ];
  return { after, writes };
}

/** Claimed as captured, and found: booked as money that came with an order is (rule 2). */
function prepaid(taken: TakenOrder, due: AuthorizeDue, made: Captured): Change {
  const { order } = taken;
  const { orderId, tenderNo, authorizationNo, amountMinor } = due;
  const { reference } = made;
  const occurredAt = new Date().toISOString();
  const state = 'consumed' as const;
  const change = { state, reference, capturedMinor: amountMinor, isAsked: false };
  const after = afterTender(
    afterAuthorization(order, due, () => change),
    tenderNo,
    () => ({ capturedMinor: amountMinor, prepaidMinor: amountMinor }),
  );
  const writes = [
    {
      name: 'take-over-payment',
      // Every look at it has the name of the payment that was found.
      with: `
        a as (
          update payment_authorization set reference = $4,
                 state = case when authorization_no = $3 then 'consumed' else state end,
                 captured_minor = case when authorization_no = $3 then $5::bigint
                                       else captured_minor end,
                 is_taken_over = authorization_no = $3, authorized_at = now()
           where order_id = $1 and tender_no = $2 and claim is not null returning 1)`,
      text: `update tender set captured_minor = $5, prepaid_minor = $5
              where order_id = $1 and tender_no = $2`,
      values: [orderId, tenderNo, authorizationNo, reference, amountMinor],
    },
    factWrite(orderId, {
      ...factOf('payment-confirmed', due, reference),
      money: [{ tenderNo, kind: 'prepaid', amountMinor }],
    }),
    ...effectJournal(
      taken,
      { key: due.key, momentKey: `prepaid:${orderId}:${tenderNo}`, occurredAt },
      postPrepayment({
        orderId,
        tenderNo,
        clearingAccount: due.account,
        paymentRef: reference,
        amountMinor,
      }),
    ),
  ];
  return { after, writes };
}

async function declined(sql: Sql, inHand: OrderInHand, due: AuthorizeDue, refused: Refused) {
  const { order } = inHand;
  const { orderId, tenderNo, amountMinor, currency } = due;
  await sql.query(
    `update payment_authorization set state = 'declined'
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [orderId, tenderNo, due.authorizationNo],
  );
  // A no to what a cancel has made unneeded meanwhile is nobody's work.
  if (isMoneyWanted(order, tenderNo)) {
    const worth = `${formatMoney(amountMinor, currency)} on tender ${tenderNo}`;
    const isUnconfirmed = refused.vendorCode === UNCONFIRMED;
    await openException(sql, {
      code: isUnconfirmed ? 'payment.unconfirmed' : 'payment.declined',
      detail: isUnconfirmed
        ? `${worth}, received as whoever sent the order says, is not found at ${due.account}`
        : `${worth} was declined: ${refusalCode(refused)}`,
      cause: { kind: 'effect', ref: due.key },
      blocks: blocksAuthorization(tenderNo),
      ...exceptionOf(order, amountMinor),
    });
  }
  const fact = factOf('authorization-declined', due, refusalCode(refused));
  await appendFact(sql, orderId, fact);
}

function factOf(kind: string, due: AuthorizeDue, reference: string) {
  const { tenderNo, authorizationNo, amountMinor } = due;
  const about = { tenderNo, authorizationNo, amountMinor, system: due.account, reference };
  return { kind, occurredAt: new Date().toISOString(), about };
}
