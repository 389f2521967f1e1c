/**
 * The warehouse's records for the audit. Its API shows one request by its id and lists none, so they
 * are read from the stand-in's lists; a warehouse gives its day's requests and recalls as a report.
 */
import type { AccountRecords } from '../../canonical/ports/records';
import { listedRecords, unitsByLine } from '../listed-records';

export const warehouseRecords = (baseUrl: string): AccountRecords =>
  listedRecords(baseUrl, {
    'fulfilment-request': { path: 'fulfilment_requests', partsOf: unitsByLine },
    recall: { path: 'cancellations', partsOf: unitsByLine },
  });
