/** What has not passed on: clearing by age, its items, exceptions of finance, and gross to net. */
import { AGE_BUCKETS, CLEARING_LIMIT_DAYS } from '../../../canonical/rules/close/checks';
import {
  MARGIN_ACCOUNTS,
  MARGIN_GROUPS,
  marginOf,
  type MarginGroup,
} from '../../../canonical/rules/close/margin';
import { agedSums, openItems } from '../../../store/close/clearing-items';
import { listExceptions } from '../../../store/exceptions/exception-queries';
import { channelSums } from '../../../store/ledger/account-lines';
import { classesOfPayouts, listSettlements } from '../../../store/settlement/settlement-list';
import { markup } from '../html';
import { timeText } from '../time-text';
import { amount, link, type Cell, type Table } from './table';
import { daysAsked, inBooks, MAX_ROWS, type Asked, type ViewOf } from './view';

const CLEARING = Object.keys(CLEARING_LIMIT_DAYS);

const bucketText = (fromDays: number, at: number): string => {
  const next = AGE_BUCKETS[at + 1];
  return next === undefined ? `${fromDays} days and more` : `${fromDays} to ${next - 1} days`;
};

/** `/finance/clearing`. */
export const clearingView: ViewOf = async (asked) => {
  const { db, entity } = asked;
  const { lastDay: asOf } = daysAsked(asked);
  const of = { entity, accounts: CLEARING, asOf };
  const sums = await agedSums(db, { ...of, buckets: AGE_BUCKETS });
  const items = await openItems(db, {
    ...of,
    clearingAccount: asked.query['clearing'] || null,
    limit: MAX_ROWS,
  });
  const keys = [
    ...new Map(
      sums.map((one) => [`${one.account} ${one.clearingAccount ?? ''} ${one.currency}`, one]),
    ).values(),
  ];
  const rows = keys.map(({ account, clearingAccount, currency }): Cell[] => {
    const own = sums.filter(
      (one) =>
        one.account === account &&
        one.clearingAccount === clearingAccount &&
        one.currency === currency,
    );
    const more = `&clearing=${encodeURIComponent(clearingAccount ?? '')}#items`;
    return [
      account,
      link(clearingAccount ?? '', `/finance/clearing${inBooks(asked, more)}`),
      currency,
      ...AGE_BUCKETS.map((days): Cell =>
        amount(own.find((one) => one.fromDays === days)?.netMinor ?? 0, currency),
      ),
      amount(
        own.reduce((minor, one) => minor + one.netMinor, 0),
        currency,
      ),
      own.reduce((count, one) => count + one.unowned, 0),
    ];
  });
  return {
    title: 'Clearing by age',
    chooses: true,
    parts: [
      markup`<p class="quiet">Open on ${asOf}, by the books; ages by the days that things are about.
        Limits: ${CLEARING.map((name) => `${name} ${CLEARING_LIMIT_DAYS[name as keyof typeof CLEARING_LIMIT_DAYS]}`).join(', ')} days.</p>`,
      {
        name: `clearing-${asOf}`,
        columns: [
          ...['Account', 'Whose', 'Currency', ...AGE_BUCKETS.map(bucketText), 'Total'],
          "Items that are nobody's",
        ],
        rows,
        empty: 'Nothing is open.',
      },
      markup`<p id="items"></p>`,
      {
        name: `clearing-items-${asOf}`,
        title: 'Items, the oldest first',
        columns: ['Since', 'Days', 'Account', 'Item', 'Of', 'Currency', 'Open', 'Owner'],
        rows: items.map((one) => [
          one.since,
          one.ageDays,
          one.account,
          one.item,
          originOf(one),
          one.currency,
          amount(one.netMinor, one.currency),
          one.exceptionId === null
            ? 'nobody'
            : link(one.owner ?? '', `/exceptions/${one.exceptionId}`),
        ]),
        empty: 'There is none.',
      },
    ],
  };
};

function originOf(one: { orderId: string | null; settlementId: string | null }): Cell {
  if (one.orderId !== null) return link('order', `/finance/orders/${one.orderId}`);
  if (one.settlementId === null) return null;
  return link('settlement', `/finance/settlements/${one.settlementId}`);
}

const UNRESOLVED = ['open', 'assigned', 'escalated'];
const DAY_MS = 86_400_000;

/** `/finance/exceptions`: those of finance and of finance systems. */
export const exceptionsView: ViewOf = async ({ db }) => {
  const filter = { states: UNRESOLVED, orderId: null, after: null, limit: MAX_ROWS };
  const open = [
    ...(await listExceptions(db, { ...filter, owner: 'finance' })),
    ...(await listExceptions(db, { ...filter, owner: 'finance-systems' })),
  ].sort((a, b) => (a.deadlineAt < b.deadlineAt ? -1 : 1));
  return {
    title: 'Exceptions of finance',
    parts: [
      {
        name: 'exceptions',
        columns: [
          'Deadline',
          'What it is',
          'Code',
          'Owner',
          'Open for days',
          'Currency',
          'Money',
          'Of',
        ],
        rows: open.map((one) => [
          `${timeText(one.deadlineAt)}${one.isOverdue ? ' (overdue)' : ''}`,
          link(one.title, `/exceptions/${one.exceptionId}`),
          one.code,
          one.assignee ?? one.owner,
          Math.floor((Date.now() - Date.parse(one.openedAt)) / DAY_MS),
          one.money?.currency ?? null,
          one.money === null ? null : amount(one.money.minorUnits, one.money.currency),
          one.cause.kind === 'settlement'
            ? link('settlement', `/finance/settlements/${one.cause.ref}`)
            : (one.orderId ?? null),
        ]),
        empty: 'Nothing waits for finance.',
      },
    ],
  };
};

const GROUPS = Object.keys(MARGIN_GROUPS) as MarginGroup[];
const SALES: readonly MarginGroup[] = ['product', 'shipping', 'discounts', 'returns'];
const COSTS = GROUPS.filter((name) => !SALES.includes(name));
const PER_CENT = 100;

/** `/finance/gross-to-net`: what each channel earned, and what each payout is made of. */
export const grossToNetView: ViewOf = async (asked) => ({
  title: 'Gross to net',
  chooses: true,
  parts: [await channelTable(asked), await payoutTable(asked)],
});

async function channelTable(asked: Asked): Promise<Table> {
  const { db, entity, month } = asked;
  const { firstDay: from, lastDay: to } = daysAsked(asked);
  const sums = await channelSums(db, { entity, from, to, accounts: MARGIN_ACCOUNTS });
  const keys = [...new Map(sums.map((one) => [`${one.channel} ${one.currency}`, one])).values()];
  return {
    name: `channels-${month}`,
    title: 'By channel',
    columns: [
      ...['Channel', 'Currency', ...SALES.map((name) => MARGIN_GROUPS[name].title), 'Net sales'],
      ...[...COSTS.map((name) => MARGIN_GROUPS[name].title), 'Margin', 'Margin %'],
    ],
    rows: keys.map(({ channel, currency }) => {
      const own = sums.filter((one) => one.channel === channel && one.currency === currency);
      const { groups, netSalesMinor, marginMinor } = marginOf(own);
      const shown = (name: MarginGroup) => amount(groups[name], currency);
      return [
        channel === '' ? 'of none' : channel,
        currency,
        ...SALES.map(shown),
        amount(netSalesMinor, currency),
        ...COSTS.map(shown),
        amount(marginMinor, currency),
        netSalesMinor === 0 ? null : Math.round((marginMinor / netSalesMinor) * PER_CENT),
      ];
    }),
    empty: 'Nothing was earned in this month.',
  };
}

async function payoutTable(asked: Asked): Promise<Table> {
  const { db, entity, month } = asked;
  const { firstDay: from, lastDay: to } = daysAsked(asked);
  const payouts = await listSettlements(db, { entity, from, to, limit: MAX_ROWS });
  const parts = await classesOfPayouts(
    db,
    payouts.map(({ settlementId }) => settlementId),
  );
  const classes = [...new Set(parts.map((one) => one.class))].sort();
  return {
    name: `payouts-${month}`,
    title: 'By payout',
    columns: ['Payout', 'Account', 'Date', 'Currency', ...classes, 'Net'],
    rows: payouts.map(({ settlementId, reference, account, businessDate, currency, ...one }) => [
      link(reference, `/finance/settlements/${settlementId}`),
      account,
      businessDate,
      currency,
      ...classes.map((name) =>
        amount(
          parts.find((part) => part.settlementId === settlementId && part.class === name)
            ?.amountMinor ?? 0,
          currency,
        ),
      ),
      amount(one.declaredNetMinor, currency),
    ]),
    empty: 'Nothing was paid out in this month.',
  };
}
