/**
 * One reconciliation: an audit of what was written since the last clean one, or of the whole where
 * that is due, and what it found named to its owners.
 */
import type { Logger } from 'pino';
import type { Reconciled, ReconciliationActivities } from '../../canonical/flows/reconciliation';
import { nameDifferences, type Audited } from '../../moments/reconciliation/name-differences';
import type { Database } from '../../store/database';
import { ownFailure } from '../failure';
import { withPulse } from '../pace';

export interface ReconciliationSettings {
  readonly db: Database;
  readonly log: Logger;
  /** An audit of all accounts; whole where that is due. */
  readonly audit: () => Promise<Audited>;
}

export function createReconciliationActivities(
  settings: ReconciliationSettings,
): ReconciliationActivities {
  return {
    async reconcile() {
      try {
        return await withPulse(() => reconcileOnce(settings));
      } catch (error) {
        throw ownFailure(error, 'reconciling with the other systems', 'retry-all');
      }
    },
  };
}

async function reconcileOnce({ db, log, audit }: ReconciliationSettings): Promise<Reconciled> {
  const audited = await audit();
  const reconciled = { isWhole: audited.isWhole, ...(await nameDifferences(db, audited)) };
  const { named, unreadable, left } = reconciled;
  if (named > 0 || left > 0 || unreadable.length > 0) log.warn(reconciled, 'the books differ');
  return reconciled;
}
