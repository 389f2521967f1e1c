/**
 * Stripe's itemized payout reconciliation as CSV: a row a balance transaction, a settlement a
 * payout. Amounts are decimals here, where the API has integers; what is kept is gross less net.
 * https://docs.stripe.com/reports/report-types/payout-reconciliation
 */
import type { SettlementLine, SettlementPart } from '../../../canonical/ports/settlement';
import { parseDecimal } from '../../../canonical/rules/money/money';
import { grossAndFee } from '../../report-net';
import type { Problems } from '../../report-problems';
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
import { ORDER_ID } from '../metadata';

const AMOUNTS = ['gross', 'fee', 'net'] as const;

export const RECONCILIATION: Layout = {
  required: [
    'automatic_payout_id',
    'balance_transaction_id',
    'currency',
    ...AMOUNTS,
    'reporting_category',
  ],
  open(problems) {
    const payouts = oneAfterAnother(problems);
    return {
      row(cells) {
        const before = begin(cells, problems, payouts);
        const { current } = payouts;
        if (before === null || current === null) return [];
        const currency = currencyIn(cells, 'currency', problems);
        if (currency !== null && currency !== current.currency) {
          const detail = `${currency} in a payout in ${current.currency}`;
          problems.add('currency', cells.rowNo, detail);
        }
        return [...before, ...linesOf(cells, current.currency, problems)];
      },
      end: () => payouts.end(),
    };
  },
};

/** Null where the row is of no payout. */
function begin(
  cells: Cells,
  problems: Problems,
  payouts: ReturnType<typeof oneAfterAnother>,
): SettlementPart[] | null {
  const reference = cells.of('automatic_payout_id');
  if (reference === '') {
    // Of a manual payout Stripe does not say what is in it; others are not paid out yet.
    problems.add('row', cells.rowNo, 'no automatic payout: nothing says what pays it out');
    return null;
  }
  if (payouts.current?.reference === reference) return [];
  const currency = currencyIn(cells, 'currency', problems);
  if (currency === null) return null;
  const effectiveAt = cells.of('automatic_payout_effective_at_utc') === '' ? '' : '_utc';
  const column = `automatic_payout_effective_at${effectiveAt}`;
  const payoutDate = filled(cells, column, 'date', dateOf, problems);
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
    // The report says it in no column: the payout's own row does.
    null,
    cells.rowNo,
  );
}

function linesOf(cells: Cells, currency: string, problems: Problems): SettlementLine[] {
  const facing = transactionOf(cells, problems);
  const createdAt = cells.of('created_utc') === '' ? 'created' : 'created_utc';
  return grossAndFee(cells, AMOUNTS, currency, problems, (type, amountMinor) => ({
    part: 'line',
    rowNo: cells.rowNo,
    words: {
      transaction: cells.of('reporting_category'),
      type,
      description: cells.of('description'),
    },
    amountMinor,
    transaction: type === 'gross' && facing?.currency !== currency ? facing : null,
    lineRef: orNull(cells.of('balance_transaction_id')),
    orderRef: orNull(cells.of(`payment_metadata[${ORDER_ID}]`)),
    paymentRef:
      orNull(cells.of('charge_id')) ??
      orNull(cells.of('payment_intent_id')) ??
      orNull(cells.of('source_id')),
    sku: null,
    quantity: null,
    occurredAt: instantIn(cells, createdAt, problems),
  }));
}

/** What the buyer saw, where the report was asked to say it. */
function transactionOf(cells: Cells, problems: Problems): SettlementLine['transaction'] {
  if (cells.of('customer_facing_amount') === '') return null;
  const currency = currencyIn(cells, 'customer_facing_currency', problems);
  if (currency === null) return null;
  const read = (text: string) => parseDecimal(text, currency);
  const amountMinor = filled(cells, 'customer_facing_amount', 'amount', read, problems);
  return amountMinor === null ? null : { currency, amountMinor };
}
