/**
 * AvaTax's records for the audit. Read from the stand-in's lists: it answers one transaction by its
 * code. AvaTax itself has `GET /api/v2/companies/{code}/transactions` with a `$filter` by date.
 */
import type { OutsideRecord } from '../../canonical/ports/records';
import { minorOfDecimal, type Listed, type RecordLists } from '../listed-records';

const DEFAULT_CURRENCY = 'USD';

export const avataxRecords: RecordLists = {
  'tax-invoice': {
    path: 'transactions',
    fields: ['taxMinor', 'model'],
    partsOf: ({ taxMinor, model, currency }) => [
      { name: 'tax', quantity: taxMinor ?? 0 },
      ...(model?.lines ?? []).flatMap((line) => lineParts(line, currency ?? DEFAULT_CURRENCY)),
    ],
  },
};

type Line = NonNullable<Listed['model']>['lines'][number];

function lineParts(line: Line, currency: string): OutsideRecord['parts'] {
  const name = `line ${line.lineNumber}`;
  return [
    { name, quantity: line.quantity, sku: line.itemCode ?? null },
    { name: `${name} net`, quantity: minorOfDecimal(line.lineAmount, currency) },
    { name: `${name} tax`, quantity: minorOfDecimal(line.tax, currency) },
  ];
}
