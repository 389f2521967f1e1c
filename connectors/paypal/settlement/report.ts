/**
 * PayPal's settlement report (STL): sections of an account, each with a header of columns, bodies, a
 * footer for each currency and a count. Amounts are minor units without a sign; debit or credit is
 * in a column of its own. What an account holds before and after is said in the footer, so that a
 * section ties by itself. https://developer.paypal.com/docs/reports/sftp-reports/settlement-report/
 */
import type {
  SettlementHead,
  SettlementLine,
  SettlementPart,
} from '../../../canonical/ports/settlement';
import { isCurrency, sum } from '../../../canonical/rules/money/money';
import { collectProblems, quoted, unreadable, type Problems } from '../../report-problems';
import type { Row } from '../../report-rows';
import { orNull } from '../../report-table';
import { dateOf, instantOf } from '../../report-values';

/** Where a footer's fields are; behind its amounts are other balances and a count. */
const FOOTER = { currency: 1, gross: [2, 3], fees: [4, 5], begins: [6, 7], ends: [8, 9] } as const;

interface Section {
  readonly account: string;
  readonly from: string;
  readonly until: string;
  columns: ReadonlyMap<string, number> | null;
  /** Begun with the first body, which says the currency. */
  head: SettlementHead | null;
  readonly told: Record<'CR' | 'DR' | 'feeCR' | 'feeDR', number>;
  isClosed: boolean;
}

/** @throws UnreadableSettlement */
export async function* readSettlementReport(
  rows: AsyncIterable<readonly Row[]>,
): AsyncIterable<SettlementPart> {
  const problems = collectProblems();
  const seen = new Set<string>();
  let section: Section | null = null;
  let isEnded = false;
  let isEmpty = true;
  for await (const batch of rows) {
    for (const row of batch) {
      const kind = row.cells[0] ?? '';
      if (isEmpty && kind !== 'RH') throw notThis(row);
      isEmpty = false;
      if (kind === 'SH') section = sectionOf(row, problems);
      if (kind === 'RF' || kind === 'FF') isEnded = true;
      if (section === null) continue;
      const parts = partsOf(row, section, seen, problems);
      if (problems.count === 0) yield* parts;
    }
  }
  if (isEmpty) throw unreadable('empty', 'the file has no rows');
  if (!isEnded || (section && !section.isClosed)) {
    problems.add('cut-off', null, 'the file ends before its footers');
  }
  problems.refuse();
}

const notThis = ({ cells, rowNo }: Row) =>
  unreadable('header', `no settlement report begins with ${quoted(cells[0] ?? '')}`, rowNo);

function sectionOf({ cells, rowNo }: Row, problems: Problems): Section {
  const [, from = '', until = '', account = ''] = cells;
  if (account === '') problems.add('header', rowNo, 'a section names no account');
  return {
    account,
    from,
    until,
    columns: null,
    head: null,
    told: { CR: 0, DR: 0, feeCR: 0, feeDR: 0 },
    isClosed: false,
  };
}

function partsOf(
  row: Row,
  section: Section,
  seen: Set<string>,
  problems: Problems,
): readonly SettlementPart[] {
  const kind = row.cells[0];
  if (kind === 'SB') return bodyOf(row, section, seen, problems);
  if (kind === 'SF') return footerOf(row, section, seen, problems);
  if (kind === 'CH') {
    section.columns = new Map(
      row.cells.map((name, index) => [name.replace(/\s+/g, ' ').trim().toLowerCase(), index]),
    );
  }
  return [];
}

/** The settlement of the section, begun where it has not been. */
function begun(
  section: Section,
  currency: string,
  rowNo: number,
  seen: Set<string>,
  problems: Problems,
): SettlementPart[] {
  if (section.head && section.head.currency !== currency) {
    const detail = `${currency} in a section in ${section.head.currency}`;
    problems.add('currency', rowNo, detail);
  }
  if (section.head) return [];
  if (!isCurrency(currency)) problems.add('currency', rowNo, `${quoted(currency)} is no currency`);
  const payoutDate = dateOf(section.until);
  const reference = `${section.account}-${payoutDate ?? ''}-${currency}`;
  if (payoutDate === null) problems.add('date', rowNo, `${quoted(section.until)} is no date`);
  if (seen.has(reference)) problems.add('row', rowNo, `${quoted(reference)} is there twice`);
  seen.add(reference);
  section.head = {
    part: 'head',
    reference,
    account: section.account,
    currency,
    periodStart: instantOf(section.from),
    periodEnd: instantOf(section.until),
    payoutDate,
  };
  return [section.head];
}

function bodyOf(
  row: Row,
  section: Section,
  seen: Set<string>,
  problems: Problems,
): SettlementPart[] {
  const { columns } = section;
  if (!columns) throw unreadable('header', 'a body before the header of its columns', row.rowNo);
  const of = (column: string): string => row.cells[columns.get(column) ?? -1]?.trim() ?? '';
  const before = begun(section, of('gross transaction currency'), row.rowNo, seen, problems);
  const feeCurrency = of('fee currency');
  if (feeCurrency !== '' && feeCurrency !== section.head?.currency) {
    problems.add('currency', row.rowNo, `a fee in ${quoted(feeCurrency)}`);
  }
  const gross = signed(
    of,
    'transaction debit or credit',
    'gross transaction amount',
    row,
    problems,
  );
  const fee = signed(of, 'fee debit or credit', 'fee amount', row, problems);
  section.told[gross < 0 ? 'DR' : 'CR'] += Math.abs(gross);
  section.told[fee < 0 ? 'feeDR' : 'feeCR'] += Math.abs(fee);
  const occurredAt = instantOf(of('transaction completion date'));
  const line = (type: string, amountMinor: number): SettlementLine => ({
    part: 'line',
    rowNo: row.rowNo,
    words: { transaction: of('transaction event code'), type, description: '' },
    amountMinor,
    transaction: null,
    lineRef: orNull(of('transaction id')),
    orderRef: orNull(of('invoice id')) ?? orNull(of('custom field')),
    paymentRef: orNull(of('paypal reference id')) ?? orNull(of('transaction id')),
    sku: null,
    quantity: null,
    occurredAt,
  });
  return [...before, line('gross', gross), ...(fee === 0 ? [] : [line('fee', fee)])];
}

function signed(
  of: (column: string) => string,
  sideColumn: string,
  amountColumn: string,
  { rowNo }: Row,
  problems: Problems,
): number {
  const [side, text] = [of(sideColumn), of(amountColumn)];
  if (text === '') return 0;
  if (!/^\d{1,15}$/.test(text) || (side !== 'CR' && side !== 'DR')) {
    const detail = `${quoted(`${side} ${text}`)} under ${amountColumn} is no amount of minor units`;
    problems.add('amount', rowNo, detail);
    return 0;
  }
  return side === 'DR' && Number(text) !== 0 ? -Number(text) : Number(text);
}

/** What the account held is carried in, what it holds is left there: the rest was paid out. */
function footerOf(
  row: Row,
  section: Section,
  seen: Set<string>,
  problems: Problems,
): SettlementPart[] {
  const at = (index: number): string => row.cells[index]?.trim() ?? '';
  const before = begun(section, at(FOOTER.currency), row.rowNo, seen, problems);
  const total = (index: number): number => {
    if (/^\d{1,15}$/.test(at(index))) return Number(at(index));
    problems.add('amount', row.rowNo, `${quoted(at(index))} is no total of minor units`);
    return 0;
  };
  const balance = ([side, amount]: readonly [number, number]): number =>
    at(side) === 'DR' ? -total(amount) : total(amount);
  const { told } = section;
  const said = [...FOOTER.gross, ...FOOTER.fees].map(total);
  const ours = [told.CR, told.DR, told.feeCR, told.feeDR];
  if (said.some((minor, index) => minor !== ours[index])) {
    const detail = `bodies come to ${ours.join(', ')} and the footer says ${said.join(', ')}`;
    problems.add('row', row.rowNo, detail);
  }
  const [begins, ends] = [balance(FOOTER.begins), balance(FOOTER.ends)];
  const moved = told.CR - told.DR + told.feeCR - told.feeDR;
  if (begins + moved !== ends) {
    problems.add('row', row.rowNo, `${sum([begins, moved])} is left, the footer says ${ends}`);
  }
  section.isClosed = true;
  const carried = (description: string, amountMinor: number): SettlementLine => ({
    part: 'line',
    rowNo: row.rowNo,
    words: { transaction: 'balance', type: 'balance', description },
    amountMinor,
    transaction: null,
    lineRef: null,
    orderRef: null,
    paymentRef: null,
    sku: null,
    quantity: null,
    occurredAt: null,
  });
  return [
    ...before,
    ...(begins === 0 ? [] : [carried('beginning', begins)]),
    ...(ends === 0 ? [] : [carried('ending', -ends)]),
    { part: 'end', declaredNetMinor: null },
  ];
}
