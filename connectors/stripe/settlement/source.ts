/** Settlements of Stripe: a payout and what is in it, as a report or as the API tells it. */
import type { SettlementSource } from '../../../canonical/ports/settlement';
import { objectsOrTable } from '../../report-json';
import { delimitedRows } from '../../report-rows';
import { readTable } from '../../report-table';
import { decodedText } from '../../report-text';
import { readApiLines } from './api-lines';
import { STRIPE_CLASSES } from './classes';
import { RECONCILIATION } from './reconciliation';

export const stripeSettlements: SettlementSource = {
  name: 'stripe',
  read: (bytes) =>
    objectsOrTable(decodedText(bytes), {
      objects: readApiLines,
      table: (text) =>
        readTable(delimitedRows(text, { delimiter: ',', quotes: true }), (columns) =>
          columns.has('automatic_payout_id') ? RECONCILIATION : null,
        ),
    }),
  classes: STRIPE_CLASSES,
};
