/**
 * The money of units that are given up. What was charged ahead for a store's group goes first: what
 * was not called yet is charged for no more, what is here is owed back, and what has no answer yet is
 * owed back when it has one (see `book-prepayment.ts`). The rest is taken from what is here for
 * whatever leaves next. Authorizations that nothing needs any more are voided by the flow.
 */
import { blocksCapture } from '../../canonical/flows/order-steps';
import {
  excessOf,
  openUnpaidMinor,
  type PrepaymentPart,
} from '../../canonical/rules/money/prepayment';
import {
  afterCapture,
  afterMoves,
  afterUsed,
  type UnitMove,
} from '../../canonical/rules/order/after';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { Sql } from '../../store/database';
import { settleExceptions } from '../../store/exceptions/exceptions';
import { writeTogether, type Write } from '../../store/writes';
import type { TakenOrder } from '../order/order-moment';
import { owedBack, refundPrepaid, usedWrite, type GivenUp } from './refund-due';

/** `taken`: the order before the moves. */
export async function giveBackMoney(
  sql: Sql,
  { order, setup }: TakenOrder,
  moves: readonly UnitMove[],
  given: Omit<GivenUp, 'rule'> & { readonly worthMinor: number },
): Promise<void> {
  const stores = order.groups.filter(({ kind }) => kind === 'pickup').map((one) => one.groupNo);
  const touched = new Set(moves.flatMap((move) => (move.groupNo === null ? [] : [move.groupNo])));
  const groups = stores.filter((groupNo) => touched.has(groupNo));
  const rule = moves.every((move) => groups.includes(move.groupNo ?? 0)) ? '6a' : '7';
  let so = afterMoves(order, moves);
  let left = given.worthMinor;
  for (const groupNo of groups) {
    left -= Math.min(left, excessOf(so, groupNo).excessMinor);
    so = await giveBackExcess(sql, { order: so, setup }, groupNo, given);
  }
  const stillToGoMinor = openUnpaidMinor(so);
  const rest = { ...given, rule, worthMinor: left, stillToGoMinor } as const;
  await refundPrepaid(sql, { order: so, setup }, rest);
}

/** What was charged ahead for a group beyond what it still has. Gives the order after it. */
export async function giveBackExcess(
  sql: Sql,
  { order, setup }: TakenOrder,
  groupNo: number,
  given: Omit<GivenUp, 'rule'>,
): Promise<OrderSnapshot> {
  const { dropped, owed } = excessOf(order, groupNo);
  let so = order;
  for (const part of dropped) so = await chargeNoMore(sql, so, part);
  for (const part of owed) {
    so = await oweBack(sql, { order: so, setup }, part, { ...given, rule: '6a' });
  }
  return so;
}

/** Nothing was called for it: the rest of it is not asked for, and nobody's work. */
async function chargeNoMore(
  sql: Sql,
  order: OrderSnapshot,
  { prepayment, amountMinor }: PrepaymentPart,
): Promise<OrderSnapshot> {
  const { orderId, workflowId } = order;
  const { tenderNo, invoiceNo } = prepayment;
  const isWhole = amountMinor === prepayment.amountMinor;
  const of = [orderId, tenderNo, invoiceNo];
  if (!isWhole) {
    await sql.query(
      `update capture set amount_minor = amount_minor - $4
        where order_id = $1 and tender_no = $2 and invoice_no = $3`,
      [...of, amountMinor],
    );
    const left = prepayment.amountMinor - amountMinor;
    return afterCapture(order, prepayment, { amountMinor: left });
  }
  await sql.query(
    `update capture set state = 'given-up'
      where order_id = $1 and tender_no = $2 and invoice_no = $3`,
    of,
  );
  await settleExceptions(
    sql,
    { workflowId, blocks: blocksCapture(tenderNo, invoiceNo).text },
    { as: 'abandoned', reason: 'what it was charged for is not handed over any more' },
  );
  return afterCapture(order, prepayment, { state: 'given-up' });
}

async function oweBack(
  sql: Sql,
  { order, setup }: TakenOrder,
  { prepayment, amountMinor }: PrepaymentPart,
  given: GivenUp,
): Promise<OrderSnapshot> {
  const { tenderNo, reference } = prepayment;
  const drawn = drawnOn(order, prepayment, amountMinor);
  const paymentRef = reference ?? '';
  const owed = owedBack({ order: drawn, setup }, { ...given, tenderNo, paymentRef, amountMinor });
  await writeTogether(sql, [
    drawWrite(order, [{ prepayment, amountMinor }]),
    usedWrite(order, tenderNo, amountMinor),
    ...owed.writes,
  ]);
  return owed.after;
}

/** The order with that much of a prepayment used; its tender's money that is here is used too. */
function drawnOn(
  order: OrderSnapshot,
  { tenderNo, invoiceNo, prepayment: { groupNo, usedMinor } }: PrepaymentPart['prepayment'],
  amountMinor: number,
): OrderSnapshot {
  const used = { groupNo, usedMinor: usedMinor + amountMinor };
  const drawn = afterCapture(order, { tenderNo, invoiceNo }, { prepayment: used });
  return afterUsed(drawn, tenderNo, amountMinor);
}

/** That much of each prepayment is used. */
export function drawWrite({ orderId }: OrderSnapshot, parts: readonly PrepaymentPart[]): Write {
  const rows = parts.map(({ prepayment, amountMinor }) => ({
    tenderNo: prepayment.tenderNo,
    invoiceNo: prepayment.invoiceNo,
    amountMinor,
  }));
  return {
    name: 'draw-on-prepayments',
    text: `update capture c set used_minor = c.used_minor + r."amountMinor"
             from jsonb_to_recordset($2) as r("tenderNo" int, "invoiceNo" int, "amountMinor" bigint)
            where c.order_id = $1 and c.tender_no = r."tenderNo" and c.invoice_no = r."invoiceNo"`,
    values: [orderId, JSON.stringify(rows)],
  };
}
