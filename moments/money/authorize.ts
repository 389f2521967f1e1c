/**
 * Authorization: an amount is promised, or declined. Posts nothing (rule 1). What a caller says was
 * received before is confirmed here, or not.
 */
import { blocksAuthorization } from '../../canonical/flows/order-steps';
import { returnWorkflowId } from '../../canonical/flows/return';
import { formatMoney } from '../../canonical/rules/money/money';
import { afterAuthorization } from '../../canonical/rules/order/after';
import { effectKey } from '../../canonical/rules/order/effect-keys';
import { isMoneyWanted } from '../../canonical/rules/order/open-money';
import { tenderOf, type OrderSnapshot } from '../../canonical/rules/order/snapshot';
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
import { orderOfRefused, takenAfterAll } from '../../store/effects/undo-effect';
import { openException, settleOfOrder } from '../../store/exceptions/exceptions';
import { lookAgainWrite } from '../../store/flows/flows';
import { markEventApplied } from '../../store/inbox/facts';
import { appendFact, factWrite, settleKnown } from '../../store/orders/orders';
import { enqueue } from '../../store/outbox/outbox';
import { writeTogether } from '../../store/writes';
import { toCustomer, whomToTell } from '../fulfilment/shipment-messages';
import { paymentFound } from './confirm-payment';
import { moneyDraft } from './money-refs';
import { exceptionOfMoney } from '../order/of-order';
import { recordOrderEffect, type Change } from '../order/order-effect';
import { takeOrder, type OrderInHand } from '../order/order-moment';

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
      made.outcome === 'captured' ? paymentFound(taken, due, made) : live(taken.order, due, made),
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

async function declined(sql: Sql, inHand: OrderInHand, due: AuthorizeDue, refused: Refused) {
  const { order } = inHand;
  const { orderId, tenderNo, amountMinor, currency } = due;
  await sql.query(
    `update payment_authorization set state = 'declined', reference = coalesce($4, reference)
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [orderId, tenderNo, due.authorizationNo, refused.reference ?? null],
  );
  // A no to what a cancel has made unneeded meanwhile is nobody's work.
  if (isMoneyWanted(order, tenderNo) || tenderOf(order, tenderNo).forReturn) {
    const amount = formatMoney(amountMinor, currency);
    await openException(sql, {
      ...saidOf(due, refused, `${amount} on tender ${tenderNo}`),
      cause: { kind: 'effect', ref: due.key },
      blocks: blocksAuthorization(tenderNo),
      ...exceptionOfMoney(order, tenderNo, amountMinor),
    });
    if (refused.needsBuyer) await askBuyer(sql, inHand, due, { what: refused.needsBuyer, amount });
  }
  const fact = factOf('authorization-declined', due, refusalCode(refused));
  await appendFact(sql, orderId, fact);
}

function saidOf(due: AuthorizeDue, refused: Refused, worth: string) {
  if (refused.vendorCode === UNCONFIRMED) {
    const detail = `${worth}, received as whoever sent the order says, is not found at ${due.account}`;
    return { code: 'payment.unconfirmed', detail } as const;
  }
  const no = refusalCode(refused);
  switch (refused.needsBuyer) {
    case 'confirm':
      return {
        code: 'payment.needs-buyer',
        detail: `${worth} is not held until the buyer confirms it (${no}): they were asked, and it goes on by itself when they have`,
      } as const;
    case 'another-means':
      return {
        code: 'payment.needs-buyer',
        detail: `${worth} cannot be held on what the buyer paid with (${no}): they were asked for another means of payment`,
      } as const;
    case undefined:
      return { code: 'payment.declined', detail: `${worth} was declined: ${no}` } as const;
  }
}

async function askBuyer(
  sql: Sql,
  inHand: OrderInHand,
  { tenderNo, authorizationNo }: AuthorizeDue,
  said: { readonly what: string; readonly amount: string },
): Promise<void> {
  const { orderId, orderNo } = inHand.order;
  const whom = await whomToTell(sql, orderId);
  const subject = `${tenderNo}:${authorizationNo}`;
  await enqueue(sql, toCustomer(inHand, whom, 'payment-needed', subject, { orderNo, ...said }));
}

interface Promised {
  readonly eventNo: number;
  /** Of the authorization that was refused at first. */
  readonly effectKey: string;
  readonly reference: string;
  readonly amountMinor: number;
}

/**
 * The buyer has confirmed what was refused until then: it is held after all, and its flow goes on.
 * False where nothing here waits for that.
 */
export function takeLatePromise(db: Database, told: Promised): Promise<boolean> {
  const { effectKey: key, eventNo, reference, amountMinor } = told;
  return db.transaction(async (sql) => {
    const orderId = await orderOfRefused(sql, key);
    if (orderId === null) return false;
    const { order } = await takeOrder(sql, orderId);
    const due = declinedOf(order, key);
    if (due === null || amountMinor < due.amountMinor) return false;
    const made = { outcome: 'authorized', isMulticapture: false, expiresAt: null } as const;
    const { after, writes } = live(order, due, { ...made, reference, amountMinor });
    await settleKnown(sql, order, after, [...writes, takenAfterAll(key, reference)]);
    const { text: blocks } = blocksAuthorization(due.tenderNo);
    for (const code of ['payment.needs-buyer', 'payment.declined'] as const) {
      await settleOfOrder(sql, orderId, { code, blocks }, `it is held: ${reference}`);
    }
    const rma = tenderOf(order, due.tenderNo).forReturn;
    const workflowId = rma ? returnWorkflowId(rma) : order.workflowId;
    await writeTogether(sql, [lookAgainWrite(workflowId)]);
    await markEventApplied(sql, eventNo);
    return true;
  });
}

function declinedOf(order: OrderSnapshot, key: string): AuthorizeDue | null {
  const { orderId, currency } = order;
  for (const { tenderNo, moneyAccount: account, authorizations } of order.tenders) {
    for (const { authorizationNo, amountMinor, state } of authorizations) {
      const due = { orderId, account, tenderNo, authorizationNo, amountMinor, currency, key };
      const isIt = effectKey.authorize(orderId, tenderNo, authorizationNo) === key;
      if (isIt && state === 'declined') return due;
    }
  }
  return null;
}

function factOf(kind: string, due: AuthorizeDue, reference: string) {
  const { tenderNo, authorizationNo, amountMinor } = due;
  const about = { tenderNo, authorizationNo, amountMinor, system: due.account, reference };
  return { kind, occurredAt: new Date().toISOString(), about };
}
