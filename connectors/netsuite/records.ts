/**
 * NetSuite's records for the audit. Read from the stand-in's lists: it answers one record by its id.
 * NetSuite itself has SuiteQL over `transaction` with `lastmodifieddate`; our key is the external id.
 */
import type { OutsideRecord } from '../../canonical/ports/records';
import { minorOfDecimal, type Listed, type RecordLists } from '../listed-records';

const DEFAULT_CURRENCY = 'USD';

const sidesOf = ({ lines, currency }: Listed): OutsideRecord['parts'] =>
  (lines ?? []).map(({ debit = 0, credit = 0 }) => {
    const [name, decimal] = debit > 0 ? (['debit', debit] as const) : (['credit', credit] as const);
    return { name, quantity: minorOfDecimal(decimal, currency ?? DEFAULT_CURRENCY) };
  });

/** A sales order's lines have no number of ours: units and money by item. */
const itemsOf = ({ lines, currency }: Listed): OutsideRecord['parts'] =>
  (lines ?? []).flatMap(({ item, quantity = 0, amount = 0 }) => {
    const name = item?.refName ?? '';
    const minor = minorOfDecimal(amount, currency ?? DEFAULT_CURRENCY);
    return [
      { name, quantity },
      { name: `${name} in money`, quantity: minor },
    ];
  });

export const netsuiteRecords: RecordLists = {
  'sales-order': { path: 'sales_orders', fields: ['lines'], partsOf: itemsOf },
  'journal-document': { path: 'journal_entries', fields: ['lines'], partsOf: sidesOf },
};
