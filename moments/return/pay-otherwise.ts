/**
 * What is owed is paid in the moment that owes it, where no other system has to be asked: in cash at
 * the counter that looked at the goods, or as store credit. Called under the locks of the order and
 * the return, once for each acceptance.
 */
import { sum } from '../../canonical/rules/money/money';
import { permilleOf } from '../../canonical/rules/return/worth';
import { postPaidInCash, postStoreCredit } from '../../canonical/rules/posting/paid-otherwise';
import type { Posting } from '../../canonical/rules/posting/posting';
import type { PaidBy } from '../../canonical/schema/return';
import type { Sql } from '../../store/database';
import { newId } from '../../store/ids';
import { postJournal } from '../../store/ledger/ledger';
import type { MoneyMove } from '../../store/orders/orders';
import { issueCredit, markPaid } from '../../store/returns/store-credits';
import { orderJournal } from '../order/of-order';
import type { TakenOrder } from '../order/order-moment';

export interface OwedRefund {
  readonly tenderNo: number;
  readonly refundItem: string;
  readonly amountMinor: number;
  readonly paidBy: PaidBy;
}

export interface PaidAt {
  readonly rma: string;
  readonly inspectionNo: number;
  readonly locationId: string | null;
  readonly onDate: string;
  /** RFC 3339. */
  readonly inspectedAt: string;
}

/** Gives the money that moved by it: a part of the fact that the goods were taken back. */
export async function payOtherwise(
  sql: Sql,
  taken: TakenOrder,
  at: PaidAt,
  owed: readonly OwedRefund[],
): Promise<MoneyMove[]> {
  const cash = owed.filter((one) => one.paidBy === 'cash');
  const credited = owed.filter((one) => one.paidBy === 'store-credit');
  const { rma, inspectionNo, locationId } = at;
  if (cash.length > 0 && locationId !== null) {
    const posted = postPaidInCash(locationId, cash);
    return paid(sql, taken, at, cash, 'cash', `cash:${rma}:${inspectionNo}`, posted);
  }
  if (credited.length === 0) return [];
  const { order, setup } = taken;
  const creditId = newId('crd');
  const amountMinor = sum(credited.map((one) => one.amountMinor));
  const bonusMinor = permilleOf(amountMinor, setup.policies.storeCreditBonusPermille);
  const { orderId, currency } = order;
  const of = { rma, inspectionNo, orderId, currency };
  await issueCredit(sql, of, { creditId, amountMinor, bonusMinor });
  const posted = postStoreCredit(creditId, credited, bonusMinor);
  return paid(sql, taken, at, credited, 'store-credit', creditId, posted);
}

async function paid(
  sql: Sql,
  taken: TakenOrder,
  { rma, inspectionNo, onDate, inspectedAt }: PaidAt,
  refunds: readonly OwedRefund[],
  paidBy: 'cash' | 'store-credit',
  reference: string,
  posted: Posting | null,
): Promise<MoneyMove[]> {
  const { orderId } = taken.order;
  await markPaid(sql, { orderId, rma }, paidBy, reference);
  await postJournal(
    sql,
    orderJournal(taken, {
      momentKey: `paid:${rma}:${inspectionNo}:${paidBy}`,
      businessDate: onDate,
      source: `return:${rma}`,
      occurredAt: inspectedAt,
      posting: posted,
    }),
  );
  return refunds.map(({ tenderNo, amountMinor }) => ({ tenderNo, kind: 'refunded', amountMinor }));
}
