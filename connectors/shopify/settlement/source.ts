/** Settlements of Shopify Payments: a payout and what is in it, exported or as the API tells it. */
import type { SettlementSource } from '../../../canonical/ports/settlement';
import { objectsOrTable } from '../../report-json';
import { delimitedRows } from '../../report-rows';
import { readTable } from '../../report-table';
import { decodedText } from '../../report-text';
import { readApiLines } from './api-lines';
import { SHOPIFY_CLASSES } from './classes';
import { TRANSACTIONS } from './transactions';

export const shopifySettlements: SettlementSource = {
  name: 'shopify',
  read: (bytes) =>
    objectsOrTable(decodedText(bytes), {
      objects: readApiLines,
      table: (text) =>
        readTable(delimitedRows(text, { delimiter: ',', quotes: true }), (columns) =>
          columns.has('payout status') ? TRANSACTIONS : null,
        ),
    }),
  classes: SHOPIFY_CLASSES,
};
