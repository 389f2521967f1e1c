// I10, by order: every open item of its journals nets to zero, or to what the order itself explains.
import { sum } from '../canonical/rules/money/money';
import { heldOn } from '../canonical/rules/money/tender-kinds';
import { giftCardItem } from '../canonical/rules/posting/owed';
import { prepaymentRef } from '../canonical/rules/posting/posting';
import {
  receivableOf,
  takenByChannelMinor,
  uncoveredOf,
  type OwnOrder,
  type OwnTender,
} from './own-order';
import { money, nameOfOrder, type Difference } from './report';

const refundItem = (orderId: string, tenderNo: number, refundNo: number | string) =>
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
  const receivable =
    sum(order.captures.map(receivableOf)) +
    sum(order.invoices.map((one) => Math.max(0, uncoveredOf(order, one))));
  const unused = sum(order.tenders.map((one) => one.prepaidMinor - one.prepaidUsedMinor));
  return [
    { account: 'AR', item, netMinor: receivable, why: 'captures due, failed or given up' },
    { account: 'CL', item, netMinor: -unused, why: 'money paid before anything left' },
    ...paymentsOf(order),
    ...order.refunds.map(({ tenderNo, refundNo, amountMinor, state, paidBy, isOutside }) => ({
      account: 'REFP',
      item: refundItem(order.orderId, tenderNo, refundNo),
      // What paid for an exchange is settled by the journal of that order; what somebody else
      // refunded, and what came back from the buyer, was never owed.
      netMinor:
        (state === 'refunded' && paidBy !== 'exchange') || (isOutside && state === 'given-up')
          ? 0
          : -amountMinor,
      why: `refund ${refundNo} of tender ${tenderNo}, ${state}`,
    })),
    ...owedBack(order).map(({ tenderNo, duplicateNo, amountMinor, reference }) => ({
      account: 'REFP',
      item: refundItem(order.orderId, tenderNo, `duplicate-${duplicateNo}`),
      netMinor: -amountMinor,
      why: `the payment ${reference}, which nobody asked for`,
    })),
    ...order.tenders.flatMap(({ paidFrom, prepaidMinor }) =>
      paidFrom === null
        ? []
        : [{ account: 'REFP', item: paidFrom, netMinor: prepaidMinor, why: 'paid by a return' }],
    ),
    ...giftCardsOf(order),
    ...order.credits.map(({ creditId, amountMinor }) => ({
      account: 'GC',
      item: `credit:${creditId}`,
      netMinor: -amountMinor,
      why: 'store credit that is not redeemed',
    })),
  ];
}

/** Rule 9: what was sold as a gift card, which its redemptions do not name. */
function giftCardsOf({ orderId, invoices }: OwnOrder): Explained[] {
  const items = new Map<string, number>();
  for (const { lineNo, giftCardMinor } of invoices.flatMap(({ lines }) => lines)) {
    if (giftCardMinor === undefined) continue;
    const item = giftCardItem(orderId, lineNo);
    items.set(item, (items.get(item) ?? 0) - giftCardMinor);
  }
  return [...items].map(([item, netMinor]) => ({
    account: 'GC',
    item,
    netMinor,
    why: 'gift cards that were sold',
  }));
}

/** Payments that nobody asked for, and that the channel did not give back. */
const owedBack = ({ duplicates }: OwnOrder) =>
  duplicates.filter((one) => one.kind === 'capture' && one.undoneReference === null);

/** What each payment captured, less what its refunds gave back, on the account of its kind. */
function paymentsOf(order: OwnOrder): Explained[] {
  const payments = new Map<string, Explained>();
  const add = (tenderNo: number, paymentRef: string, minor: number) => {
    const kind = order.tenders.find((one) => one.tenderNo === tenderNo)?.kind ?? 'card';
    const account = heldOn(kind);
    const item = `payment:${paymentRef}`;
    const before = payments.get(`${account} ${item}`)?.netMinor ?? 0;
    const why = WHY[account];
    payments.set(`${account} ${item}`, { account, item, netMinor: before + minor, why });
  };
  for (const tender of order.tenders) {
    const taken = takenByChannelMinor(order, tender);
    if (taken > 0 && tender.paidFrom === null)
      add(tender.tenderNo, prepaidBy(order, tender), taken);
  }
  for (const { tenderNo, state, reference, amountMinor } of order.captures) {
    if (state === 'captured') add(tenderNo, reference ?? '', amountMinor);
  }
  for (const { tenderNo, state, paymentRef, amountMinor, paidBy } of order.refunds) {
    if (state === 'refunded' && paidBy === 'tender') add(tenderNo, paymentRef, -amountMinor);
  }
  for (const { tenderNo, reference, amountMinor } of owedBack(order)) {
    add(tenderNo, reference, amountMinor);
  }
  return [...payments.values()];
}

const WHY = {
  CLR: 'captured less refunded, to be paid out',
  GC: 'redeemed less given back',
} as const;

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
