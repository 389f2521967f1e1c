/**
 * What was looked at is taken back: what is owed for it, by the refund that pays it; the goods to
 * where they belong; the journals (12–14c). Once for each inspection: under the locks of the return
 * and its order, and its row is `open` only until then.
 */
import { blocksOutside } from '../../canonical/flows/order-steps';
import { blocksAcceptance } from '../../canonical/flows/return-steps';
import { sum } from '../../canonical/rules/money/money';
import { businessDate } from '../../canonical/rules/posting/business-date';
import type { Posting } from '../../canonical/rules/posting/posting';
import {
  postAcceptance,
  postGoodsAfterAdvance,
  postNeverArrived,
} from '../../canonical/rules/posting/returns';
import { postAppeasement } from '../../canonical/rules/posting/paid-otherwise';
import type { PaidPart } from '../../canonical/rules/return/paying';
import type { ReturnInspection, ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import { piecesOf, type ReturnedPiece } from '../../canonical/rules/return/worth';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { Sql } from '../../store/database';
import { settleExceptions, settleOfOrder } from '../../store/exceptions/exceptions';
import { postJournal } from '../../store/ledger/ledger';
import { findLocation } from '../../store/master/locations';
import { factWrite, returnedWrite, settleKnown } from '../../store/orders/orders';
import { messageWrites } from '../../store/outbox/outbox';
import { worthOfInspection } from '../../store/returns/sold';
import { dropExpected } from '../../store/returns/expected';
import { endInspection } from '../../store/returns/returns';
import { planRefund } from '../money/refund-due';
import { refundItem } from '../money/refund';
import { orderJournal } from '../order/of-order';
import type { TakenOrder } from '../order/order-moment';
import { disposeOf } from './dispose';
import { returnMessages } from './return-messages';
import { payOtherwise, type OwedRefund } from './pay-otherwise';
import type { OutsidePart, Valued } from './valued';

/** It was no concession but this return's refund: nobody has to look at it any more. */
async function claimOutside(
  sql: Sql,
  { rma }: ReturnSnapshot,
  { orderId }: OrderSnapshot,
  made: readonly OutsidePart[],
): Promise<void> {
  for (const { tenderNo, refundNo, amountMinor } of made) {
    const of = { code: 'refund.outside', blocks: blocksOutside(tenderNo, refundNo) } as const;
    await settleOfOrder(sql, orderId, of, `it is of return ${rma}`);
    await sql.query({
      name: 'claim-outside-refund',
      text: `update refund set matched_minor = matched_minor + $4, rma = coalesce(rma, $5)
              where order_id = $1 and tender_no = $2 and refund_no = $3`,
      values: [orderId, tenderNo, refundNo, amountMinor, rma],
    });
  }
}

export interface PaidBack {
  readonly pieces: readonly ReturnedPiece[];
  /** What of refunds that others made is this return's. */
  readonly made: readonly OutsidePart[];
  /** What is still to go back. */
  readonly parts: readonly PaidPart[];
}

/** What was looked at, valued and approved is taken back. */
export async function takeBack(
  sql: Sql,
  ret: ReturnSnapshot,
  taken: TakenOrder,
  inspection: Valued,
  { pieces, made, parts }: PaidBack,
): Promise<void> {
  const { rma } = ret;
  const { order } = taken;
  const { orderId } = order;
  const { inspectionNo, locationId, inspectedAt, kind } = inspection;
  const onDate = await dateOf(sql, order, inspection);
  const lines = unitsOf(inspection);
  const { refundMinor, feeMinor, approvalsNeeded } = inspection;
  const value = { refundMinor, feeMinor, approvalsNeeded };
  const end = { state: 'accepted', onDate, value, worth: pieces, lines } as const;
  await endInspection(sql, rma, inspectionNo, end);
  const owed = await owe(sql, ret, order, parts);
  await claimOutside(sql, ret, order, made);
  const madeMinor = sum(made.map((one) => one.amountMinor));
  const posted =
    kind === 'appeasement'
      ? postAppeasement(owed, madeMinor)
      : postAcceptance({
          location: locationId,
          pieces,
          owed,
          concededMinor: madeMinor,
          hasGoods: kind === 'inspected',
        });
  await postOf(sql, taken, ret, { ...inspection, onDate, moment: 'accepted', posting: posted });
  if (kind === 'returnless') {
    const posting = postNeverArrived(pieces);
    await postOf(sql, taken, ret, { ...inspection, onDate, moment: 'never-arrives', posting });
    await dropExpected(sql, rma);
  }
  const at = { rma, inspectionNo, locationId, onDate, inspectedAt };
  const paidNow = await payOtherwise(sql, taken, at, owed);
  const accepted = { inspectionNo, onDate, pieces, refundMinor };
  const messages = await returnMessages(sql, ret, taken, accepted);
  // Nothing that its standing follows from has changed: its version says that it is not as it was.
  await settleKnown(sql, order, order, [
    returnedWrite(orderId, lines),
    ...messageWrites(messages),
    factWrite(orderId, {
      kind: 'returned',
      occurredAt: inspectedAt,
      returned: lines,
      ...(paidNow.length > 0 && { money: paidNow }),
      about: { rma, inspectionNo, location: locationId, refundMinor },
    }),
  ]);
  // Stock rows last: other orders want them.
  await disposeOf(sql, ret, taken, { ...inspection, onDate, pieces });
  if (ret.exceptions.length === 0) return;
  const blocks = blocksAcceptance(inspectionNo).text;
  await settleExceptions(sql, { workflowId: ret.workflowId, blocks }, DONE);
}

/** The goods that were paid back in advance have come: they alone are booked (rule 14c). */
export async function takeGoodsOfAdvance(
  sql: Sql,
  ret: ReturnSnapshot,
  taken: TakenOrder,
  of: { readonly inspection: ReturnInspection; readonly advance: ReturnInspection },
): Promise<void> {
  const { rma } = ret;
  const { inspection, advance } = of;
  const { inspectionNo, locationId } = inspection;
  if (locationId === null) return;
  const paid = await worthOfInspection(sql, rma, advance.inspectionNo);
  const pieces = inspection.lines.flatMap((line) => {
    const before = ret.lines.find((one) => one.lineNo === line.lineNo)?.inspected ?? 0;
    return piecesOf(paid, line, before, () => 0) ?? [];
  });
  const onDate = await dateOf(sql, taken.order, inspection);
  await endInspection(sql, rma, inspectionNo, { state: 'accepted', onDate, worth: [], lines: [] });
  const posting = postGoodsAfterAdvance(locationId, pieces);
  await postOf(sql, taken, ret, { ...inspection, onDate, moment: 'arrived', posting });
  await disposeOf(sql, ret, taken, { ...inspection, onDate, pieces });
}

const unitsOf = ({ lines }: ReturnInspection) =>
  lines.map(({ lineNo, quantity }) => ({ lineNo, quantity }));

async function dateOf(
  sql: Sql,
  order: OrderSnapshot,
  { locationId, inspectedAt }: ReturnInspection,
): Promise<string> {
  const place = locationId === null ? null : await findLocation(sql, locationId);
  return businessDate(inspectedAt, place?.timeZone ?? order.timeZone);
}

async function postOf(
  sql: Sql,
  taken: TakenOrder,
  { rma }: ReturnSnapshot,
  of: Pick<ReturnInspection, 'inspectionNo' | 'inspectedAt'> & {
    readonly onDate: string;
    readonly moment: 'accepted' | 'arrived' | 'never-arrives';
    readonly posting: Posting | null;
  },
): Promise<void> {
  await postJournal(
    sql,
    orderJournal(taken, {
      momentKey: `${of.moment}:${rma}:${of.inspectionNo}`,
      businessDate: of.onDate,
      source: `return:${rma}`,
      occurredAt: of.inspectedAt,
      posting: of.posting,
    }),
  );
}

const DONE = { as: 'retried', reason: 'it was accepted' } as const;

/** A refund for each payment that is given back, in whole or in part: the return's flow makes them. */
async function owe(
  sql: Sql,
  { rma }: ReturnSnapshot,
  order: OrderSnapshot,
  parts: readonly PaidPart[],
): Promise<OwedRefund[]> {
  const owed: OwedRefund[] = [];
  let so = order;
  for (const { tenderNo, amountMinor, paidBy } of parts) {
    const of = { rma, paidBy };
    const made = await planRefund(sql, so, tenderNo, amountMinor, `return ${rma}`, of);
    so = made.after;
    for (const refund of made.planned) {
      const item = refundItem(order.orderId, tenderNo, refund.refundNo);
      owed.push({ tenderNo, refundItem: item, amountMinor: refund.amountMinor, paidBy });
    }
  }
  return owed;
}
