/**
 * Goods go out for goods that came back (rule 15): an order by the ordinary accept path, paid by what
 * the return owes. What it costs more is authorized and captured as any order's money is; what it
 * costs less was owed back before. It is placed once: by its number, in the moment that settles what
 * paid it; what cannot be placed leaves nothing behind.
 */
import { blocksExchange } from '../../canonical/flows/return-steps';
import type { Told } from '../../canonical/flows/moments';
import type { ReturnAgenda } from '../../canonical/flows/return';
import { sum } from '../../canonical/rules/money/money';
import type { OrderSnapshot, SnapshotRefund } from '../../canonical/rules/order/snapshot';
import { tenderOf } from '../../canonical/rules/order/snapshot';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import type { Order, OrderLine } from '../../canonical/schema/order';
import type { Database, Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { joinSavepoint } from '../../store/join-transaction';
import { factWrite, settleKnown } from '../../store/orders/orders';
import { exchangeOf, linkExchange, type Exchange } from '../../store/returns/exchanges';
import { markPaid } from '../../store/returns/store-credits';
import { flowMoment } from '../flow/flow-moment';
import { refundItem } from '../money/refund';
import { takeOrder, type TakenOrder } from '../order/order-moment';
import { submitOrder } from '../order/submit-order';
import { exceptionOfReturn, RETURN_FRAME, type OfReturn } from './return-moment';

export function placeExchange(db: Database, of: OfReturn): Promise<Told<ReturnAgenda>> {
  return flowMoment(RETURN_FRAME, db, of, async (sql, ret) => {
    const taken = await takeOrder(sql, ret.orderId);
    const paying = taken.order.refunds.filter(
      (one) => one.rma === ret.rma && one.paidBy === 'exchange' && one.state === 'due',
    );
    if (paying.length === 0) return;
    try {
      const orderId = await joinSavepoint(db, sql).transaction((inner) =>
        place(joinSavepoint(db, inner), inner, ret, taken, paying),
      );
      await settle(sql, ret, taken, paying, orderId);
    } catch (error) {
      if (!(error instanceof NotPlaced)) throw error;
      await openException(sql, {
        code: 'return.exchange-refused',
        detail: `what goes out for order ${ret.orderNo} is not ordered: ${error.message}`,
        cause: { kind: 'order', ref: ret.orderId },
        blocks: blocksExchange(),
        ...exceptionOfReturn(ret, sum(paying.map((one) => one.amountMinor))),
      });
    }
  });
}

class NotPlaced extends Error {
  override readonly name = 'NotPlaced';
}

async function place(
  db: Database,
  sql: Sql,
  ret: ReturnSnapshot,
  { order }: TakenOrder,
  paying: readonly SnapshotRefund[],
): Promise<string> {
  const { exchange, buyer } = await exchangeOf(sql, ret.rma);
  const outcome = await submitOrder(
    db,
    { ...orderFor(exchange, order, paying), ...buyer },
    {
      ...exchange.flow,
      correlationId: ret.correlationId,
      sourceEventNo: null,
      isSold: false,
      paidFrom: paying.map((one) => refundItem(order.orderId, one.tenderNo, one.refundNo)),
    },
  );
  if (outcome.outcome === 'accepted') return outcome.orderId;
  throw new NotPlaced(whyNot(outcome));
}

function whyNot(
  outcome: Exclude<Awaited<ReturnType<typeof submitOrder>>, { outcome: 'accepted' }>,
) {
  switch (outcome.outcome) {
    case 'refused':
      return outcome.problems.map(({ detail }) => detail).join('; ');
    case 'waiting':
      return outcome.exceptions.map(({ detail }) => detail).join('; ');
    case 'exists':
      return 'another order has its number';
    case 'in-shadow':
    case 'replayed':
    case 'key-reused':
      return 'its channel takes no orders now';
  }
}

/** Paid by the refunds that are owed, in their order; the rest by the means that was named for it. */
function orderFor(
  { orderNo, lines, totalMinor, difference }: Exchange,
  order: OrderSnapshot,
  paying: readonly SnapshotRefund[],
): Order {
  const { channelInstance, currency } = order;
  const amount = (minorUnits: number) => ({ currency, minorUnits });
  const restMinor = totalMinor - sum(paying.map((one) => one.amountMinor));
  if (restMinor > 0 && difference === null) {
    throw new NotPlaced('it costs more than what came back, and nothing pays the difference');
  }
  return {
    channelInstance,
    orderNo,
    placedAt: new Date().toISOString(),
    currency,
    lines: [...lines],
    discounts: [],
    taxes: [],
    totals: totalsOf(lines, currency),
    tenders: [
      ...paying.map(({ tenderNo, paymentRef, amountMinor }) => ({
        gateway: tenderOf(order, tenderNo).gateway,
        amount: amount(amountMinor),
        received: { state: 'captured' as const, reference: paymentRef },
      })),
      ...(restMinor > 0 && difference !== null
        ? [{ ...difference, amount: amount(restMinor) }]
        : []),
    ],
  };
}

/** Of lines with nothing on the whole order. */
export function totalsOf(lines: readonly OrderLine[], currency: string): Order['totals'] {
  const of = (amounts: readonly number[]) => ({ currency, minorUnits: sum(amounts) });
  const subtotal = of(lines.map((line) => line.quantity * line.unitPrice.minorUnits));
  const each = (what: 'discounts' | 'taxes') =>
    of(lines.flatMap((line) => line[what].map((one) => one.amount.minorUnits)));
  const discount = each('discounts');
  const tax = each('taxes');
  const total = of([subtotal.minorUnits, 0 - discount.minorUnits, tax.minorUnits]);
  return { subtotal, discount, shipping: of([]), tax, total };
}

async function settle(
  sql: Sql,
  { rma }: ReturnSnapshot,
  { order }: TakenOrder,
  paying: readonly SnapshotRefund[],
  exchangeOrderId: string,
): Promise<void> {
  const { orderId } = order;
  await markPaid(sql, { orderId, rma }, 'exchange', exchangeOrderId);
  await linkExchange(sql, rma, exchangeOrderId);
  const money = paying.map(({ tenderNo, amountMinor }) => ({
    tenderNo,
    kind: 'refunded' as const,
    amountMinor,
  }));
  const occurredAt = new Date().toISOString();
  const about = { rma, paidBy: 'exchange', reference: exchangeOrderId };
  await settleKnown(sql, order, order, [
    factWrite(orderId, { kind: 'refunded', occurredAt, money, about }),
  ]);
}
