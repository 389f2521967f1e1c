// I10, by order: every open item of its journals nets to zero, or to what the order itself explains.
import { sum } from '../canonical/rules/money/money';
import { prepaymentRef } from '../canonical/rules/posting/posting';
import { uncoveredOf, type OwnOrder, type OwnTender } from './own-order';
import { money, nameOfOrder, type Difference } from './report';

const refundItem = (orderId: string, tenderNo: number, refundNo: number) =>
  `refund:${orderId}:${tenderNo}:${refundNo}`;

interface Explained {
  readonly account: string;
  readonly item: string;
  /** Debits less credits that are still to be settled. */
  readonly netMinor: number;
  readonly why: string;
}

/** What may be open, and exactly how much of it. */
function explanations(order: OwnOrder): Explained[] {
  const item = `order:${order.orderId}`;
  const uncaptured = order.captures.filter((one) => one.state !== 'captured');
  const receivable =
    sum(uncaptured.map((one) => one.amountMinor)) +
    sum(order.invoices.map((one) => Math.max(0, uncoveredOf(order, one))));
  const unused = sum(order.tenders.map((one) => one.prepaidMinor - one.prepaidUsedMinor));
  return [
    { account: 'AR', item, netMinor: receivable, why: 'captures due, failed or given up' },
    { account: 'CL', item, netMinor: -unused, why: 'money paid before anything shipped' },
    ...[...paymentsOf(order)].map(([paymentRef, netMinor]) => ({
      account: 'CLR',
      item: `payment:${paymentRef}`,
      netMinor,
      why: 'captured less refunded, to be paid out',
    })),
    ...order.refunds.map(({ tenderNo, refundNo, amountMinor, state }) => ({
      account: 'REFP',
      item: refundItem(order.orderId, tenderNo, refundNo),
      netMinor: state === 'refunded' ? 0 : -amountMinor,
      why: `refund ${refundNo} of tender ${tenderNo}, ${state}`,
    })),
  ];
}

/** What each payment captured, less what its refunds gave back. */
function paymentsOf(order: OwnOrder): Map<string, number> {
  const payments = new Map<string, number>();
  const add = (paymentRef: string, minor: number) =>
    payments.set(paymentRef, (payments.get(paymentRef) ?? 0) + minor);
  for (const tender of order.tenders) {
    if (tender.prepaidMinor > 0) add(prepaidBy(order, tender), tender.prepaidMinor);
  }
  for (const { state, reference, amountMinor } of order.captures) {
    if (state === 'captured') add(reference ?? '', amountMinor);
  }
  for (const { state, paymentRef, amountMinor } of order.refunds) {
    if (state === 'refunded') add(paymentRef, -amountMinor);
  }
  return payments;
}

function prepaidBy(order: OwnOrder, { tenderNo }: OwnTender): string {
  const first = order.authorizations.find(
    (one) => one.tenderNo === tenderNo && one.authorizationNo === 1,
  );
  return prepaymentRef({ ...order, tenderNo, reference: first?.reference ?? null });
}

export function checkOpenItems(order: OwnOrder): Difference[] {
  // What came with an order is booked when it is accepted or turned away.
  const explained = order.stage === 'received' ? [] : explanations(order);
  const { currency } = order;
  const found = (
    code: string,
    subject: string,
    amountMinor: number,
    detail: string,
  ): Difference => ({
    invariant: 'I10',
    code,
    subject: `${nameOfOrder(order)}, ${subject}`,
    amountMinor,
    currency,
    detail: `${nameOfOrder(order)}, ${subject}: ${detail}`,
  });
  const nameless = order.openItems
    .filter((one) => one.item === '')
    .map((one) =>
      found('no-item', one.account, one.netMinor, 'a line of this account does not name its item'),
    );
  const unexplained = order.openItems
    .filter((one) => one.item !== '' && one.netMinor !== 0)
    .filter(
      (one) => !explained.some(({ account, item }) => account === one.account && item === one.item),
    )
    .map((one) =>
      found(
        'unexplained-item',
        `${one.account} item ${one.item}`,
        one.netMinor,
        `${money(one.netMinor, currency)} are open, and nothing of the order explains them`,
      ),
    );
  const off = explained.flatMap(({ account, item, netMinor, why }) => {
    const net = sum(
      order.openItems
        .filter((one) => one.account === account && one.item === item)
        .map((one) => one.netMinor),
    );
    if (net === netMinor) return [];
    const detail = `the ledger has ${money(net, currency)} open, the order explains ${money(netMinor, currency)} (${why})`;
    return [found('open-item', `${account} item ${item}`, net - netMinor, detail)];
  });
  const clearing = order.openItems
    .filter(({ account, clearingAccounts: [first, ...others] }) => {
      return account === 'CLR' && (!first || others.length > 0);
    })
    .map((one) =>
      found(
        'clearing-account',
        `CLR item ${one.item}`,
        one.netMinor,
        `its lines name not one clearing account but: ${one.clearingAccounts.map((name) => name || 'none').join(', ')}`,
      ),
    );
  return [...nameless, ...unexplained, ...off, ...clearing];
}
