/**
 * What a resolution does to an order: a retry makes the step due again under its next try; an
 * override leaves it as done by hand; giving up compensates. Which resolution of which exception
 * does what stands with the steps (`canonical/flows/order-steps`).
 */
import type { OrderAction } from '../../canonical/flows/order-steps';
import type { About } from '../../canonical/flows/step';
import type { CancelMove } from '../../canonical/rules/order/cancellation';
import { sum } from '../../canonical/rules/money/money';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import { only, type Sql } from '../../store/database';
import type { TakenResolution } from '../../store/exceptions/exceptions';
import { captureFailed } from '../money/capture';
import { planAuthorization } from '../money/shipment-money';
import { everyUnitHere, giveUpUnits } from './cancel-order';
import type { OrderInHand } from './order-moment';

/** `about` says which tender, invoice, authorization or group. */
type Do = (sql: Sql, inHand: OrderInHand, about: About, resolved: TakenResolution) => Promise<void>;

/** Anew for what was declined; captures that waited for it are due on the new one. */
const authorizeAnew: Do = async (sql, { order }, { tenderNo = 0 }, resolved) => {
  const tender = only(
    order.tenders.filter((one) => one.tenderNo === tenderNo),
    `tender ${tenderNo}`,
  );
  const waiting = stranded(order, tenderNo);
  const last = tender.authorizations.at(-1);
  const amountMinor =
    sum(waiting.map((one) => one.amountMinor)) ||
    (last?.amountMinor ?? resolved.moneyMinor ?? tender.amountMinor);
  const authorizationNo = await planAuthorization(sql, order, tenderNo, amountMinor);
  // What was claimed and not found is looked for again.
  await sql.query(
    `update payment_authorization n set claim = l.claim, reference = l.reference
       from payment_authorization l
      where n.order_id = $1 and n.tender_no = $2 and n.authorization_no = $3
        and l.order_id = $1 and l.tender_no = $2 and l.authorization_no = $4
        and l.claim is not null`,
    [order.orderId, tenderNo, authorizationNo, last?.authorizationNo ?? null],
  );
  await sql.query(
    `update capture set authorization_no = $4
      where order_id = $1 and tender_no = $2 and invoice_no = any($3::int[])`,
    [order.orderId, tenderNo, waiting.map((one) => one.invoiceNo), authorizationNo],
  );
};

/** Captures that are due on an authorization which will never be live. */
function stranded(order: OrderSnapshot, tenderNo: number) {
  const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
  return order.captures.filter((capture) => {
    const on = tender?.authorizations.find(
      (one) => one.authorizationNo === capture.authorizationNo,
    );
    const isHopeful = on?.state === 'live' || on?.state === 'planned';
    return capture.tenderNo === tenderNo && capture.state === 'due' && !isHopeful;
  });
}

/** Due again under the next try; on a new authorization where the old one is gone. */
const captureAgain: Do = async (sql, inHand, { tenderNo = 0, invoiceNo = 0 }) => {
  const { order, setup } = inHand;
  const { orderId } = order;
  const capture = order.captures.find(
    (one) => one.tenderNo === tenderNo && one.invoiceNo === invoiceNo,
  );
  if (!capture) return;
  const authorization = order.tenders
    .find((one) => one.tenderNo === tenderNo)
    ?.authorizations.find((one) => one.authorizationNo === capture.authorizationNo);
  const isLive = authorization?.state === 'live';
  const authorizationNo =
    isLive || setup.moneyMode === 'channel'
      ? capture.authorizationNo
      : await planAuthorization(sql, order, tenderNo, capture.amountMinor);
  if (!isLive && setup.moneyMode === 'channel') {
    // The channel authorizes by itself: a person says that it has, or may have.
    await sql.query(
      `update payment_authorization set state = 'live'
        where order_id = $1 and tender_no = $2 and authorization_no = $3`,
      [orderId, tenderNo, authorizationNo],
    );
  }
  await sql.query(
    `update capture set state = 'due', try = try + 1, authorization_no = $4
      where order_id = $1 and tender_no = $2 and invoice_no = $3`,
    [orderId, tenderNo, invoiceNo, authorizationNo],
  );
};

/** Of the capture, the authorization or the refund that `about` names. */
const ofCapture =
  (set: string): Do =>
  async (sql, { order }, { tenderNo = 0, invoiceNo = 0 }) => {
    await sql.query(
      `update capture set ${set} where order_id = $1 and tender_no = $2 and invoice_no = $3`,
      [order.orderId, tenderNo, invoiceNo],
    );
  };
const ofAuthorization =
  (set: string): Do =>
  async (sql, { order }, { tenderNo = 0, authorizationNo = 0 }) => {
    await sql.query(
      `update payment_authorization set ${set}
        where order_id = $1 and tender_no = $2 and authorization_no = $3`,
      [order.orderId, tenderNo, authorizationNo],
    );
  };
const ofRefund =
  (set: string): Do =>
  async (sql, { order }, { tenderNo = 0, refundNo = 0 }) => {
    await sql.query(
      `update refund set ${set} where order_id = $1 and tender_no = $2 and refund_no = $3`,
      [order.orderId, tenderNo, refundNo],
    );
  };

const releaseAgain: Do = async (sql, { order }, { groupNo = 0 }) => {
  await sql.query(
    `update fulfilment_group set state = 'planned', try = try + 1
      where order_id = $1 and group_no = $2 and state = 'rejected'`,
    [order.orderId, groupNo],
  );
};

/**
 * The order is given up: everything that is here is cancelled, money goes back. What was shipped
 * and waited for this authorization stays receivable, each with an exception of its own.
 */
const giveUpOrder: Do = async (sql, inHand, { tenderNo = 0 }, resolved) => {
  for (const capture of stranded(inHand.order, tenderNo)) {
    await captureFailed(sql, inHand.order, capture, 'its authorization was given up');
  }
  await giveUp(sql, inHand, everyUnitHere(inHand.order), resolved);
};

/** What a warehouse rejected is cancelled; what others have, or are asked for, goes its way. */
const giveUpRejected: Do = async (sql, inHand, { groupNo = 0 }, resolved) => {
  const isRejected = inHand.order.groups.some(
    (one) => one.groupNo === groupNo && one.state === 'rejected',
  );
  if (!isRejected) return;
  const moves = everyUnitHere(inHand.order).filter((move) => move.groupNo === groupNo);
  await giveUp(sql, inHand, moves, resolved);
};

async function giveUp(
  sql: Sql,
  inHand: OrderInHand,
  moves: readonly CancelMove[],
  { exceptionId }: TakenResolution,
): Promise<void> {
  if (moves.length === 0) return;
  await giveUpUnits(sql, inHand, moves, {
    decisionId: `abandon:${exceptionId}`,
    eventNo: null,
    result: {
      outcome: 'cancelled',
      cancelled: moves.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
      reason: null,
      agenda: null,
    },
  });
}

export const ORDER_RESOLUTIONS: Readonly<Record<OrderAction, Do>> = {
  authorizeAnew,
  captureAgain,
  giveUpCapture: ofCapture(`state = 'given-up'`),
  voidAgain: ofAuthorization('void_try = void_try + 1'),
  voidedByHand: ofAuthorization(`state = 'voided'`),
  refundAgain: ofRefund(`state = 'due', try = try + 1`),
  giveUpRefund: ofRefund(`state = 'given-up'`),
  releaseAgain,
  giveUpOrder,
  giveUpRejected,
};
