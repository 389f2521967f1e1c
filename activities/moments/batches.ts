/** The moment that gathers journals for an ERP, as an activity. */
import { channelSetups } from '../../canonical/schema/channel';
import type { Database } from '../../store/database';
import { formBatches } from '../../store/ledger/posting';
import { ownFailure } from '../failure';

export interface BatchMoments {
  /** Gathers journals that are in no batch yet; one transaction a batch. */
  formBatches(erp: {
    readonly erpInstance: string;
  }): Promise<{ readonly formed: number; readonly journals: number }>;
}

/** The legal entities whose books are in that ERP. */
export function entitiesOf(erpInstance: string): string[] {
  const entities = channelSetups()
    .filter((channel) => channel.erpInstance === erpInstance)
    .map((channel) => channel.entity);
  return [...new Set(entities)];
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
