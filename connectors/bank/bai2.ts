/**
 * BAI2 cash management files, prior-day. Records end with a slash and go on in 88; amounts are minor
 * units without a point; each account, group and file ends with what its amounts come to, so that a
 * file that was cut is known. https://www.x9.org (X9.121, Balance and Transaction Reporting)
 */
import type { BankStatementReader } from '../../canonical/ports/bank';
import { isCurrency } from '../../canonical/rules/money/money';
import { quoted, unreadable } from '../report-problems';
import { decodedText } from '../report-text';
import { dateOf } from '../report-values';
import { addLine, tiedStatements, untied, type Draft } from './statement';

const OPENING_LEDGER = '010';
const CLOSING_LEDGER = '015';
/** Type codes of transactions: credits, debits; the others tell of no movement of the ledger. */
const CREDITS: readonly Range[] = [
  [100, 399],
  [920, 959],
];
const DEBITS: readonly Range[] = [
  [400, 699],
  [960, 999],
];
type Range = readonly [first: number, last: number];
const MAX_RECORD_CHARS = 100_000;

export const bai2: BankStatementReader = {
  format: 'bai2',
  read: (bytes) => tiedStatements(drafts(bytes)),
};

interface Account extends Draft {
  /** What its trailer must say. */
  controlTotal: number;
}
interface Group {
  readonly on: string;
  readonly currency: string;
}

async function* drafts(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Draft> {
  let group: Group | null = null;
  let account: Account | null = null;
  let isEnded = false;
  let accounts = 0;
  for await (const { cells, rowNo } of records(decodedText(bytes))) {
    const [code = ''] = cells;
    if (isEnded) throw unreadable('row', 'a record after the file’s end', rowNo);
    if (code === '02') group = groupOf(cells, rowNo);
    if (code === '03') {
      if (!group) throw unreadable('header', 'an account of no group', rowNo);
      if (account) throw unreadable('cut-off', 'an account without its trailer', rowNo);
      account = accountOf(cells, group, rowNo);
    }
    if (code === '16') {
      if (!account || !group) throw unreadable('header', 'a transaction of no account', rowNo);
      addTransaction(account, group, cells, rowNo);
    }
    if (code === '49') {
      if (!account) throw unreadable('header', 'an account’s trailer without its account', rowNo);
      const told = wholeNumber(cells[1] ?? '', rowNo);
      if (told !== account.controlTotal) {
        const detail = `${account.reference}: amounts of ${account.controlTotal}, its trailer says ${told}`;
        throw untied(detail);
      }
      accounts += 1;
      yield account;
      account = null;
    }
    if (code === '99') isEnded = true;
  }
  if (!isEnded && accounts > 0) throw unreadable('cut-off', 'the file has no 99 record');
}

/** Records whole: an 88 goes on where the one before it ended. */
async function* records(text: AsyncIterable<string>) {
  let open: { body: string; rowNo: number } | null = null;
  for await (const { line, rowNo } of linesOf(text)) {
    const [, code = '', body = ''] = /^(\d{2}),?(.*)$/.exec(line) ?? [];
    if (code === '') throw unreadable('header', `${quoted(line)} is no record of BAI2`, rowNo);
    if (code !== '88') {
      if (open) yield recordOf(open);
      open = { body: `${code},${body}`, rowNo };
      continue;
    }
    if (!open) throw unreadable('header', 'the file begins with a continuation', rowNo);
    // A slash ends the record's fields here; where a text goes on, there is none.
    open.body = open.body.endsWith('/')
      ? `${open.body.slice(0, -1)},${body}`
      : `${open.body} ${body}`;
    if (open.body.length > MAX_RECORD_CHARS) {
      throw unreadable('too-large', `a record of more than ${MAX_RECORD_CHARS} characters`, rowNo);
    }
  }
  if (open) yield recordOf(open);
}

const recordOf = ({ body, rowNo }: { body: string; rowNo: number }) => ({
  cells: (body.endsWith('/') ? body.slice(0, -1) : body).split(','),
  rowNo,
});

async function* linesOf(text: AsyncIterable<string>) {
  let rest = '';
  let rowNo = 0;
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      rowNo += 1;
      if (line.trim() !== '') yield { line: line.trim(), rowNo };
    }
  }
  if (rest.trim() !== '') yield { line: rest.trim(), rowNo: rowNo + 1 };
}

function groupOf(cells: readonly string[], rowNo: number): Group {
  const currency = cells[6] || 'USD';
  if (!isCurrency(currency)) throw unreadable('currency', `${quoted(currency)} is none`, rowNo);
  return { on: dayOf(cells[4] ?? '', rowNo), currency };
}

function dayOf(yymmdd: string, rowNo: number): string {
  const day = `20${yymmdd.slice(0, 2)}-${yymmdd.slice(2, 4)}-${yymmdd.slice(4, 6)}`;
  if (dateOf(day) === null) throw unreadable('date', `${quoted(yymmdd)} is no date`, rowNo);
  return day;
}

function wholeNumber(text: string, rowNo: number): number {
  if (/^[+-]?\d{1,15}$/.test(text.trim())) return Number(text) || 0;
  throw unreadable('amount', `${quoted(text)} is no amount of minor units`, rowNo);
}

/** `03,account,currency,(type,amount,items,funds type…)*`. */
function accountOf(cells: readonly string[], group: Group, rowNo: number): Account {
  const [, account = '', own = ''] = cells;
  const currency = own || group.currency;
  if (!isCurrency(currency)) throw unreadable('currency', `${quoted(currency)} is none`, rowNo);
  const draft: Account = {
    reference: `${account} ${group.on}`,
    account,
    currency,
    opening: null,
    closing: null,
    lines: [],
    controlTotal: 0,
  };
  for (let at = 3; at < cells.length;) {
    const code = cells[at] ?? '';
    const amount = cells[at + 1] ?? '';
    if (code !== '' && amount !== '') {
      const minor = wholeNumber(amount, rowNo);
      draft.controlTotal += minor;
      if (code === OPENING_LEDGER) draft.opening = { minor, on: group.on };
      if (code === CLOSING_LEDGER) draft.closing = { minor, on: group.on };
    }
    at = afterFunds(cells, at + 3);
  }
  return draft;
}

/** Where the next field is after a funds type and what belongs to it. */
function afterFunds(cells: readonly string[], at: number): number {
  const funds = cells[at];
  if (funds === 'S') return at + 4;
  if (funds === 'V') return at + 3;
  return funds === 'D' ? at + 2 + 2 * Number(cells[at + 1] ?? 0) : at + 1;
}

const isIn = (ranges: readonly Range[], code: number): boolean =>
  ranges.some(([first, last]) => first <= code && code <= last);

/** `16,type,amount,funds type…,bank reference,customer reference,text`. */
function addTransaction(
  account: Account,
  group: Group,
  cells: readonly string[],
  rowNo: number,
): void {
  const [, code = '', amount = '', funds] = cells;
  const minor = amount === '' ? 0 : wholeNumber(amount, rowNo);
  account.controlTotal += minor;
  const isDebit = isIn(DEBITS, Number(code));
  if (!isDebit && !isIn(CREDITS, Number(code))) return;
  const after = afterFunds(cells, 3);
  const [bankRef = '', customerRef = '', ...text] = cells.slice(after);
  addLine(account, {
    amountMinor: isDebit && minor !== 0 ? -minor : minor,
    bookedOn: group.on,
    valueOn: funds === 'V' && cells[4] ? dayOf(cells[4], rowNo) : null,
    bankRef: bankRef.trim() || null,
    endToEndIds: customerRef.trim() === '' ? [] : [customerRef.trim()],
    remittance: text.join(',').trim(),
    counterparty: null,
    isReversal: false,
  });
}
