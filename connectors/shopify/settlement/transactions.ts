/**
 * Shopify Payments: the export of a payout's transactions. Rows of one payout stand together where
 * the export is of payouts; one of all transactions mixes them and is refused. What a payout comes
 * to is in no column: a row `payout` says it, where there is one.
 * https://help.shopify.com/en/manual/finance/shopify-payments/payouts
 */
import type { SettlementLine, SettlementPart } from '../../../canonical/ports/settlement';
import { parseDecimal } from '../../../canonical/rules/money/money';
import { grossAndFee } from '../../report-net';
import { quoted, type Problems } from '../../report-problems';
import {
  currencyIn,
  filled,
  instantIn,
  oneAfterAnother,
  orNull,
  type Cells,
  type Layout,
} from '../../report-table';
import { dateOf } from '../../report-values';

const AMOUNTS = ['amount', 'fee', 'net'] as const;

export const TRANSACTIONS: Layout = {
  required: ['transaction date', 'type', 'order', 'payout date', 'currency', ...AMOUNTS],
  open(problems) {
    const payouts = oneAfterAnother(problems);
    return {
      row(cells) {
        const currency = currencyIn(cells, 'currency', problems);
        const before = currency === null ? null : begin(cells, currency, problems, payouts);
        if (before === null || currency === null) return [];
        if (payouts.current && payouts.current.currency !== currency) {
          const detail = `${currency} in a payout in ${payouts.current.currency}`;
          problems.add('currency', cells.rowNo, detail);
        }
        return [...before, ...linesOf(cells, currency, problems)];
      },
      end: () => payouts.end(),
    };
  },
};

/** Null where the row is of no payout. */
function begin(
  cells: Cells,
  currency: string,
  problems: Problems,
  payouts: ReturnType<typeof oneAfterAnother>,
): SettlementPart[] | null {
  const payoutDate = filled(cells, 'payout date', 'date', dateOf, problems);
  // Exports of some years ago have no id: a shop has one payout a day in a currency.
  const reference = cells.of('payout id') || payoutDate;
  if (!reference) {
    const status = quoted(cells.of('payout status'));
    problems.add('row', cells.rowNo, `no payout yet (${status}): export the payout's transactions`);
    return null;
  }
  if (payouts.current?.reference === reference) return [];
  return payouts.begin(
    {
      part: 'head',
      reference,
      account: null,
      currency,
      periodStart: null,
      periodEnd: null,
      payoutDate,
    },
    null,
    cells.rowNo,
  );
}

function linesOf(cells: Cells, currency: string, problems: Problems): SettlementLine[] {
  const presented = presentedOf(cells, problems);
  return grossAndFee(cells, AMOUNTS, currency, problems, (type, amountMinor) => ({
    part: 'line',
    rowNo: cells.rowNo,
    words: { transaction: cells.of('type'), type, description: cells.of('card brand') },
    amountMinor,
    transaction: type === 'gross' && presented?.currency !== currency ? presented : null,
    lineRef: null,
    orderRef: orNull(cells.of('order')),
    paymentRef: orNull(cells.of('checkout').replace(/^#/, '')),
    sku: null,
    quantity: null,
    occurredAt: instantIn(cells, 'transaction date', problems),
  }));
}

/** What the buyer paid in, where it is told. */
function presentedOf(cells: Cells, problems: Problems): SettlementLine['transaction'] {
  if (cells.of('presentment amount') === '' || cells.of('presentment currency') === '') return null;
  const currency = currencyIn(cells, 'presentment currency', problems);
  if (currency === null) return null;
  const read = (text: string) => parseDecimal(text, currency);
  const amountMinor = filled(cells, 'presentment amount', 'amount', read, problems);
  return amountMinor === null ? null : { currency, amountMinor };
}
