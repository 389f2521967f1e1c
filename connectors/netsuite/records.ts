/**
 * NetSuite's records for the audit. Read from the stand-in's lists: it answers one record by its id.
 * NetSuite itself has SuiteQL over `transaction` with `lastmodifieddate`; our key is the external id.
 */
import type { OutsideRecord } from '../../canonical/ports/records';
import type { Listed, RecordLists } from '../listed-records';

const MINOR_UNITS = 100;
/** The stand-in keeps decimals with two digits: every demo currency has two. */
const minorOf = (decimal: number): number => Math.round(decimal * MINOR_UNITS);

const sidesOf = ({ lines }: Listed): OutsideRecord['parts'] =>
  (lines ?? []).map(({ debit = 0, credit = 0 }) =>
    debit > 0
      ? { name: 'debit', quantity: minorOf(debit) }
      : { name: 'credit', quantity: minorOf(credit) },
  );

export const netsuiteRecords: RecordLists = {
  'sales-order': { path: 'sales_orders' },
  'journal-document': { path: 'journal_entries', fields: ['lines'], partsOf: sidesOf },
};
