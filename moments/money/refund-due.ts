/** Money that is here and that nothing will be handed over for: owed back from now on (rules 6a, 7). */
import { planGivingBack } from '../../canonical/rules/money/giving-back';
import { blocksOutside } from '../../canonical/flows/order-steps';
import {
  conceded,
  paymentsOf,
  planRefunds,
  recognise,
  type Payment,
} from '../../canonical/rules/money/refund';
import { freePrepaidMinor } from '../../canonical/rules/money/prepayment';
import { afterOwed, afterUsed } from '../../canonical/rules/order/after';
import { sum } from '../../canonical/rules/money/money';
import type { OrderSnapshot } from '../../canonical/rules/order/snapshot';
import type { PaidBy } from '../../canonical/schema/return';
import { postCancellation } from '../../canonical/rules/posting/posting';
import { settleOfOrderWrite } from '../../store/exceptions/exceptions';
import { journalWrites } from '../../store/ledger/ledger';
import { writeTogether, type Write } from '../../store/writes';
import type { Sql } from '../../store/database';
import { orderJournal } from '../order/of-order';
import type { Change } from '../order/order-effect';
import type { TakenOrder } from '../order/order-moment';
import { refundItem } from './refund';

/** Why, and when: of the moment that gives units up. */
export interface GivenUp {
  /** Kept with the refund: `cancelled`. */
  readonly reason: string;
  /** 6a: units that a store held. */
  readonly rule: '6a' | '7';
  readonly occurredAt: string;
  readonly onDate: string;
}

interface Part {
  readonly tenderNo: number;
  /** The payment that is given back. */
  readonly paymentRef: string;
  readonly amountMinor: number;
}

/**
 * A row for the refund, and its journal; `place`: of two journals in one statement, which one. What
 * somebody has given back of that payment, and nobody has claimed, is this one's: it is not owed.
 */
export function owedBack(taken: TakenOrder, owed: Part & GivenUp, place: 1 | 2 = 1): Change {
  const { order } = taken;
  const { orderId } = order;
  const { tenderNo, paymentRef, amountMinor, reason, rule, occurredAt, onDate } = owed;
  const made = recognise(amountMinor, conceded(order, tenderNo, paymentRef));
  const concededMinor = sum(made.parts.map((part) => part.amountMinor));
  const restMinor = amountMinor - concededMinor;
  const claimed = claims(order, tenderNo, made.parts);
  const planned =
    restMinor > 0 ? refundRow(claimed.after, { ...owed, amountMinor: restMinor }, reason) : null;
  const item = refundItem(orderId, tenderNo, planned?.refundNo ?? nextRefundNo(order, tenderNo));
  const journal = orderJournal(taken, {
    momentKey: planned ? `owed:${item}` : `given-back-before:${claimed.name}`,
    businessDate: onDate,
    source: `order:${orderId}`,
    occurredAt,
    posting: postCancellation({
      ...{ rule, orderId, tenderNo, refundItem: item, amountMinor, concededMinor },
    }),
  });
  return {
    after: planned?.after ?? claimed.after,
    writes: [
      ...claimed.writes,
      ...(planned ? [planned.write] : []),
      ...journalWrites(journal, place),
    ],
  };
}

/** Refunds that somebody else made, and that are known to be a cancel's from now on. */
function claims(
  order: OrderSnapshot,
  tenderNo: number,
  parts: ReturnType<typeof recognise<{ refundNo: number; amountMinor: number }>>['parts'],
): Change & { readonly name: string } {
  const { orderId } = order;
  const of = new Map(parts.map((part) => [part.of.refundNo, part.amountMinor]));
  const refunds = order.refunds.map((one) => {
    const minor = one.tenderNo === tenderNo ? (of.get(one.refundNo) ?? 0) : 0;
    return minor > 0 ? { ...one, matchedMinor: one.matchedMinor + minor } : one;
  });
  const matched = refunds.filter((one) => one.tenderNo === tenderNo && of.has(one.refundNo));
  const rows = parts.map((part) => ({ refundNo: part.of.refundNo, minor: part.amountMinor }));
  if (rows.length === 0) return { after: order, writes: [], name: '' };
  return {
    after: { ...order, refunds },
    name: matched
      .map((one) => refundItem(orderId, tenderNo, `${one.refundNo}:${one.matchedMinor}`))
      .join(' '),
    writes: [
      {
        name: 'claim-outside-refunds',
        text: `update refund r set matched_minor = r.matched_minor + c.minor
                 from jsonb_to_recordset($3) as c("refundNo" int, minor bigint)
                where r.order_id = $1 and r.tender_no = $2 and r.refund_no = c."refundNo"`,
        values: [orderId, tenderNo, JSON.stringify(rows)],
      },
      settleOfOrderWrite(
        orderId,
        {
          code: 'refund.outside',
          blocks: rows.map(({ refundNo }) => blocksOutside(tenderNo, refundNo)),
        },
        'it is of what was cancelled',
      ),
    ],
  };
}

export const nextRefundNo = (order: OrderSnapshot, tenderNo: number): number =>
  1 +
  Math.max(
    0,
    ...order.refunds.filter((one) => one.tenderNo === tenderNo).map((one) => one.refundNo),
  );

export interface PlannedRefund {
  readonly refundNo: number;
  readonly amountMinor: number;
}

function refundRow(
  order: OrderSnapshot,
  { tenderNo, paymentRef, amountMinor }: Part,
  reason: string,
  { rma, paidBy }: OfReturn = OF_NO_RETURN,
): { readonly refundNo: number; readonly after: OrderSnapshot; readonly write: Write } {
  const refundNo = nextRefundNo(order, tenderNo);
  return {
    refundNo,
    after: afterOwed(order, { tenderNo, refundNo, paymentRef, amountMinor, rma, paidBy }),
    write: {
      name: 'plan-refund',
      text: `insert into refund (order_id, tender_no, refund_no, amount_minor, payment_ref, reason, rma,
               paid_by, state)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'due')`,
      values: [order.orderId, tenderNo, refundNo, amountMinor, paymentRef, reason, rma, paidBy],
    },
  };
}

/** Whose flow makes it, and how it is paid. */
interface OfReturn {
  readonly rma: string | null;
  readonly paidBy: PaidBy;
}
const OF_NO_RETURN: OfReturn = { rma: null, paidBy: 'tender' };

/** A row for each payment that is given back, in whole or in part; and the order with them. */
export async function planRefund(
  sql: Sql,
  order: OrderSnapshot,
  tenderNo: number,
  amountMinor: number,
  reason: string,
  of: OfReturn = OF_NO_RETURN,
): Promise<{ readonly planned: readonly PlannedRefund[]; readonly after: OrderSnapshot }> {
  let so = order;
  const planned: PlannedRefund[] = [];
  for (const part of planRefunds(amountMinor, paymentsOf(order, tenderNo))) {
    const { refundNo, after, write } = refundRow(so, { ...part, tenderNo }, reason, of);
    await writeTogether(sql, [write]);
    planned.push({ refundNo, amountMinor: part.amountMinor });
    so = after;
  }
  return { planned, after: so };
}

/** Of what is here for whatever leaves next: tender by tender, by the brand's order of kinds. */
export async function refundPrepaid(
  sql: Sql,
  taken: TakenOrder,
  given: GivenUp & {
    readonly worthMinor: number;
    /** What the units that are still to go out are worth, less what was charged ahead for them. */
    readonly stillToGoMinor: number;
  },
): Promise<OrderSnapshot> {
  const { setup } = taken;
  let { order } = taken;
  const tenders = order.tenders.map((tender) => ({
    tenderNo: tender.tenderNo,
    kind: tender.kind,
    uncapturedMinor: tender.amountMinor - tender.capturedMinor,
    prepaidMinor: freePrepaidMinor(taken.order, tender),
  }));
  const { refundOrder } = setup.policies;
  const plan = planGivingBack(given.worthMinor, tenders, { ...given, refundOrder });
  for (const { tenderNo, amountMinor } of plan) {
    const parts = planRefunds(amountMinor, withConceded(order, tenderNo));
    await writeTogether(sql, [usedWrite(order, tenderNo, amountMinor)]);
    order = afterUsed(order, tenderNo, amountMinor);
    for (const part of parts) {
      const { after, writes } = owedBack({ order, setup }, { ...given, ...part, tenderNo });
      await writeTogether(sql, writes);
      order = after;
    }
  }
  return order;
}

/** What somebody has given back of them already comes first: that much is owed no more. */
function withConceded(order: OrderSnapshot, tenderNo: number): Payment[] {
  const payments = paymentsOf(order, tenderNo);
  const before = payments.map(({ paymentRef }) => ({
    paymentRef,
    leftMinor: sum(conceded(order, tenderNo, paymentRef).map((one) => one.amountMinor)),
  }));
  return [...before, ...payments];
}

export const usedWrite = (
  { orderId }: OrderSnapshot,
  tenderNo: number,
  amountMinor: number,
): Write => ({
  name: 'use-prepaid',
  text: `update tender set prepaid_used_minor = prepaid_used_minor + $3
          where order_id = $1 and tender_no = $2`,
  values: [orderId, tenderNo, amountMinor],
});
