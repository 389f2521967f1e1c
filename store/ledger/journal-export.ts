/**
 * The ledger as an hledger journal (https://hledger.org/hledger.html#journal), so that a tool of
 * others can check it: `hledger check --strict` wants each account and commodity declared.
 */
import { minorDigits, formatDecimal } from '../../canonical/rules/money/money';
import { ACCOUNTS, type Account } from '../../canonical/rules/posting/posting';
import type { Journal } from '../../canonical/schema/journal';
import type { Sql } from '../database';
import { ledgerCurrencies, listJournals } from './journal-queries';

/** Journals that are in memory at a time. */
export const EXPORT_PAGE = 500;
const AMOUNT_COLUMN = 32;

const ROOTS = {
  asset: 'assets',
  liability: 'liabilities',
  revenue: 'revenues',
  expense: 'expenses',
} as const;

function isAccount(account: string): account is Account {
  return Object.hasOwn(ACCOUNTS, account);
}

/** `CLR` → `assets:CLR`. @throws RangeError for an account that is not in the chart */
function accountName(account: string): string {
  if (!isAccount(account)) throw new RangeError(`account ${account} is not in the chart`);
  return `${ROOTS[ACCOUNTS[account].type]}:${account}`;
}

/**
 * Comments are tags (`name: value`): a comma or a line break would end a value early, and a date in
 * brackets would be the posting's.
 */
function tag(name: string, value: string | number | null | undefined): string[] {
  if (value === null || value === undefined || value === '') return [];
  return [`${name}: ${String(value).replaceAll(/[,;\[\]\s\p{Cc}]+/gu, ' ')}`];
}

function head(currencies: readonly string[], scope: readonly string[]): string {
  const commodities = currencies.map((currency) => {
    const digits = minorDigits(currency);
    return `commodity 1000.${'0'.repeat(digits)} ${currency}`;
  });
  const accounts = Object.entries(ACCOUNTS).map(
    ([account, { title }]) => `account ${accountName(account)}  ; ${title}`,
  );
  const title = ['; Throughline subledger', ...scope.map((line) => `; ${line}`)];
  return `${[...title, '', ...commodities, '', ...accounts].join('\n')}\n`;
}

function transaction(journal: Journal): string {
  const { businessDate, journalId, rule, channelInstance, entity } = journal;
  const about = [
    ...tag('order', journal.orderId),
    ...tag('rule', `${rule} v${journal.ruleVersion}`),
    ...tag('correlation', journal.correlationId),
    ...tag('source', journal.source),
    ...tag('batch', journal.batchId),
    ...tag('document', journal.documentNo),
  ];
  const where = channelInstance === null ? entity : `${entity} ${channelInstance}`;
  const lines = journal.lines.map(({ account, side, amount, dimensions }) => {
    const { currency, minorUnits } = amount;
    const signed = formatDecimal(side === 'debit' ? minorUnits : -minorUnits, currency);
    const tags = Object.entries(dimensions).flatMap(([name, value]) => tag(name, value));
    const comment = tags.length === 0 ? '' : `  ; ${tags.join(', ')}`;
    return `    ${accountName(account).padEnd(AMOUNT_COLUMN)}  ${signed} ${currency}${comment}`;
  });
  return (
    `\n${businessDate} * (${journalId}) Rule ${rule}: ${where}\n` +
    `    ; ${about.join(', ')}\n${lines.join('\n')}\n`
  );
}

/** The text in pieces, a page of journals at a time; journals are by business date, then id. */
export async function* exportHledger(
  sql: Sql,
  range: { readonly from: string | null; readonly to: string | null },
): AsyncGenerator<string> {
  const { from, to } = range;
  const scope = [...tag('from', from), ...tag('to', to)];
  yield head(await ledgerCurrencies(sql), scope);
  let after: { businessDate: string; journalId: string } | null = null;
  for (;;) {
    const page: Journal[] = await listJournals(sql, {
      orderId: null,
      settlementId: null,
      account: null,
      from,
      to,
      after,
      limit: EXPORT_PAGE,
    });
    if (page.length > 0) yield page.map(transaction).join('');
    const last = page.at(-1);
    if (last === undefined || page.length < EXPORT_PAGE) return;
    after = { businessDate: last.businessDate, journalId: last.journalId };
  }
}
