/** The moments that a month's close has as every flow has them. */
import { actionOf } from '../../canonical/flows/step';
import { CLOSE_RESOLUTION_TABLES, type PeriodAgenda } from '../../canonical/flows/period-close';
import type { PeriodSnapshot } from '../../canonical/rules/close/period';
import { unsign } from '../../store/close/periods';
import { everyFlow } from '../flow/every-flow';
import { exceptionOfPeriod, PERIOD_FRAME, type OfPeriod } from './period-moment';

export const closeFlow = everyFlow<OfPeriod, PeriodSnapshot, PeriodAgenda>({
  ...PERIOD_FRAME,
  exceptionOf: exceptionOfPeriod,
  async resolve(sql, { periodId, state }, resolved) {
    const action = actionOf(CLOSE_RESOLUTION_TABLES, resolved);
    if (action === 'signAnew' && state === 'closing') await unsign(sql, periodId);
  },
  outcomeOf: ({ state }) => state,
});
