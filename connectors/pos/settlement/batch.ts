/**
 * A processor's batch of card sales at tills, by card brand. Processors have no common form: this is
 * ours, and whoever sends another makes this of it. A batch begins with its row `BATCH`, whose amount
 * is what is paid; the rows after it are its brands' sales, refunds, fees and what else there was.
 */
import type { SettlementLine } from '../../../canonical/ports/settlement';
import { amountIn } from '../../report-net';
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
import { dateOf } from '../../report-values';

const BEGINNING = 'BATCH';

export const POS_BATCH: Layout = {
  required: [
    ...['batch', 'merchant', 'business date', 'currency', 'record', 'brand', 'amount'],
    ...['count', 'reference'],
  ],
  open(problems) {
    const batches = oneAfterAnother(problems);
    return {
      row(cells) {
        const currency = currencyIn(cells, 'currency', problems);
        const amountMinor =
          currency === null ? null : amountIn(cells, 'amount', currency, problems);
        if (currency === null || amountMinor === null) return [];
        if (cells.of('record').toUpperCase() === BEGINNING) {
          const payoutDate = filled(cells, 'business date', 'date', dateOf, problems);
          const reference = cells.of('batch');
          const account = cells.of('merchant');
          return batches.begin(
            {
              part: 'head',
              reference,
              account,
              currency,
              periodStart: null,
              periodEnd: null,
              payoutDate,
            },
            amountMinor,
            cells.rowNo,
          );
        }
        return isOf(cells, currency, batches, problems)
          ? [lineOf(cells, amountMinor, problems)]
          : [];
      },
      end: () => batches.end(),
    };
  },
};

function isOf(
  cells: Cells,
  currency: string,
  { current }: ReturnType<typeof oneAfterAnother>,
  problems: Problems,
): boolean {
  if (current?.reference !== cells.of('batch')) {
    problems.add('row', cells.rowNo, `batch ${quoted(cells.of('batch'))} has not begun`);
    return false;
  }
  if (current.currency === currency) return true;
  problems.add('currency', cells.rowNo, `${currency} in a batch in ${current.currency}`);
  return false;
}

const lineOf = (cells: Cells, amountMinor: number, problems: Problems): SettlementLine => ({
  part: 'line',
  rowNo: cells.rowNo,
  words: {
    transaction: cells.of('record'),
    type: cells.of('brand'),
    description: cells.of('description'),
  },
  amountMinor,
  transaction: null,
  lineRef: null,
  orderRef: null,
  paymentRef: orNull(cells.of('reference')),
  sku: null,
  quantity: filled(cells, 'count', 'row', unitsOf, problems),
  occurredAt: instantIn(cells, 'business date', problems),
});
