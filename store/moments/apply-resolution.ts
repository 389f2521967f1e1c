/**
 * A person resolved an exception: what that means for the step it blocked. A retry makes the step
 * due again under its next try; an override leaves it as done by hand; giving up compensates.
 */
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import type { Applied } from '../../canonical/schema/order-flow';
import { only, type Database, type Sql } from '../database';
import { everyOpenUnit, giveUpUnits } from './cancel-order';
import { orderMoment, type OrderInHand } from './order-moment';
import { planAuthorization } from './shipment-money';

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

const authorizeAnew: Step = async (sql, { order }, row, [tenderNo = 0]) => {
  const tender = only(
    order.tenders.filter((one) => one.tenderNo === tenderNo),
    `tender ${tenderNo}`,
  );
  const last = tender.authorizations.at(-1);
  const amountMinor = last?.amountMinor ?? row.money_minor ?? tender.amountMinor;
  await planAuthorization(sql, order, tenderNo, amountMinor);
};

/** Due again under the next try; on a new authorization where the old one is gone. */
const captureAgain: Step = async (sql, { order }, _row, [tenderNo = 0, shipmentNo = 0]) => {
  const capture = order.captures.find(
    (one) => one.tenderNo === tenderNo && one.shipmentNo === shipmentNo,
  );
  if (!capture) return;
  const authorization = order.tenders
    .find((one) => one.tenderNo === tenderNo)
    ?.authorizations.find((one) => one.authorizationNo === capture.authorizationNo);
  const authorizationNo =
    authorization?.state === 'live'
      ? capture.authorizationNo
      : await planAuthorization(sql, order, tenderNo, capture.amountMinor);
  await sql.query(
    `update capture set state = 'due', try = try + 1, authorization_no = $4
      where order_id = $1 and tender_no = $2 and shipment_no = $3`,
    [order.orderId, tenderNo, shipmentNo, authorizationNo],
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

/** The order is given up: everything that has not left is cancelled, money goes back. */
const giveUpOrder: Step = async (sql, inHand, row) => {
  const moves = everyOpenUnit(inHand.order);
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
