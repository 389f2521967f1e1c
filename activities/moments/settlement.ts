/**
 * A settlement's moments as activities, beside those that every flow has. They are over whole files:
 * each gives signs of life while it runs.
 */
import type { SettlementMoments } from '../../canonical/flows/settlement';
import { bookSettlement } from '../../moments/settlement/book';
import { recheckSettlement } from '../../moments/settlement/rest';
import { stageSettlement, type SettlementSources } from '../../moments/settlement/stage';
import { withPulse } from '../pace';
import { momentGuard, type MomentSettings } from './guard';

export function createSettlementActivities(
  settings: MomentSettings & { readonly sources: SettlementSources },
): SettlementMoments {
  const guard = momentGuard(settings);
  return {
    stageSettlement: guard((db, of) => withPulse(() => stageSettlement(db, settings.sources, of))),
    bookSettlement: guard((db, of) => withPulse(() => bookSettlement(db, of))),
    recheckSettlement: guard((db, of) => withPulse(() => recheckSettlement(db, of))),
  };
}
