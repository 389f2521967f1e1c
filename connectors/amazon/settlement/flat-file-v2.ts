/**
 * Amazon's settlement report, flat file V2: an amount a row, and one row before them that says what
 * is paid. The columns are Amazon's:
 * https://developer-docs.amazon.com/sp-api/docs/settlement-reports-attributes
 */
import type { SettlementLine, SettlementPart } from '../../../canonical/ports/settlement';
import { quoted, type Problems } from '../../report-problems';
import {
  currencyIn,
  filled,
  instantIn,
  oneAfterAnother,
  orNull,
  unitsOf,
  type Cells,
  type Layout,
} from '../../report-table';
import { dateOf, localDecimal } from '../../report-values';

/** What Amazon writes under order-id of a fee is often a shipment's id, or nothing. */
const ORDER_ID = /^[A-Z0-9]{3}-\d{7}-\d{7}$/i;

export const amazonOrderRef = (cells: Cells): string | null => {
  const orderId = cells.of('order-id');
  return ORDER_ID.test(orderId) ? orderId : orNull(cells.of('merchant-order-id'));
};

/** Begins a settlement at the row that says what it pays. */
export function amazonHead(
  cells: Cells,
  problems: Problems,
  settlements: ReturnType<typeof oneAfterAnother>,
): SettlementPart[] {
  const currency = currencyIn(cells, 'currency', problems);
  if (currency === null) return [];
  const total = filled(
    cells,
    'total-amount',
    'amount',
    (text) => localDecimal(text, currency),
    problems,
  );
  return settlements.begin(
    {
      part: 'head',
      reference: cells.of('settlement-id'),
      account: null,
      currency,
      periodStart: instantIn(cells, 'settlement-start-date', problems),
      periodEnd: instantIn(cells, 'settlement-end-date', problems),
      payoutDate: filled(cells, 'deposit-date', 'date', dateOf, problems),
    },
    total,
    cells.rowNo,
  );
}

/** The settlement's currency where the row is one of its rows, else a problem. */
export function amazonCurrency(
  cells: Cells,
  problems: Problems,
  { current }: ReturnType<typeof oneAfterAnother>,
): string | null {
  const settlementId = cells.of('settlement-id');
  if (current?.reference !== settlementId) {
    const detail = `no row before it says what settlement ${quoted(settlementId)} pays`;
    problems.add('row', cells.rowNo, detail);
    return null;
  }
  const currency = cells.of('currency').toUpperCase();
  if (currency === '' || currency === current.currency) return current.currency;
  const detail = `${quoted(currency)} in a settlement in ${current.currency}`;
  problems.add('currency', cells.rowNo, detail);
  return null;
}

export const FLAT_FILE_V2: Layout = {
  required: [
    'settlement-id',
    'total-amount',
    'currency',
    'transaction-type',
    'amount-type',
    'amount-description',
    'amount',
  ],
  open(problems) {
    const settlements = oneAfterAnother(problems);
    return {
      row(cells) {
        const isBeginning =
          cells.of('total-amount') !== '' &&
          cells.of('settlement-id') !== settlements.current?.reference;
        const before = isBeginning ? amazonHead(cells, problems, settlements) : [];
        if (cells.of('transaction-type') === '' && cells.of('amount') === '') {
          if (!isBeginning) problems.add('row', cells.rowNo, 'neither an amount nor a total');
          return before;
        }
        const currency = amazonCurrency(cells, problems, settlements);
        const line = currency === null ? null : lineOf(cells, currency, problems);
        return line === null ? before : [...before, line];
      },
      end: () => settlements.end(),
    };
  },
};

function lineOf(cells: Cells, currency: string, problems: Problems): SettlementLine | null {
  const amountMinor = localDecimal(cells.of('amount'), currency);
  if (amountMinor === null) {
    const told = quoted(cells.of('amount'));
    problems.add('amount', cells.rowNo, `${told} under amount is no amount of ${currency}`);
    return null;
  }
  const postedAt = cells.of('posted-date-time') === '' ? 'posted-date' : 'posted-date-time';
  return {
    part: 'line',
    rowNo: cells.rowNo,
    words: {
      transaction: cells.of('transaction-type'),
      type: cells.of('amount-type'),
      description: cells.of('amount-description'),
    },
    amountMinor,
    transaction: null,
    // An order item has many rows: Amazon numbers none of them.
    lineRef: null,
    orderRef: amazonOrderRef(cells),
    paymentRef: null,
    sku: orNull(cells.of('sku')),
    quantity: filled(cells, 'quantity-purchased', 'row', unitsOf, problems),
    occurredAt: instantIn(cells, postedAt, problems),
  };
}
