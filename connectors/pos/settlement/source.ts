/** Batches of card sales at tills. */
import type { ClassRule, SettlementSource } from '../../../canonical/ports/settlement';
import { delimitedRows } from '../../report-rows';
import { readTable } from '../../report-table';
import { decodedText } from '../../report-text';
import { POS_BATCH } from './batch';

const CLASSES: readonly ClassRule[] = [
  { when: { transaction: 'SALES' }, class: 'sale' },
  { when: { transaction: 'REFUNDS' }, class: 'refund' },
  { when: { transaction: 'FEES', sign: 'positive' }, class: 'fee-returned' },
  { when: { transaction: 'FEES' }, class: 'processing-fee' },
  { when: { transaction: 'CHARGEBACKS', sign: 'positive' }, class: 'dispute-won' },
  { when: { transaction: 'CHARGEBACKS' }, class: 'dispute-opened' },
  { when: { transaction: 'ADJUSTMENTS' }, class: 'adjustment' },
  { when: { transaction: 'RESERVE', sign: 'positive' }, class: 'reserve-released' },
  { when: { transaction: 'RESERVE' }, class: 'reserve-held' },
];

export const posSettlements: SettlementSource = {
  name: 'pos',
  read: (bytes) =>
    readTable(delimitedRows(decodedText(bytes), { delimiter: ',', quotes: true }), (columns) =>
      columns.has('batch') ? POS_BATCH : null,
    ),
  classes: CLASSES,
};
