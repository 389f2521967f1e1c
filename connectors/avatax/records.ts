/**
 * AvaTax's records for the audit. Read from the stand-in's lists: it answers one transaction by its
 * code. AvaTax itself has `GET /api/v2/companies/{code}/transactions` with a `$filter` by date.
 */
import type { RecordLists } from '../listed-records';

export const avataxRecords: RecordLists = {
  'tax-invoice': {
    path: 'transactions',
    fields: ['taxMinor'],
    partsOf: ({ taxMinor }) => [{ name: 'tax', quantity: taxMinor ?? 0 }],
  },
};
