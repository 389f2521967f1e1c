/** What a resolution does to a return; which of which exception stands with its steps. */
import { RETURN_RESOLUTION_TABLES, type ReturnAction } from '../../canonical/flows/return-steps';
import { actionOf, type About } from '../../canonical/flows/step';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import { businessDate } from '../../canonical/rules/posting/business-date';
import type { Sql } from '../../store/database';
import type { TakenResolution } from '../../store/exceptions/exceptions';
import { expectUntil } from '../../store/returns/expected';
import { markApproved, setReturnState } from '../../store/returns/returns';
import { settleKnown } from '../../store/orders/orders';
import { moveStock } from '../../store/stock/stock-rows';
import { captureFailed } from '../money/capture';
import { takeOrder } from '../order/order-moment';
import { ORDER_RESOLUTIONS } from '../order/resolutions';
import { acceptOrAsk } from './accept';
import { payInAdvance } from './advance';
import { EXPECTED, tellChannelOfReturn } from './channel-messages';
import { chargeAgain, writeOff } from './never-came';
import { refuseGoods } from './refuse';
import { waitUntil } from './wait-until';

type Do = (sql: Sql, ret: ReturnSnapshot, about: About) => Promise<void>;
type DoResolved = (
  sql: Sql,
  ret: ReturnSnapshot,
  about: About,
  resolved: TakenResolution,
) => Promise<void>;

/** Said yes to: what it is now waits for goods, or is paid back before them. */
const allow: Do = async (sql, ret) => {
  if (ret.state !== 'requested') return;
  await setReturnState(sql, ret.rma, 'approved');
  await expectUntil(sql, ret.rma, waitUntil(ret.channelInstance, now()));
  const units = ret.lines.map(({ lineNo, expected: quantity }) => ({ lineNo, quantity }));
  if (!ret.isGift)
    await tellChannelOfReturn(sql, ret, await takeOrder(sql, ret.orderId), units, EXPECTED);
  await payInAdvance(sql, ret.rma);
};

const disallow: Do = async (sql, ret) => {
  if (ret.state === 'requested') await setReturnState(sql, ret.rma, 'denied');
};

/** Everybody whose word it needed has said yes. */
const payBack: Do = async (sql, ret, { inspectionNo = 0 }) => {
  await markApproved(sql, ret.rma, inspectionNo);
  await accept(sql, ret, inspectionNo, { isApproved: true });
};

/** What it lacked may be there now; what is still lacking opens its exception again. */
const acceptAgain: Do = (sql, ret, { inspectionNo = 0 }) => accept(sql, ret, inspectionNo, {});

async function accept(
  sql: Sql,
  ret: ReturnSnapshot,
  inspectionNo: number,
  known: { readonly isApproved?: true },
): Promise<void> {
  const inspection = ret.inspections.find((one) => one.inspectionNo === inspectionNo);
  if (inspection?.state !== 'open') return;
  const taken = await takeOrder(sql, ret.orderId);
  await acceptOrAsk(sql, ret, taken, { ...inspection, ...known });
}

const ofRefund =
  (set: string): Do =>
  async (sql, ret, { tenderNo = 0, refundNo = 0 }) => {
    // The order's version tells who has it in hand that it is not as it was.
    await takeOrder(sql, ret.orderId);
    await sql.query(
      `with o as (update sales_order set version = version + 1 where order_id = $1)
       update refund set ${set}
        where order_id = $1 and tender_no = $2 and refund_no = $3 and rma = $4`,
      [ret.orderId, tenderNo, refundNo, ret.rma],
    );
  };

/** Goods that were not taken back have left again. */
const sentBack: Do = async (sql, ret, { inspectionNo = 0 }) => {
  const inspection = ret.inspections.find((one) => one.inspectionNo === inspectionNo);
  const locationId = inspection?.locationId ?? null;
  if (inspection?.state !== 'denied' || locationId === null) return;
  const { order } = await takeOrder(sql, ret.orderId);
  const occurredAt = new Date().toISOString();
  const moves = inspection.lines.map(({ lineNo, quantity }) => {
    const line = order.lines.find((one) => one.lineNo === lineNo);
    return {
      kind: 'disposition' as const,
      sku: line?.sku ?? line?.channelSku ?? '',
      locationId,
      onHandDelta: -quantity,
      reservedDelta: 0,
      unsellableDelta: -quantity,
      lineNo,
    };
  });
  await moveStock(sql, moves, {
    orderId: ret.orderId,
    eventNo: null,
    reason: ret.rma,
    occurredAt,
    businessDate: businessDate(occurredAt, order.timeZone),
  });
};

/** Nothing goes out: what was to pay for it goes back to the payments that it is of. */
const refundInstead: Do = async (sql, ret) => {
  const { order } = await takeOrder(sql, ret.orderId);
  await settleKnown(sql, order, order, [
    {
      name: 'refund-instead',
      text: `update refund set paid_by = 'tender'
              where order_id = $1 and rma = $2 and paid_by = 'exchange' and state = 'due'`,
      values: [ret.orderId, ret.rma],
    },
  ]);
};

/** It is on its way: as long again. */
const waitLonger: Do = (sql, ret) => {
  const from = [ret.receiveBy ?? '', now()].sort().at(-1) ?? now();
  return expectUntil(sql, ret.rma, waitUntil(ret.channelInstance, from));
};

/** Of a charge, as of an order's own money: the return's flow asks for it again. */
const ofOrder =
  (action: 'authorizeAnew' | 'captureAgain' | 'giveUpCapture'): DoResolved =>
  async (sql, ret, about, resolved) =>
    ORDER_RESOLUTIONS[action](sql, await takeOrder(sql, ret.orderId), about, resolved);

/** Where nobody can be asked for it, a retry finds that nobody can. */
const captureAgain: DoResolved = async (sql, ret, about, resolved) => {
  const { setup } = await takeOrder(sql, ret.orderId);
  if (setup.moneyMode === 'psp') return ofOrder('captureAgain')(sql, ret, about, resolved);
  return leaveReceivable(sql, ret, about, resolved);
};

/** No means of payment grants it: it is receivable, and somebody's work. */
const leaveReceivable: DoResolved = async (sql, ret, { tenderNo = 0 }) => {
  const { order } = await takeOrder(sql, ret.orderId);
  const charge = order.captures.find((one) => one.tenderNo === tenderNo);
  if (charge) await captureFailed(sql, order, charge, 'nothing grants it');
};

const DO: Readonly<Record<ReturnAction, DoResolved>> = {
  allow,
  disallow,
  payBack,
  refuse: (sql, ret, { inspectionNo = 0 }) => refuseGoods(sql, ret, inspectionNo),
  acceptAgain,
  refundAgain: ofRefund(`state = 'due', try = try + 1`),
  giveUpRefund: ofRefund(`state = 'given-up'`),
  refundInstead,
  sentBack,
  waitLonger,
  writeOff,
  chargeAgain,
  authorizeAnew: ofOrder('authorizeAnew'),
  captureAgain,
  leaveReceivable,
  giveUpCharge: ofOrder('giveUpCapture'),
};

export async function resolveReturn(
  sql: Sql,
  ret: ReturnSnapshot,
  resolved: TakenResolution,
): Promise<void> {
  const action = actionOf(RETURN_RESOLUTION_TABLES, resolved);
  if (action) await DO[action](sql, ret, resolved.about, resolved);
}

const now = () => new Date().toISOString();
