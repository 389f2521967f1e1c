/**
 * May what was looked at be taken back now? It is valued by its invoices; what is above the limits
 * waits for people, what has no invoice or no capture yet waits for that; all else is taken back.
 */
import { blocksAcceptance } from '../../canonical/flows/return-steps';
import { formatMoney, sum } from '../../canonical/rules/money/money';
import { lacksApproval } from '../../canonical/rules/return/agenda';
import { approvalsNeeded } from '../../canonical/rules/exceptions/approval';
import { isBeyondConditions, isOurDoing } from '../../canonical/rules/return/policy';
import { exchangedOf, paidTo, payingParts, tenderPlan } from '../../canonical/rules/return/paying';
import type { ReturnInspection, ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import {
  permilleOf,
  piecesOf,
  refundOf,
  type ReturnedPiece,
} from '../../canonical/rules/return/worth';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { invoicesOf } from '../../store/returns/sold';
import { valueInspection } from '../../store/returns/returns';
import type { TakenOrder } from '../order/order-moment';
import { comparableMinor } from '../exceptions/limits';
import { askToPayBack } from './ask';
import { exceptionOfReturn } from './return-moment';
import { takeBack, takeGoodsOfAdvance } from './take-back';
import type { OutsidePart, Valued } from './valued';

/** What a moment made of an inspection that it wanted to accept. */
export type Acceptance = 'accepted' | 'to-approve' | 'waits';

/** Accepts it, or says who has to say yes, or what it waits for. */
export async function acceptOrAsk(
  sql: Sql,
  ret: ReturnSnapshot,
  taken: TakenOrder,
  inspection: ReturnInspection,
): Promise<Acceptance> {
  const advance = ret.inspections.find((one) => one.kind === 'advance' && one.state === 'accepted');
  if (advance && inspection.kind === 'inspected') {
    await takeGoodsOfAdvance(sql, ret, taken, { inspection, advance });
    return 'accepted';
  }
  const pieces = await worthOf(sql, ret, taken, inspection);
  if (pieces === null) return waitForInvoice(sql, ret, inspection);
  const valued = valuedAs(ret, taken, inspection, pieces);
  if (lacksApproval(valued)) {
    await askToPayBack(sql, ret, valued);
    return 'to-approve';
  }
  const made = madeOutside(taken.order, valued.refundMinor);
  const leftMinor = valued.refundMinor - sum(made.map((one) => one.amountMinor));
  const plan = tenderPlan(taken.order, leftMinor, taken.setup.policies.refundOrder);
  if (plan.shortMinor > 0) return waitForCapture(sql, ret, valued, plan.shortMinor);
  const { cashRefundUpToMinor } = taken.setup.policies;
  const to = paidTo(ret, inspection.locationId, valued.refundMinor, cashRefundUpToMinor);
  const parts = payingParts(plan.parts, exchangedOf(ret, leftMinor), to);
  await takeBack(sql, ret, taken, valued, { pieces, made, parts });
  return 'accepted';
}

/** Null where fewer units were invoiced than came back. */
async function worthOf(
  sql: Sql,
  ret: ReturnSnapshot,
  { order, setup }: TakenOrder,
  { lines }: ReturnInspection,
): Promise<readonly ReturnedPiece[] | null> {
  const invoices = await invoicesOf(sql, order.orderId);
  const back = new Map(order.lines.map(({ lineNo, returned }) => [lineNo, returned]));
  const pieces: ReturnedPiece[] = [];
  for (const line of lines) {
    const before = back.get(line.lineNo) ?? 0;
    back.set(line.lineNo, before + line.quantity);
    const isWorn = line.condition !== null && line.condition !== 'new';
    const keepsFee = isWorn && !isOurDoing(ret.reason);
    const permille = keepsFee ? setup.policies.restockingFeePermille : 0;
    const of = piecesOf(invoices, line, before, (netMinor) => permilleOf(netMinor, permille));
    if (of === null) return null;
    pieces.push(...of);
  }
  return pieces;
}

function valuedAs(
  ret: ReturnSnapshot,
  { setup }: TakenOrder,
  inspection: ReturnInspection,
  pieces: readonly ReturnedPiece[],
): Valued {
  // A concession has an amount, and no goods.
  const refundMinor = refundOf(pieces) + (ret.concededMinor ?? 0);
  const feeMinor = sum(pieces.map((piece) => piece.feeMinor));
  const needed = othersNeeded(ret, setup, inspection, refundMinor);
  return { ...inspection, refundMinor, feeMinor, approvalsNeeded: needed };
}

/** Within what whoever looked at it parts with alone nobody else is asked, unless it is goodwill. */
function othersNeeded(
  { currency, isException, reason }: ReturnSnapshot,
  { entity, policies }: ChannelSetup,
  { inspectedRole: role, lines }: ReturnInspection,
  minorUnits: number,
): number {
  const amountMinor = comparableMinor({ minorUnits, currency }, entity);
  const asked = { code: 'refund', resolution: 'override', role, amountMinor } as const;
  const isGranted = isException || isBeyondConditions(lines, reason, policies.returnConditions);
  return Math.max(isGranted ? 1 : 0, approvalsNeeded(asked, policies));
}

/** Somebody gave it back where the money is before the goods were accepted: that part is done. */
function madeOutside(order: OrderSnapshot, refundMinor: number): OutsidePart[] {
  let left = refundMinor;
  return order.refunds.flatMap(({ tenderNo, refundNo, isOutside, amountMinor, matchedMinor }) => {
    const part = isOutside ? Math.min(left, amountMinor - matchedMinor) : 0;
    left -= part;
    return part > 0 ? [{ tenderNo, refundNo, amountMinor: part }] : [];
  });
}

async function waitForInvoice(
  sql: Sql,
  ret: ReturnSnapshot,
  { inspectionNo }: ReturnInspection,
): Promise<'waits'> {
  await openException(sql, {
    code: 'return.not-invoiced',
    detail: `goods of order ${ret.orderNo} are back at hand, and no invoice says what they were sold for`,
    cause: { kind: 'order', ref: ret.orderId },
    blocks: blocksAcceptance(inspectionNo),
    ...exceptionOfReturn(ret),
  });
  return 'waits';
}

async function waitForCapture(
  sql: Sql,
  ret: ReturnSnapshot,
  valued: Valued,
  shortMinor: number,
): Promise<'waits'> {
  const { inspectionNo, refundMinor } = valued;
  await valueInspection(sql, ret.rma, inspectionNo, valued);
  const owed = formatMoney(refundMinor, ret.currency);
  const short = formatMoney(shortMinor, ret.currency);
  await openException(sql, {
    code: 'refund.not-captured',
    detail: `${owed} are to go back for order ${ret.orderNo}: ${short} more than its tenders have left`,
    cause: { kind: 'order', ref: ret.orderId },
    blocks: blocksAcceptance(inspectionNo),
    ...exceptionOfReturn(ret, refundMinor),
  });
  return 'waits';
}
