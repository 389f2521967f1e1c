/**
 * Maintenance: gives up what is done with, in bounded batches. One leader by lease among all
 * workers; a batch that was done twice does nothing the second time.
 */
import type { Logger } from 'pino';
import type { Database } from '../store/database';
import { giveUpBatch } from '../store/retention/retention';
import { runAsLeader } from './loop';

/** Longer than the longest rest: a leader keeps it over its rests. */
const LEASE_MS = 90_000;
const IDLE_MS = 30_000;
/** Between two batches: buyers and flows have the server meanwhile. */
const BUSY_MS = 250;
const ORDERS_AT_ONCE = 200;
const KEYS_AT_ONCE = 2_000;

export interface MaintenanceSettings {
  readonly db: Database;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly orderDays: number;
  readonly keyDays: number;
}

export async function runMaintenance(settings: MaintenanceSettings): Promise<void> {
  const { db, log, orderDays, keyDays } = settings;
  await runAsLeader({
    ...settings,
    name: 'maintenance',
    leaseMs: LEASE_MS,
    idleMs: IDLE_MS,
    busyMs: BUSY_MS,
    async tick() {
      const limits = { ordersAtOnce: ORDERS_AT_ONCE, keysAtOnce: KEYS_AT_ONCE };
      const givenUp = await giveUpBatch(db, { orderDays, keyDays, ...limits });
      if (givenUp.orders + givenUp.keys + givenUp.shadow > 0)
        log.info(givenUp, 'given up what is done with');
      const { orders, keys, shadow } = givenUp;
      return orders === ORDERS_AT_ONCE || shadow === ORDERS_AT_ONCE || keys === KEYS_AT_ONCE;
    },
  });
}
