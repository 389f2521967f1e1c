/** Errors that say something of the store, not of what was asked of it. */
import { sqlState } from './database';

/** Postgres is away, full, or kept us waiting: 08 connection, 53 resources, 55P03/57 locks, time. */
const AWAY_STATES = /^(08...|53...|55P03|57...|40001|40P01)$/;
const AWAY_ERRNOS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT']);
const POOL_MESSAGES =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|Cannot use a pool/;
const DISK_FULL = '53100';

/** True where the store, not the request, is why something failed, and it may pass. */
export function isStoreAway(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  if (AWAY_STATES.test(state) || AWAY_ERRNOS.has(state)) return true;
  return error instanceof Error && POOL_MESSAGES.test(error.message);
}

/** True where there was no room to write it: its transaction left nothing behind. */
export function isStoreFull(error: unknown): boolean {
  return sqlState(error) === DISK_FULL;
}
