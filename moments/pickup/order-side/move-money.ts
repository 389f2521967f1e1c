/**
 * The money of units that went to another place, or that something else is given for. What was charged ahead goes with them where all of
 * the group went; else it is given back, and charged again where they lie ready. A larger amount is
 * authorized anew at once, before anything leaves; the smaller authorization is then let go.
 */
import { openUnpaidMinor, openWorthOf } from '../../../canonical/rules/money/prepayment';
import { openCaptures } from '../../../canonical/rules/order/open-money';
import { sum } from '../../../canonical/rules/money/money';
import type { OrderSnapshot, SnapshotTender } from '../../../canonical/rules/order/snapshot';
import { businessDate } from '../../../canonical/rules/posting/business-date';
import type { Sql } from '../../../store/database';
import { loadOrder } from '../../../store/orders/orders';
import { changeTotal, movePrepayments } from '../../../store/orders/re-source';
import { giveBackExcess } from '../../money/give-back';
import { refundPrepaid } from '../../money/refund-due';
import { planAuthorization } from '../../money/shipment-money';
import type { OrderInHand, TakenOrder } from '../../order/order-moment';

/** Null where the customer can be charged more. */
export function whyNotMore({ order, setup }: TakenOrder): string | null {
  if (setup.moneyMode === 'channel')
    return 'its channel has authorized less than it comes to there';
  return payer(order) ? null : 'no means of payment is known that could be charged more';
}

/** Whose means of payment is asked for what is more. */
const payer = ({ tenders }: OrderSnapshot): SnapshotTender | undefined =>
  tenders.find((one) => one.paymentMethodRef !== null && one.kind === 'card');

export async function moveMoney(
  sql: Sql,
  { order: before, setup }: OrderInHand,
  move: {
    readonly from: number;
    readonly to: number;
    readonly deltaMinor: number;
    readonly reason: 're-sourced' | 'substituted';
  },
): Promise<void> {
  const { orderId } = before;
  const { from, to, deltaMinor, reason } = move;
  const tender = deltaMinor > 0 ? payer(before) : undefined;
  if (deltaMinor !== 0) await changeTotal(sql, orderId, deltaMinor, tender?.tenderNo ?? null);
  const order = await loadOrder(sql, orderId);
  if (!order) throw new RangeError(`order ${orderId} is not here`);
  const occurredAt = new Date().toISOString();
  const onDate = businessDate(occurredAt, order.timeZone);
  const given = { reason, occurredAt, onDate };
  const isWhole = from !== to && openWorthOf(order, from) === 0;
  if (isWhole) await movePrepayments(sql, orderId, from, to);
  const captures = order.captures.map((one) => (isWhole ? regrouped(one, from, to) : one));
  const moved = { ...order, captures };
  const so = await giveBackExcess(sql, { order: moved, setup }, isWhole ? to : from, given);
  const back = owedOf(so) - owedOf(order);
  const worthMinor = Math.max(0, -deltaMinor - back);
  const rest = { ...given, rule: '7', worthMinor, stillToGoMinor: openUnpaidMinor(so) } as const;
  await refundPrepaid(sql, { order: so, setup }, rest);
  if (tender) await authorizeMore(sql, order, tender.tenderNo);
}

const owedOf = ({ refunds }: OrderSnapshot): number => sum(refunds.map((one) => one.amountMinor));

function regrouped(
  capture: OrderSnapshot['captures'][number],
  from: number,
  to: number,
): OrderSnapshot['captures'][number] {
  const { prepayment } = capture;
  if (prepayment?.groupNo !== from) return capture;
  return { ...capture, prepayment: { ...prepayment, groupNo: to } };
}

/** Over all that is still to be charged, unless an authorization that lives has room for it. */
async function authorizeMore(sql: Sql, order: OrderSnapshot, tenderNo: number): Promise<void> {
  const tender = order.tenders.find((one) => one.tenderNo === tenderNo);
  if (!tender) return;
  const spokenFor = sum(openCaptures(order, tenderNo).map((one) => one.amountMinor));
  const wanted = tender.amountMinor - tender.capturedMinor - spokenFor;
  const isCovered = tender.authorizations.some(
    (one) =>
      (one.state === 'live' || one.state === 'planned') &&
      !one.isAsked &&
      one.amountMinor - one.capturedMinor >= wanted,
  );
  if (wanted > 0 && !isCovered) await planAuthorization(sql, order, tenderNo, wanted);
}
