/**
 * Reports as vendors write them, of any content: each generator gives the text, what it declares, and
 * how to change one of its amounts. They are written from the vendors' column lists, not from our
 * readers.
 */
import fc from 'fast-check';
import { formatDecimal } from '../../canonical/rules/money/money';

export interface Report {
  readonly text: string;
  readonly settlements: readonly {
    readonly reference: string;
    readonly currency: string;
    readonly netMinor: number;
    readonly rows: number;
  }[];
  /** The same report, one of its amounts another by that much (not zero). */
  changed(which: number, byMinor: number): string;
}

export const CURRENCIES = ['USD', 'EUR', 'JPY', 'KWD', 'SEK'] as const;
export const currency = fc.constantFrom(...CURRENCIES);
export const amount = fc.integer({ min: -5_000_000, max: 5_000_000 });
export const below = (value: number, length: number): number => Math.abs(value) % length;

/** Rows of which one cell is an amount; the generator says which rows and how it is written. */
export function changeable(
  rows: readonly string[][],
  amounts: readonly { readonly row: number; readonly column: number; readonly write: Write }[],
  join: (rows: readonly string[][]) => string,
): Pick<Report, 'text' | 'changed'> {
  return {
    text: join(rows),
    changed(which, byMinor) {
      const at = amounts[below(which, amounts.length)];
      if (!at) throw new RangeError('a report without amounts');
      const copy = rows.map((row) => [...row]);
      const row = copy[at.row];
      if (!row) throw new RangeError('no such row');
      row[at.column] = at.write(byMinor);
      return join(copy);
    },
  };
}
/** The cell's amount, and a difference added to it, as the vendor writes it. */
export type Write = (byMinor: number) => string;

const AMAZON_COLUMNS = [
  'settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency',
  'transaction-type order-id merchant-order-id adjustment-id shipment-id marketplace-name',
  'amount-type amount-description amount fulfillment-id posted-date posted-date-time',
  'order-item-code merchant-order-item-id merchant-adjustment-item-id sku quantity-purchased',
  'promotion-id',
]
  .join(' ')
  .split(' ');

const AMAZON_WORDS = fc.constantFrom(
  ['Order', 'ItemPrice', 'Principal'],
  ['Order', 'ItemPrice', 'Tax'],
  ['Order', 'ItemPrice', 'Shipping'],
  ['order', 'ITEMFEES', 'commission'],
  ['Order', 'ItemFees', 'MarketplaceFacilitatorTax-Principal'],
  ['Order', 'ItemWithheldTax', 'MarketplaceFacilitatorTax-Shipping'],
  ['Order', 'Promotion', 'Shipping'],
  ['Refund', 'ItemPrice', 'Principal'],
  ['Refund', 'ItemFees', 'RefundCommission'],
  ['Chargeback Refund', 'ItemPrice', 'Principal'],
  ['Order_Retrocharge', 'ItemPrice', 'Tax'],
  ['Shipment', 'Shipment-Fees', 'FBAPerOrderFulfillmentFee'],
  ['ServiceFee', 'Cost of Advertising', 'TransactionTotalAmount'],
  ['ServiceFee', 'other-transaction', 'Storage Fee'],
  ['other-transaction', 'other-transaction', 'Shipping label purchase'],
  ['other-transaction', 'FBA Inventory Reimbursement', 'WAREHOUSE_DAMAGE'],
  ['other-transaction', 'other-transaction', 'Current Reserve Amount'],
);

/** How a country's reports write decimals, with points where there is a fraction. */
const LOCAL: readonly ((decimal: string) => string)[] = [
  (decimal) => decimal,
  (decimal) => decimal.replace('.', ','),
  (decimal) => {
    const [whole = '', fraction] = decimal.split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '.');
    return fraction === undefined ? grouped : `${grouped},${fraction}`;
  },
];

export const amazonV2: fc.Arbitrary<Report> = fc
  .array(
    fc.record({
      reference: fc.integer({ min: 10_000_000_000, max: 99_999_999_999 }).map(String),
      currency,
      local: fc.constantFrom(...LOCAL),
      lines: fc.array(fc.tuple(AMAZON_WORDS, amount), { minLength: 1, maxLength: 12 }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .filter((all) => new Set(all.map((one) => one.reference)).size === all.length)
  .map((settlements) => {
    const rows: string[][] = [[...AMAZON_COLUMNS]];
    const amounts: { row: number; column: number; write: Write }[] = [];
    const row = (cells: Readonly<Record<string, string>>) =>
      rows.push(AMAZON_COLUMNS.map((column) => cells[column] ?? ''));
    const told = settlements.map(({ reference, currency: code, local, lines }) => {
      const netMinor = lines.reduce((total, [, minor]) => total + minor, 0);
      const writer =
        (minor: number): Write =>
        (by) =>
          local(formatDecimal(minor + by, code));
      const add = (column: string, minor: number, cells: Record<string, string>) => {
        const write = writer(minor);
        const at = { row: rows.length, column: AMAZON_COLUMNS.indexOf(column), write };
        amounts.push(at);
        row({ 'settlement-id': reference, currency: code, [column]: write(0), ...cells });
      };
      add('total-amount', netMinor, {
        'settlement-start-date': '2026-06-16 00:00:00 UTC',
        'settlement-end-date': '30.06.2026 23:59:59 UTC',
        'deposit-date': '2026-07-02 00:00:00 UTC',
      });
      for (const [[transaction = '', type = '', description = ''], minor] of lines) {
        add('amount', minor, {
          'transaction-type': transaction,
          'amount-type': type,
          'amount-description': description,
          'order-id': '114-8829371-4410258',
          'posted-date-time': '2026-06-17 08:14:22 UTC',
        });
      }
      return { reference, currency: code, netMinor, rows: lines.length };
    });
    const join = (all: readonly string[][]) => all.map((cells) => `${cells.join('\t')}\n`).join('');
    return { ...changeable(rows, amounts, join), settlements: told };
  });

const STRIPE_COLUMNS = [
  'automatic_payout_id automatic_payout_effective_at_utc balance_transaction_id created_utc',
  'available_on_utc currency gross fee net reporting_category source_id description',
  'payment_intent_id charge_id payment_metadata[order_id]',
]
  .join(' ')
  .split(' ');

const STRIPE_CATEGORIES = fc.constantFrom(
  ...['charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal', 'fee', 'network_cost'],
  ...['partial_capture_reversal', 'payout_reversal', 'risk_reserved_funds', 'tax', 'transfer'],
);

/** A description that a spreadsheet would quote. */
const DESCRIPTION = fc.constantFrom(
  '',
  'Payment for order 1001',
  'Socks, two pairs',
  'a "new" one',
  'a\nb',
);
const csvCell = (text: string): string =>
  /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
export const csvText = (rows: readonly string[][]): string =>
  rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');

export const stripeReconciliation: fc.Arbitrary<Report> = fc
  .array(
    fc.record({
      currency,
      lines: fc.array(
        fc.record({
          category: STRIPE_CATEGORIES,
          gross: amount,
          fee: fc.integer({ min: -9_000, max: 9_000 }),
          description: DESCRIPTION,
        }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((payouts) => {
    const rows: string[][] = [[...STRIPE_COLUMNS]];
    const amounts: { row: number; column: number; write: Write }[] = [];
    const told = payouts.map(({ currency: code, lines }, index) => {
      const reference = `po_${index}`;
      const netMinor = lines.reduce((total, { gross, fee }) => total + gross - fee, 0);
      const add = (category: string, minors: readonly number[], description: string) => {
        const writes = minors.map(
          (minor): Write =>
            (by) =>
              formatDecimal(minor + by, code),
        );
        amounts.push(
          ...writes.map((write, at) => ({
            row: rows.length,
            column: STRIPE_COLUMNS.indexOf(['gross', 'fee', 'net'][at] ?? ''),
            write,
          })),
        );
        rows.push([
          ...[reference, '2026-06-03 00:00:00', `txn_${rows.length}`, '2026-06-01 12:00:05'],
          ...['2026-06-03 00:00:00', code.toLowerCase(), ...writes.map((write) => write(0))],
          ...[category, `src_${rows.length}`, description, 'pi_1', 'ch_1', 'ord_1'],
        ]);
      };
      for (const { category, gross, fee, description } of lines) {
        add(category, [gross, fee, gross - fee], description);
      }
      add('payout', [-netMinor, 0, -netMinor], 'STRIPE PAYOUT');
      return { reference, currency: code, netMinor, rows: lines.length + 1 };
    });
    return { ...changeable(rows, amounts, csvText), settlements: told };
  });

const V1_COLUMNS = [
  'settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency',
  'transaction-type order-id merchant-order-id adjustment-id shipment-id marketplace-name',
  'shipment-fee-type shipment-fee-amount order-fee-type order-fee-amount fulfillment-id posted-date',
  'order-item-code sku quantity-purchased price-type price-amount item-related-fee-type',
  'item-related-fee-amount misc-fee-amount other-fee-amount other-fee-reason-description',
  'promotion-id promotion-type promotion-amount direct-payment-type direct-payment-amount',
  'other-amount',
]
  .join(' ')
  .split(' ');

/** Transaction, the amount's column, and the column and word that describe it. */
const V1_KINDS = fc.constantFrom(
  ['Order', 'price-amount', 'price-type', 'Principal'],
  ['Order', 'price-amount', 'price-type', 'ShippingTax'],
  ['Refund', 'price-amount', 'price-type', 'Principal'],
  ['Order', 'item-related-fee-amount', 'item-related-fee-type', 'Commission'],
  ['Order', 'shipment-fee-amount', 'shipment-fee-type', 'FBAPerOrderFulfillmentFee'],
  ['Order', 'promotion-amount', 'promotion-type', 'Shipping'],
  ['Storage Fee', 'other-amount', '', ''],
  ['Current Reserve Amount', 'other-amount', '', ''],
  ['Previous Reserve Amount Balance', 'other-amount', '', ''],
);

export const amazonV1: fc.Arbitrary<Report> = fc
  .record({
    currency,
    lines: fc.array(fc.tuple(V1_KINDS, amount), { minLength: 1, maxLength: 12 }),
  })
  .map(({ currency: code, lines }) => {
    const rows: string[][] = [[...V1_COLUMNS]];
    const amounts: { row: number; column: number; write: Write }[] = [];
    const netMinor = lines.reduce((total, [, minor]) => total + minor, 0);
    const add = (column: string, minor: number, cells: Record<string, string>) => {
      const write: Write = (by) => formatDecimal(minor + by, code);
      amounts.push({ row: rows.length, column: V1_COLUMNS.indexOf(column), write });
      const all: Record<string, string> = { 'settlement-id': '6016', [column]: write(0), ...cells };
      rows.push(V1_COLUMNS.map((name) => all[name] ?? ''));
    };
    add('total-amount', netMinor, {
      currency: code,
      'settlement-start-date': '2015-12-02T03:27:08+00:00',
      'deposit-date': '2015-12-18T03:27:08+00:00',
    });
    for (const [[transaction = '', column = '', described = '', word = ''], minor] of lines) {
      add(column, minor, {
        'transaction-type': transaction,
        ...(described && { [described]: word }),
      });
    }
    const join = (all: readonly string[][]) => all.map((cells) => `${cells.join('\t')}\n`).join('');
    const told = [{ reference: '6016', currency: code, netMinor, rows: lines.length }];
    return { ...changeable(rows, amounts, join), settlements: told };
  });
