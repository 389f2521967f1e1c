/**
 * The warehouse's records for the audit. Its API shows one request by its id and lists none, so they
 * are read from the stand-in's lists; a warehouse gives its day's requests and recalls as a report.
 */
import { unitsByLine, type RecordLists } from '../listed-records';

export const warehouseRecords: RecordLists = {
  'fulfilment-request': {
    path: 'fulfilment_requests',
    fields: ['lines', 'shipTo'],
    partsOf: unitsByLine,
    addressOf: ({ shipTo }) => shipTo,
  },
  shipment: { path: 'shipments', fields: ['lines'], partsOf: unitsByLine },
  recall: { path: 'cancellations', fields: ['lines'], partsOf: unitsByLine },
};
