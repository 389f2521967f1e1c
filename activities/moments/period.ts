/** The moments of a month's close as activities, beside those that every flow has. */
import type { PeriodMoments } from '../../canonical/flows/period-close';
import { lockPeriod } from '../../moments/close/lock';
import { recheckPeriod } from '../../moments/close/recheck';
import { withPulse } from '../pace';
import { momentGuard, type MomentSettings } from './guard';

export function createPeriodActivities(settings: MomentSettings): PeriodMoments {
  const guard = momentGuard(settings);
  return {
    recheckPeriod: guard((db, of) => withPulse(() => recheckPeriod(db, of))),
    lockPeriod: guard((db, of) => withPulse(() => lockPeriod(db, of))),
  };
}
