/**
 * A person resolved an exception: what that means for the step it blocked. A retry makes the step
 * due again under its next try; an override leaves it as done by hand; giving up compensates.
 */
import { sum } from '../../canonical/rules/money/money';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { Applied } from '../../canonical/flows/order';
import { only, type Database, type Sql } from '../../store/database';
import { everyUnitHere, giveUpUnits } from './cancel-order';
import { captureFailed } from '../money/capture';
import { orderMoment, type OrderInHand } from './order-moment';
import { planAuthorization } from '../money/shipment-money';

interface ResolvedRow {
  exception_id: string;
  code: ExceptionCode;
  blocks: string;
  resolution: 'retried' | 'overridden' | 'abandoned';
  money_minor: number | null;
}

type Step = (sql: Sql, inHand: OrderInHand, row: ResolvedRow, at: number[]) => Promise<void>;

/** Idempotent: a resolution that was applied, or is not there yet, changes nothing. */
export async function applyResolution(
  db: Database,
  input: { readonly orderId: string; readonly exceptionId: string },
): Promise<Applied> {
  const { answer, agenda } = await orderMoment(db, input.orderId, async (sql, inHand) => {
    const { rows } = await sql.query<ResolvedRow>(
      `update exception set is_applied = true
        where exception_id = $1 and order_id = $2 and state = 'resolved' and not is_applied
        returning exception_id, code, blocks, resolution, money_minor`,
      [input.exceptionId, input.orderId],
    );
    const [row] = rows;
    if (!row) return 'duplicate' as const;
    // `capture:1:2` → [1, 2]: which tender, shipment, authorization, group.
    const at = row.blocks.split(':').slice(1).map(Number);
    await STEPS[row.resolution][row.code]?.(sql, inHand, row, at);
    return 'applied' as const;
  });
  return { outcome: answer, agenda };
}

/** Anew for what was declined; captures that waited for it are due on the new one. */
const authorizeAnew: Step = async (sql, { order }, row, [tenderNo = 0]) => {
  const tender = only(
    order.tenders.filter((one) => one.tenderNo === tenderNo),
    `tender ${tenderNo}`,
  );
  const waiting = stranded(order, tenderNo);
  const last = tender.authorizations.at(-1);
  const amountMinor =
    sum(waiting.map((one) => one.amountMinor)) ||
    (last?.amountMinor ?? row.money_minor ?? tender.amountMinor);
  const authorizationNo = await planAuthorization(sql, order, tenderNo, amountMinor);
  await sql.query(
    `update capture set authorization_no = $4
      where order_id = $1 and tender_no = $2 and shipment_no = any($3::int[])`,
    [order.orderId, tenderNo, waiting.map((one) => one.shipmentNo), authorizationNo],
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
const captureAgain: Step = async (sql, inHand, _row, [tenderNo = 0, shipmentNo = 0]) => {
  const { order, setup } = inHand;
  const { orderId } = order;
  const capture = order.captures.find(
    (one) => one.tenderNo === tenderNo && one.shipmentNo === shipmentNo,
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
      where order_id = $1 and tender_no = $2 and shipment_no = $3`,
    [orderId, tenderNo, shipmentNo, authorizationNo],
  );
};

const giveUpCapture: Step = async (sql, { order }, _row, [tenderNo = 0, shipmentNo = 0]) => {
  await sql.query(
    `update capture set state = 'given-up'
      where order_id = $1 and tender_no = $2 and shipment_no = $3`,
    [order.orderId, tenderNo, shipmentNo],
  );
};

const voidAgain: Step = async (sql, { order }, _row, [tenderNo = 0, authorizationNo = 0]) => {
  await sql.query(
    `update payment_authorization set void_try = void_try + 1
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [order.orderId, tenderNo, authorizationNo],
  );
};

const voidedByHand: Step = async (sql, { order }, _row, [tenderNo = 0, authorizationNo = 0]) => {
  await sql.query(
    `update payment_authorization set state = 'voided'
      where order_id = $1 and tender_no = $2 and authorization_no = $3`,
    [order.orderId, tenderNo, authorizationNo],
  );
};

const refundAgain: Step = async (sql, { order }, _row, [tenderNo = 0, refundNo = 0]) => {
  await sql.query(
    `update refund set state = 'due', try = try + 1
      where order_id = $1 and tender_no = $2 and refund_no = $3`,
    [order.orderId, tenderNo, refundNo],
  );
};

const giveUpRefund: Step = async (sql, { order }, _row, [tenderNo = 0, refundNo = 0]) => {
  await sql.query(
    `update refund set state = 'given-up'
      where order_id = $1 and tender_no = $2 and refund_no = $3`,
    [order.orderId, tenderNo, refundNo],
  );
};

const releaseAgain: Step = async (sql, { order }, _row, [groupNo = 0]) => {
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
const giveUpOrder: Step = async (sql, inHand, row, [tenderNo = 0]) => {
  for (const capture of stranded(inHand.order, tenderNo)) {
    await captureFailed(sql, inHand.order, capture, 'its authorization was given up');
  }
  const moves = everyUnitHere(inHand.order);
  if (moves.length === 0) return;
  const decisionId = `abandon:${row.exception_id}`;
  await giveUpUnits(sql, inHand, moves, {
    decisionId,
    eventNo: null,
    result: {
      outcome: 'cancelled',
      cancelled: moves.map(({ lineNo, quantity }) => ({ lineNo, quantity })),
      reason: null,
      agenda: null,
    },
  });
};

const STEPS: Record<ResolvedRow['resolution'], Partial<Record<ExceptionCode, Step>>> = {
  retried: {
    'payment.declined': authorizeAnew,
    'payment.capture-failed': captureAgain,
    'payment.void-failed': voidAgain,
    'refund.failed': refundAgain,
    'fulfilment.rejected': releaseAgain,
  },
  overridden: {
    'payment.capture-failed': giveUpCapture,
    'payment.void-failed': voidedByHand,
    'refund.failed': giveUpRefund,
  },
  abandoned: {
    'payment.declined': giveUpOrder,
    'payment.capture-failed': giveUpCapture,
    'fulfilment.rejected': giveUpOrder,
  },
};
