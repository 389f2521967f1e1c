/** While a month is closing, what holds it up is looked for again by the clock. */
import type { Told } from '../../canonical/flows/moments';
import type { PeriodAgenda } from '../../canonical/flows/period-close';
import type { Database } from '../../store/database';
import { check, periodMoment, type OfPeriod } from './period-moment';

export function recheckPeriod(
  db: Database,
  of: OfPeriod & { readonly now: string },
): Promise<Told<PeriodAgenda>> {
  return periodMoment(db, of, async (sql, period) => {
    if (period.state === 'closing') await check(sql, period, new Date(of.now));
  });
}
