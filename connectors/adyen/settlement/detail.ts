/**
 * Adyen's settlement detail report: a row a booking of a batch, debits and credits in columns of
 * their own, what was kept of it in others. The batch's own row, MerchantPayout, says what it pays.
 * https://docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report
 */
import type { SettlementLine, SettlementPart } from '../../../canonical/ports/settlement';
import { parseDecimal, sum } from '../../../canonical/rules/money/money';
import { quoted, type Problems } from '../../report-problems';
import {
  currencyIn,
  filled,
  oneAfterAnother,
  orNull,
  type Cells,
  type Layout,
} from '../../report-table';
import { instantOf } from '../../report-values';

/** What is kept of a booking; each above zero. */
const FEES = ['commission (nc)', 'markup (nc)', 'scheme fees (nc)', 'interchange (nc)'] as const;

export const SETTLEMENT_DETAIL: Layout = {
  required: [
    ...['merchant account', 'psp reference', 'merchant reference', 'creation date', 'type'],
    ...['gross currency', 'gross debit (gc)', 'gross credit (gc)', 'net currency'],
    ...['net debit (nc)', 'net credit (nc)', 'batch number'],
  ],
  open(problems) {
    const batches = oneAfterAnother(problems);
    return {
      row(cells) {
        const currency = currencyIn(cells, 'net currency', problems);
        if (currency === null) return [];
        const before = begin(cells, currency, problems, batches);
        if (batches.current && batches.current.currency !== currency) {
          const detail = `${currency} in a batch in ${batches.current.currency}`;
          problems.add('currency', cells.rowNo, detail);
        }
        return [...before, ...linesOf(cells, currency, problems)];
      },
      end: () => batches.end(),
    };
  },
};

function begin(
  cells: Cells,
  currency: string,
  problems: Problems,
  batches: ReturnType<typeof oneAfterAnother>,
): SettlementPart[] {
  const account = cells.of('merchant account');
  // Batches are numbered by merchant account.
  const reference = `${account}-${cells.of('batch number')}`;
  if (cells.of('batch number') === '') problems.add('row', cells.rowNo, 'no batch number');
  if (batches.current?.reference === reference) return [];
  return batches.begin(
    {
      part: 'head',
      reference,
      account,
      currency,
      periodStart: null,
      periodEnd: null,
      payoutDate: null,
    },
    null,
    cells.rowNo,
  );
}

function linesOf(cells: Cells, currency: string, problems: Problems): SettlementLine[] {
  const net = balanceOf(cells, 'net debit (nc)', 'net credit (nc)', currency, problems);
  const fees = FEES.map((column) => ({
    column,
    minor: filled(cells, column, 'amount', (text) => parseDecimal(text, currency), problems) ?? 0,
  }));
  const grossCurrency =
    cells.of('gross currency') === '' ? currency : currencyIn(cells, 'gross currency', problems);
  if (net === null || grossCurrency === null) return [];
  const gross = balanceOf(cells, 'gross debit (gc)', 'gross credit (gc)', grossCurrency, problems);
  if (gross === null) return [];
  const moved = net + sum(fees.map(({ minor }) => minor));
  const line = (type: string, amountMinor: number): SettlementLine =>
    lineOf(cells, type, amountMinor, problems);
  const kept = fees.filter(({ minor }) => minor !== 0);
  const feeLines = kept.map(({ column, minor }) => line(column.replace(' (nc)', ''), -minor));
  // A fee or a payout has no gross of its own.
  if (gross === 0) return [line('net', moved), ...feeLines];
  if (grossCurrency !== currency) {
    const transaction = { currency: grossCurrency, amountMinor: gross };
    return [{ ...line('gross', moved), transaction }, ...feeLines];
  }
  // What a chargeback costs is in no column: it is what net and gross differ by.
  const rest = moved - gross;
  return [line('gross', gross), ...feeLines, ...(rest === 0 ? [] : [line('difference', rest)])];
}

/** Credit less debit; one of them is filled, or neither. */
function balanceOf(
  cells: Cells,
  debit: string,
  credit: string,
  currency: string,
  problems: Problems,
): number | null {
  const [out, into] = [debit, credit].map((column) => {
    const text = cells.of(column);
    const minor = text === '' ? 0 : parseDecimal(text, currency);
    if (minor === null) {
      const detail = `${quoted(text)} under ${column} is no amount of ${currency}`;
      problems.add('amount', cells.rowNo, detail);
    }
    return minor;
  });
  return typeof out === 'number' && typeof into === 'number' ? into - out : null;
}

function lineOf(
  cells: Cells,
  type: string,
  amountMinor: number,
  problems: Problems,
): SettlementLine {
  return {
    part: 'line',
    rowNo: cells.rowNo,
    words: { transaction: cells.of('type'), type, description: cells.of('payment method') },
    amountMinor,
    transaction: null,
    // A capture and a refund have a reference of their own beside the payment's.
    lineRef: orNull(cells.of('modification reference')),
    orderRef: orNull(cells.of('merchant reference')),
    paymentRef: orNull(cells.of('psp reference')),
    sku: null,
    quantity: null,
    occurredAt: occurredAt(cells, problems),
  };
}

/** Adyen names the zone in a column beside the date. */
function occurredAt(cells: Cells, problems: Problems): string | null {
  const zone = cells.of('timezone');
  const read = (text: string) => instantOf(`${text} ${zone}`.trim());
  return filled(cells, 'creation date', 'date', read, problems);
}
