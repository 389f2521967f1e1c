/** The books: trial balance, an account's lines, a journal, what an order posted. */
import { ACCOUNTS, type Account } from '../../../canonical/rules/posting/posting';
import { JournalId, OrderId } from '../../../canonical/schema/ids';
import { accountLines } from '../../../store/ledger/account-lines';
import { readTrialBalance } from '../../../store/ledger/balances';
import { listJournals, readJournal } from '../../../store/ledger/journal-queries';
import { listExceptions } from '../../../store/exceptions/exception-queries';
import { readOrderName } from '../../../store/orders/order-name';
import { settledOfOrder } from '../../../store/settlement/settlement-list';
import { found } from '../../http/route';
import { markup } from '../html';
import { waitsHtml } from './settlement-views';
import { amount, link, type Cell } from './table';
import { daysAsked, inBooks, MAX_ROWS, type Asked, type ViewOf } from './view';

const isAccount = (name: string): name is Account => Object.hasOwn(ACCOUNTS, name);
const titleOf = (name: string) => (isAccount(name) ? ACCOUNTS[name].title : name);

/** `/finance/trial-balance`: from what the month began with to what it ended with. */
export const trialBalanceView: ViewOf = async (asked) => {
  const { db, entity } = asked;
  const { firstDay, lastDay } = daysAsked(asked);
  const moved = await readTrialBalance(db, { entity, from: firstDay, to: lastDay });
  const ended = await readTrialBalance(db, { entity, from: null, to: lastDay });
  const rows = ended.map(({ account, currency, debitMinor, creditMinor }): Cell[] => {
    const within = moved.find((one) => one.account === account && one.currency === currency);
    const [debit, credit] = [within?.debitMinor ?? 0, within?.creditMinor ?? 0];
    const closing = debitMinor - creditMinor;
    return [
      link(account, `/finance/accounts/${account}${inBooks(asked)}`),
      titleOf(account),
      currency,
      amount(closing - debit + credit, currency),
      amount(debit, currency),
      amount(credit, currency),
      amount(closing, currency),
    ];
  });
  const totals = [...new Set(ended.map(({ currency }) => currency))].map((currency): Cell[] => {
    const of = moved.filter((one) => one.currency === currency);
    const sum = (side: 'debitMinor' | 'creditMinor') =>
      amount(
        of.reduce((minor, one) => minor + one[side], 0),
        currency,
      );
    return ['Total', null, currency, null, sum('debitMinor'), sum('creditMinor'), null];
  });
  return {
    title: 'Trial balance',
    chooses: true,
    parts: [
      markup`<p class="quiet">Debits are above zero, credits below, in what the month began and ended with.</p>`,
      {
        name: `trial-balance-${asked.month}`,
        columns: ['Account', 'Title', 'Currency', 'Opening', 'Debit', 'Credit', 'Closing'],
        rows: [...rows, ...totals],
        empty: 'Nothing is posted to the end of this month.',
      },
    ],
  };
};

/** The settlement or the order that a journal is of. */
function originOf({ orderId, source }: { orderId: string | null; source: string }): Cell {
  if (orderId !== null) return link(orderId, `/finance/orders/${orderId}`);
  const settlementId = /^settlement:(stl_\w+)$/.exec(source)?.[1];
  return link(
    settlementId ?? source,
    settlementId === undefined ? null : `/finance/settlements/${settlementId}`,
  );
}

/** `/finance/accounts/{account}`. */
export const accountView: ViewOf = async (asked) => {
  const { db, entity, params, query, path } = asked;
  const account = found(params['account'] ?? null, 'there is no such account');
  found(isAccount(account) ? account : null, 'there is no such account');
  const { firstDay: from, lastDay: to } = daysAsked(asked);
  const [businessDate, journalId] = (query['after'] ?? '').split('.');
  const after =
    businessDate && journalId && JournalId.safeParse(journalId).success
      ? { businessDate, journalId }
      : null;
  const of = { entity, account, from, to, after, limit: MAX_ROWS };
  const lines = await accountLines(db, of);
  const last = lines.at(-1);
  return {
    title: `${account} · ${titleOf(account)}`,
    chooses: true,
    parts: [
      {
        name: `${account}-${asked.month}`,
        columns: [
          ...['Books', 'About', 'Journal', 'Rule', 'Of', 'Item', 'Currency', 'Debit', 'Credit'],
        ],
        rows: lines.map((line) => [
          line.businessDate,
          line.documentDate,
          link(line.journalId, `/finance/journals/${line.journalId}`),
          line.rule,
          originOf(line),
          line.item,
          line.currency,
          line.side === 'debit' ? amount(line.amountMinor, line.currency) : null,
          line.side === 'credit' ? amount(line.amountMinor, line.currency) : null,
        ]),
        empty: 'Nothing is posted on it in this month.',
        next:
          last === undefined || lines.length < MAX_ROWS
            ? null
            : path + inBooks(asked, `&after=${last.businessDate}.${last.journalId}`),
      },
    ],
  };
};

/** `/finance/journals/{journalId}`. */
export const journalView: ViewOf = async ({ db, params }) => {
  const unknown = 'there is no such journal';
  const journalId = found(JournalId.safeParse(params['journalId']).data ?? null, unknown);
  const journal = found(await readJournal(db, journalId), unknown);
  const { businessDate, documentDate, rule, batchId, documentNo, entity } = journal;
  const books = { entity, month: businessDate.slice(0, 'YYYY-MM'.length) };
  const origin = originOf(journal);
  const to = typeof origin === 'object' && origin !== null && 'href' in origin ? origin : null;
  return {
    title: `Journal ${journalId}`,
    parts: [
      markup`<p>
        Rule ${rule} · in the books on ${businessDate}${
          documentDate === businessDate ? null : markup`, about ${documentDate}`
        } · ${entity} · of ${
          to === null || to.href === null
            ? (to?.text ?? '')
            : markup`<a href="${to.href}">${to.text}</a>`
        } · ${
          documentNo === null ? 'not in the ERP yet' : `in the ERP as ${documentNo}`
        }${batchId === null ? null : ` (${batchId})`}
      </p>`,
      {
        name: journalId,
        columns: ['Line', 'Account', 'Title', 'Currency', 'Debit', 'Credit', 'About'],
        rows: journal.lines.map(({ lineNo, account, side, amount: of, dimensions }) => [
          lineNo,
          link(account, `/finance/accounts/${account}${inBooks(books)}`),
          titleOf(account),
          of.currency,
          side === 'debit' ? amount(of.minorUnits, of.currency) : null,
          side === 'credit' ? amount(of.minorUnits, of.currency) : null,
          Object.entries(dimensions)
            .map(([name, value]) => `${name} ${value}`)
            .join(', '),
        ]),
        empty: 'It has no lines.',
      },
    ],
  };
};

const UNRESOLVED = ['open', 'assigned', 'escalated'];

/** `/finance/orders/{orderId}`: what it posted, and which lines of settlements settle it. */
export const orderView: ViewOf = async ({ db, params }: Asked) => {
  const unknown = 'there is no such order';
  const orderId = found(OrderId.safeParse(params['orderId']).data ?? null, unknown);
  const { orderNo, channelInstance } = found(await readOrderName(db, orderId), unknown);
  const none = { settlementId: null, account: null, from: null, to: null, after: null };
  const journals = await listJournals(db, { ...none, orderId, limit: MAX_ROWS });
  const settled = await settledOfOrder(db, orderId, MAX_ROWS);
  const waits = await listExceptions(db, {
    ...{ owner: null, states: UNRESOLVED, orderId, after: null, limit: MAX_ROWS },
  });
  return {
    title: `Order ${orderNo}`,
    parts: [
      markup`<p>${channelInstance} · <code>${orderId}</code></p>
        ${waitsHtml(waits)}`,
      {
        name: `settled-${orderNo}`,
        title: 'Settled by',
        columns: ['Settlement', 'Line', 'Class', 'Currency', 'Amount', 'Matched', 'Item'],
        rows: settled.map((one) => [
          link(one.reference, `/finance/settlements/${one.settlementId}?class=${one.class}`),
          one.lineNo,
          one.class,
          one.currency,
          amount(one.amountMinor, one.currency),
          amount(one.matchedMinor, one.currency),
          one.item,
        ]),
        empty: 'No settlement names it yet.',
      },
      {
        name: `journals-${orderNo}`,
        title: 'Journals',
        columns: ['Books', 'Journal', 'Rule', 'Account', 'Currency', 'Debit', 'Credit', 'Item'],
        rows: journals.flatMap((journal) =>
          journal.lines.map(({ account, side, amount: of, dimensions }) => [
            journal.businessDate,
            link(journal.journalId, `/finance/journals/${journal.journalId}`),
            journal.rule,
            account,
            of.currency,
            side === 'debit' ? amount(of.minorUnits, of.currency) : null,
            side === 'credit' ? amount(of.minorUnits, of.currency) : null,
            dimensions['item'] ?? null,
          ]),
        ),
        empty: 'It has posted nothing.',
      },
    ],
  };
};
