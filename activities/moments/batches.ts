/** The moment that gathers journals for an ERP, as an activity. */
import { entitiesOf } from '../../canonical/installation';
import type { Database } from '../../store/database';
import { formBatches } from '../../store/ledger/posting';
import { ownFailure } from '../failure';

export interface BatchMoments {
  /** Gathers journals that are in no batch yet; one transaction a batch. */
  formBatches(erp: {
    readonly erpInstance: string;
  }): Promise<{ readonly formed: number; readonly journals: number }>;
}

export function createBatchActivities({ db }: { readonly db: Database }): BatchMoments {
  return {
    async formBatches({ erpInstance }) {
      try {
        return await formBatches(db, { erpInstance, entities: entitiesOf(erpInstance) });
      } catch (error) {
        throw ownFailure(error, `gathering journals for ${erpInstance}`, 'retry-all');
      }
    },
  };
}
