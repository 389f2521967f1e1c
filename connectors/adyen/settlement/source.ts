/** Settlements of Adyen: its batches and what is in each. */
import type { SettlementSource } from '../../../canonical/ports/settlement';
import { delimitedRows } from '../../report-rows';
import { readTable } from '../../report-table';
import { decodedText } from '../../report-text';
import { ADYEN_CLASSES } from './classes';
import { SETTLEMENT_DETAIL } from './detail';

export const adyenSettlements: SettlementSource = {
  name: 'adyen',
  read: (bytes) =>
    readTable(delimitedRows(decodedText(bytes), { delimiter: ',', quotes: true }), (columns) =>
      columns.has('batch number') ? SETTLEMENT_DETAIL : null,
    ),
  classes: ADYEN_CLASSES,
};
