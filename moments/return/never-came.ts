/**
 * What was paid back in advance has not come in its time. A person decides: it is waited for longer,
 * written off (rule 14a), or charged again (rule 14b): then its units are sold as before.
 */
import { CHARGED_AGAIN } from '../../canonical/flows/order-steps';
import { blocksArrival } from '../../canonical/flows/return-steps';
import { unitsOf, unitsToCome } from '../../canonical/rules/return/agenda';
import { businessDate } from '../../canonical/rules/posting/business-date';
import type { Posting } from '../../canonical/rules/posting/posting';
import { postChargedAgain, postNeverArrived } from '../../canonical/rules/posting/returns';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import { piecesOf, refundOf, type ReturnedPiece } from '../../canonical/rules/return/worth';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { journalWrites } from '../../store/ledger/ledger';
import { factWrite, returnedWrite, settleKnown } from '../../store/orders/orders';
import { messageWrites } from '../../store/outbox/outbox';
import { chargeWrites, notAccepted } from '../../store/returns/charges';
import { dropExpected } from '../../store/returns/expected';
import { worthOfInspection } from '../../store/returns/sold';
import { writeTogether } from '../../store/writes';
import { captureFailed } from '../money/capture';
import { orderJournal } from '../order/of-order';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { chargedAgainMessages } from './return-messages';
import { exceptionOfReturn } from './return-moment';

const advanceOf = ({ inspections }: ReturnSnapshot) =>
  inspections.find((one) => one.kind === 'advance' && one.state === 'accepted');

/** At what was paid for it. */
async function lacking(sql: Sql, ret: ReturnSnapshot): Promise<readonly ReturnedPiece[]> {
  const advance = advanceOf(ret);
  if (!advance) return [];
  const paid = await worthOfInspection(sql, ret.rma, advance.inspectionNo);
  return ret.lines.flatMap((line) => {
    const units = { lineNo: line.lineNo, quantity: unitsToCome(line) };
    return piecesOf(paid, units, line.received, () => 0) ?? [];
  });
}

export async function neverCame(sql: Sql, ret: ReturnSnapshot): Promise<void> {
  const { expected, received } = unitsOf(ret);
  await openException(sql, {
    code: 'return.not-received',
    detail: `${expected - received} of order ${ret.orderNo} were paid back in advance and have not come`,
    cause: { kind: 'order', ref: ret.orderId },
    blocks: blocksArrival(),
    ...exceptionOfReturn(ret, refundOf(await lacking(sql, ret))),
  });
}

/** What is still to come is written off. */
export async function writeOff(sql: Sql, ret: ReturnSnapshot): Promise<void> {
  const advance = advanceOf(ret);
  if (!advance) return;
  const pieces = await lacking(sql, ret);
  const taken = await takeOrder(sql, ret.orderId);
  const posting = postNeverArrived(pieces);
  await writeTogether(sql, journalOf(taken, ret, advance.inspectionNo, 'never-arrives', posting));
  await dropExpected(sql, ret.rma);
}

function journalOf(
  taken: TakenOrder,
  { rma }: ReturnSnapshot,
  inspectionNo: number,
  moment: 'never-arrives' | 'charged-again',
  posting: Posting | null,
) {
  const occurredAt = new Date().toISOString();
  return journalWrites(
    orderJournal(taken, {
      momentKey: `${moment}:${rma}:${inspectionNo}`,
      businessDate: businessDate(occurredAt, taken.order.timeZone),
      source: `return:${rma}`,
      occurredAt,
      posting,
    }),
  );
}

/**
 * Receivable at once; its return's flow authorizes and captures it on the means of payment that was
 * refunded. Where nobody can, it stays receivable and is payments' work.
 */
export async function chargeAgain(sql: Sql, ret: ReturnSnapshot): Promise<void> {
  const advance = advanceOf(ret);
  if (!advance) return;
  // What has not been paid back is not charged again: the decision is asked for once more.
  if (ret.refunds.some(({ state }) => state !== 'refunded')) return neverCame(sql, ret);
  const pieces = await lacking(sql, ret);
  const amountMinor = refundOf(pieces);
  const taken = await takeOrder(sql, ret.orderId);
  const { order, setup } = taken;
  const { orderId } = order;
  const means = meansOf(ret, taken);
  if (amountMinor === 0 || means === null) return;
  const tenderNo = 1 + Math.max(0, ...order.tenders.map((one) => one.tenderNo));
  const isAskable = setup.moneyMode === 'psp' && means.paymentMethodRef !== null;
  const units = pieces.map(({ lineNo, quantity }) => ({ lineNo, quantity }));
  const notBack = units.map(({ lineNo, quantity }) => ({ lineNo, quantity: -quantity }));
  const charge = { rma: ret.rma, of: means.tenderNo, tenderNo, amountMinor, isAskable };
  const posting = postChargedAgain({ orderId, tenderNo, pieces });
  const occurredAt = new Date().toISOString();
  const onDate = businessDate(occurredAt, order.timeZone);
  const messages = await chargedAgainMessages(sql, ret, taken, { pieces, onDate });
  await dropExpected(sql, ret.rma);
  await settleKnown(sql, order, order, [
    ...chargeWrites(orderId, charge),
    notAccepted(ret.rma, units),
    returnedWrite(orderId, notBack),
    ...messageWrites(messages),
    ...journalOf(taken, ret, advance.inspectionNo, 'charged-again', posting),
    factWrite(orderId, {
      kind: 'charged-again',
      occurredAt,
      returned: notBack,
      about: { rma: ret.rma, tenderNo, amountMinor },
    }),
  ]);
  if (isAskable) return;
  const now = await takeOrder(sql, orderId);
  const why = `${setup.channelInstance} moves its own money, or no means of payment is kept`;
  await captureFailed(sql, now.order, { tenderNo, invoiceNo: CHARGED_AGAIN, amountMinor }, why);
}

/** The tender that gave it back, one that can be charged where there is one. */
function meansOf({ refunds }: ReturnSnapshot, { order }: TakenOrder) {
  const gaveBack = order.tenders.filter((tender) =>
    refunds.some(({ tenderNo, paidBy }) => tenderNo === tender.tenderNo && paidBy === 'tender'),
  );
  const isCard = ({ kind, paymentMethodRef }: (typeof gaveBack)[number]) =>
    kind === 'card' && paymentMethodRef !== null;
  return gaveBack.find(isCard) ?? gaveBack[0] ?? null;
}
