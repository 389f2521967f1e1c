/** Settlements of PayPal: a day of an account in a currency. */
import type { SettlementSource } from '../../../canonical/ports/settlement';
import { delimitedRows } from '../../report-rows';
import { decodedText } from '../../report-text';
import { PAYPAL_CLASSES } from './classes';
import { readSettlementReport } from './report';

export const paypalSettlements: SettlementSource = {
  name: 'paypal',
  read: (bytes) =>
    readSettlementReport(delimitedRows(decodedText(bytes), { delimiter: ',', quotes: true })),
  classes: PAYPAL_CLASSES,
};
