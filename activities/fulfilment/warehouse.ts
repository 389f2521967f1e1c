/** What a warehouse is asked: to take a fulfilment request, or to give back what has not left. */
import type { Warehouse } from '../../canonical/ports/warehouse';
import type { WarehouseEffects } from '../../canonical/flows/order';
import type { Database } from '../../store/database';
import { prepareRecall, recordRecall } from '../../moments/fulfilment/recall';
import { prepareRelease, recordRelease } from '../../moments/fulfilment/release';
import { performEffect } from '../effect';
import { unwanted } from '../still-due';

export function createWarehouseActivities(settings: {
  readonly db: Database;
  /** The account: `wms-main`. */
  readonly account: string;
  readonly warehouse: Warehouse;
}): WarehouseEffects {
  const { db, account, warehouse } = settings;
  return {
    releaseToWarehouse: (due) =>
      performEffect(db, {
        key: due.key,
        orderId: due.orderId,
        system: account,
        verb: 'release',
        unwanted: unwanted(due.key),
        prepare: () => prepareRelease(due),
        find: (request) => warehouse.findRequest(request),
        call: (request) => warehouse.request(request),
        record: (answer, begun) => recordRelease(db, due, answer, begun),
      }),
    // The same recall again has its first answer: there is nothing to look up.
    recallFromWarehouse: (due) =>
      performEffect(db, {
        key: due.key,
        orderId: due.orderId,
        system: account,
        verb: 'recall',
        prepare: () => prepareRecall(due),
        call: (request) => warehouse.recall(request),
        record: (answer) => recordRecall(db, due, answer),
      }),
  };
}
