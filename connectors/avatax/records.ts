/**
 * AvaTax's records for the audit. Read from the stand-in's lists: it answers one transaction by its
 * code. AvaTax itself has `GET /api/v2/companies/{code}/transactions` with a `$filter` by date.
 */
import type { AccountRecords } from '../../canonical/ports/records';
import { listedRecords } from '../listed-records';

export const avataxRecords = (baseUrl: string): AccountRecords =>
  listedRecords(baseUrl, {
    'tax-invoice': {
      path: 'transactions',
      partsOf: ({ taxMinor }) => [{ name: 'tax', quantity: taxMinor ?? 0 }],
    },
  });
