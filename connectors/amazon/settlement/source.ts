/** Settlements of Amazon's marketplaces, as the reports service and Seller Central give them. */
import type { SettlementSource } from '../../../canonical/ports/settlement';
import { delimitedRows } from '../../report-rows';
import { readTable, type Layout } from '../../report-table';
import { decodedText, type Encoding } from '../../report-text';
import { AMAZON_CLASSES } from './classes';
import { FLAT_FILE_V1 } from './flat-file-v1';
import { FLAT_FILE_V2 } from './flat-file-v2';

/** The Japanese marketplace's files are Shift-JIS; others that are no UTF-8 are Latin-1. */
const encodingOf = (beginning: string): Encoding =>
  /\tJPY\t|amazon\.co\.jp/i.test(beginning) ? 'shift_jis' : 'windows-1252';

export const amazonSettlements: SettlementSource = {
  name: 'amazon',
  read: (bytes) =>
    readTable(
      delimitedRows(decodedText(bytes, encodingOf), { delimiter: '\t', quotes: false }),
      layoutOf,
    ),
  classes: AMAZON_CLASSES,
};

function layoutOf(columns: ReadonlySet<string>): Layout | null {
  if (!columns.has('settlement-id')) return null;
  return columns.has('amount-description') || !columns.has('other-amount')
    ? FLAT_FILE_V2
    : FLAT_FILE_V1;
}
