/**
 * A bank's CSV by the columns that the set-up names. Its balances stand beside its lines: they are
 * followed from the first line to the last, in whichever order the bank writes them.
 */
import type { BankLine, BankStatementReader, CsvColumns } from '../../canonical/ports/bank';
import { formatMoney } from '../../canonical/rules/money/money';
import { collectProblems, quoted, unreadable, type Problems } from '../report-problems';
import { delimitedRows } from '../report-rows';
import { tableRows, type Cells } from '../report-table';
import { decodedText } from '../report-text';
import { dateOf, localDecimal } from '../report-values';
import { addLine, tiedStatements, untied, type Draft } from './statement';

export function csvStatements(columns: CsvColumns): BankStatementReader {
  return { format: 'csv', read: (bytes) => tiedStatements(drafts(bytes, columns)) };
}

interface Booked {
  readonly line: Omit<BankLine, 'lineNo'>;
  readonly balanceMinor: number;
  readonly rowNo: number;
}

async function* drafts(
  bytes: AsyncIterable<Uint8Array>,
  columns: CsvColumns,
): AsyncIterable<Draft> {
  const problems = collectProblems();
  const booked: Booked[] = [];
  const rows = delimitedRows(decodedText(bytes), { delimiter: columns.delimiter, quotes: true });
  for await (const cells of tableRows(rows, requiredOf(columns), problems)) {
    const one = bookedOf(cells, columns, problems);
    if (one) booked.push(one);
  }
  problems.refuse();
  const inOrder = oldestFirst(booked, columns);
  const [first, last] = [inOrder[0], inOrder.at(-1)];
  if (!first || !last) throw unreadable('empty', 'the file has no lines');
  const [from, to] = [first.line.bookedOn, last.line.bookedOn];
  const draft: Draft = {
    reference: `${from}/${to}`,
    account: columns.account,
    currency: columns.currency,
    opening: { minor: first.balanceMinor - first.line.amountMinor, on: from },
    closing: { minor: last.balanceMinor, on: to },
    lines: [],
  };
  for (const { line } of inOrder) addLine(draft, line);
  yield draft;
}

const requiredOf = ({ amount, ...columns }: CsvColumns): string[] => [
  columns.bookedOn,
  columns.balance,
  ...(typeof amount === 'string' ? [amount] : [amount.debit, amount.credit]),
  ...[columns.valueOn, columns.remittance, columns.counterparty].filter((one) => one !== undefined),
  ...[columns.bankRef, columns.endToEndId].filter((one) => one !== undefined),
];

/** Each balance follows from the one before it; banks write the newest first or the oldest. */
function oldestFirst(booked: readonly Booked[], { currency }: CsvColumns): readonly Booked[] {
  const turned = [...booked].reverse();
  const [broken, brokenTurned] = [firstBroken(booked), firstBroken(turned)];
  if (broken === null) return booked;
  if (brokenTurned === null) return turned;
  const balance = formatMoney(broken.balanceMinor, currency);
  throw untied(
    `row ${broken.rowNo}: a balance of ${balance} does not follow from the one before it`,
  );
}

function firstBroken(booked: readonly Booked[]): Booked | null {
  return (
    booked.find((one, index) => {
      const before = booked[index - 1];
      return before && before.balanceMinor + one.line.amountMinor !== one.balanceMinor;
    }) ?? null
  );
}

function bookedOf(cells: Cells, columns: CsvColumns, problems: Problems): Booked | null {
  const read = (column: string): number | null => {
    const text = cells.of(column);
    const minor = localDecimal(text, columns.currency);
    if (minor === null) {
      const detail = `${quoted(text)} under ${column} is no amount of ${columns.currency}`;
      problems.add('amount', cells.rowNo, detail);
    }
    return minor;
  };
  const amountMinor = amountOf(cells, columns, read);
  const balanceMinor = read(columns.balance);
  const bookedOn = dayOf(cells, columns.bookedOn, columns, problems);
  const valueOn = columns.valueOn ? dayOf(cells, columns.valueOn, columns, problems) : null;
  if (amountMinor === null || balanceMinor === null || bookedOn === null) return null;
  const text = (column: string | undefined): string => (column ? cells.of(column) : '');
  const endToEndId = text(columns.endToEndId);
  return {
    line: {
      amountMinor,
      bookedOn,
      valueOn,
      bankRef: text(columns.bankRef) || null,
      endToEndIds: endToEndId === '' ? [] : [endToEndId],
      remittance: text(columns.remittance),
      counterparty: text(columns.counterparty) || null,
      isReversal: false,
    },
    balanceMinor,
    rowNo: cells.rowNo,
  };
}

/** Debits are written with their sign or without. */
function amountOf(
  cells: Cells,
  { amount }: CsvColumns,
  read: (column: string) => number | null,
): number | null {
  if (typeof amount === 'string') return read(amount);
  if (cells.of(amount.debit) === '') return read(amount.credit);
  const debit = read(amount.debit);
  return debit === null || debit === 0 ? debit : -Math.abs(debit);
}

function dayOf(
  cells: Cells,
  column: string,
  { dateOrder }: CsvColumns,
  problems: Problems,
): string | null {
  const text = cells.of(column);
  const [, a = '', b = '', c = ''] = /^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})/.exec(text) ?? [];
  const [year, month, day] =
    dateOrder === 'year-month-day'
      ? [a, b, c]
      : dateOrder === 'day-month-year'
        ? [c, b, a]
        : [c, a, b];
  const written = dateOf(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`);
  if (written === null) {
    problems.add('date', cells.rowNo, `${quoted(text)} under ${column} is no ${dateOrder}`);
  }
  return written;
}
