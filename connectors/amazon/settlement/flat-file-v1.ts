/**
 * Amazon's settlement report before V2: a pair of columns for each kind of amount, several of which
 * a row may fill, and rows that only say how many were bought. Amazon makes none any more; archives
 * are full of them. https://developer-docs.amazon.com/sp-api/docs/report-type-values-settlement
 */
import type { SettlementLine } from '../../../canonical/ports/settlement';
import { quoted, type Problems } from '../../report-problems';
import {
  filled,
  instantIn,
  oneAfterAnother,
  orNull,
  unitsOf,
  type Cells,
  type Layout,
} from '../../report-table';
import { localDecimal } from '../../report-values';
import { amazonCurrency, amazonHead, amazonOrderRef } from './flat-file-v2';

/** A kind of amount: V2's word for it, the column of the amount, and the one that describes it. */
interface Kind {
  readonly type: string;
  readonly amount: string;
  /** Left out: the transaction's own type is the description, as of a reserve. */
  readonly description?: string;
}
const KINDS: readonly Kind[] = [
  { type: 'ItemPrice', amount: 'price-amount', description: 'price-type' },
  { type: 'ItemPrice', amount: 'item-price-amount', description: 'item-price-type' },
  { type: 'ItemFees', amount: 'item-related-fee-amount', description: 'item-related-fee-type' },
  { type: 'ShipmentFees', amount: 'shipment-fee-amount', description: 'shipment-fee-type' },
  { type: 'OrderFees', amount: 'order-fee-amount', description: 'order-fee-type' },
  { type: 'Promotion', amount: 'promotion-amount', description: 'promotion-type' },
  { type: 'DirectPayment', amount: 'direct-payment-amount', description: 'direct-payment-type' },
  {
    type: 'other-transaction',
    amount: 'other-fee-amount',
    description: 'other-fee-reason-description',
  },
  { type: 'other-transaction', amount: 'misc-fee-amount' },
  { type: 'other-transaction', amount: 'other-amount' },
];

export const FLAT_FILE_V1: Layout = {
  required: ['settlement-id', 'total-amount', 'currency', 'transaction-type', 'other-amount'],
  open(problems) {
    const settlements = oneAfterAnother(problems);
    return {
      row(cells) {
        if (cells.of('total-amount') !== '') return amazonHead(cells, problems, settlements);
        const currency = amazonCurrency(cells, problems, settlements);
        if (currency === null) return [];
        return KINDS.flatMap((kind) => lineOf(cells, kind, currency, problems) ?? []);
      },
      end: () => settlements.end(),
    };
  },
};

function lineOf(
  cells: Cells,
  { type, amount, description }: Kind,
  currency: string,
  problems: Problems,
): SettlementLine | null {
  const text = cells.of(amount);
  if (text === '') return null;
  const amountMinor = localDecimal(text, currency);
  if (amountMinor === null) {
    const detail = `${quoted(text)} under ${amount} is no amount of ${currency}`;
    problems.add('amount', cells.rowNo, detail);
    return null;
  }
  const transaction = cells.of('transaction-type');
  return {
    part: 'line',
    rowNo: cells.rowNo,
    words: {
      transaction,
      type,
      description: (description && cells.of(description)) || transaction,
    },
    amountMinor,
    transaction: null,
    lineRef: null,
    orderRef: amazonOrderRef(cells),
    paymentRef: null,
    sku: orNull(cells.of('sku')),
    quantity: filled(cells, 'quantity-purchased', 'row', unitsOf, problems),
    occurredAt: instantIn(cells, 'posted-date', problems),
  };
}
