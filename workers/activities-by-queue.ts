/** Which activities run on which account's queue. */
import type { Logger } from 'pino';
import { createChannelMoneyActivities, createPaymentActivities } from '../activities/payment/money';
import { createPostingActivities } from '../activities/delivery/post-batches';
import { createPublishingActivities } from '../activities/delivery/deliver-outbox';
import {
  channelDeliveries,
  erpDeliveries,
  notifierDeliveries,
  taxDeliveries,
  undoingDeliveries,
  type Deliveries,
} from '../activities/delivery/parties';
import { createQuoteActivities } from '../activities/pickup/quote';
import { createWarehouseActivities } from '../activities/fulfilment/warehouse';
import type { Connectors } from '../connectors/registry';
import type { Database } from '../store/database';
import { limitsOf } from './vendor-limits';

export interface ActivitySettings {
  readonly db: Database;
  readonly log: Logger;
  readonly connectors: Connectors;
}

/** `payment.stripe-us` → its activities; every account that is set up has a queue. */
export function activitiesByQueue(settings: ActivitySettings): Map<string, object> {
  const { db, connectors } = settings;
  const queues = new Map<string, object>();
  const add = (queue: string, activities: object) =>
    queues.set(queue, { ...queues.get(queue), ...activities });
  for (const [account, gateway] of Object.entries(connectors.paymentGateways)) {
    add(`payment.${account}`, createPaymentActivities({ db, account, gateway }));
  }
  for (const [account, channel] of Object.entries(connectors.salesChannels)) {
    const queue = `commerce.${account}`;
    const mover = connectors.moneyMovers[account];
    if (mover) add(queue, createChannelMoneyActivities({ db, account, mover }));
    const deliveries = { ...channelDeliveries(channel), ...undoingDeliveries(channel, mover) };
    add(queue, publishing(settings, queue, account, deliveries));
  }
  for (const [account, warehouse] of Object.entries(connectors.warehouses)) {
    add(`wms.${account}`, createWarehouseActivities({ db, account, warehouse }));
  }
  for (const [account, erp] of Object.entries(connectors.erps)) {
    const queue = `erp.${account}`;
    add(queue, publishing(settings, queue, account, erpDeliveries(erp)));
    add(queue, createPostingActivities({ ...settings, erpInstance: account, erp }));
  }
  for (const [account, tax] of Object.entries(connectors.taxServices)) {
    add(`tax.${account}`, publishing(settings, `tax.${account}`, account, taxDeliveries(tax)));
    add(`tax.${account}`, createQuoteActivities({ db, account, tax }));
  }
  for (const [account, notifier] of Object.entries(connectors.notifiers)) {
    const queue = `notification.${account}`;
    add(queue, publishing(settings, queue, account, notifierDeliveries(notifier)));
  }
  return queues;
}

function publishing(
  { db, log }: ActivitySettings,
  destination: string,
  account: string,
  deliveries: Deliveries,
): object {
  const concurrency = limitsOf(destination).deliveriesAtOnce;
  return createPublishingActivities({ db, log, destination, account, deliveries, concurrency });
}
