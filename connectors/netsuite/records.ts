/**
 * NetSuite's records for the audit. Read from the stand-in's lists: it answers one record by its id.
 * NetSuite itself has SuiteQL over `transaction` with `lastmodifieddate`; our key is the external id.
 */
import { postedPart, type OutsideRecord } from '../../canonical/ports/records';
import { minorOfDecimal, type Listed, type RecordLists } from '../listed-records';

const DEFAULT_CURRENCY = 'USD';

/** Money by side and account: `debit of 1200`. */
const postedOf = ({ lines, currency }: Listed): OutsideRecord['parts'] =>
  (lines ?? []).map(({ accountId = '', debit = 0, credit = 0 }) => {
    const [side, decimal] = debit > 0 ? (['debit', debit] as const) : (['credit', credit] as const);
    const quantity = minorOfDecimal(decimal, currency ?? DEFAULT_CURRENCY);
    return { name: postedPart(side, accountId), quantity };
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
  'journal-document': {
    path: 'journal_entries',
    fields: ['lines'],
    partsOf: postedOf,
    // Its transaction number, as a person reads it.
    referenceOf: ({ id }) => `JE${id}`,
  },
};
