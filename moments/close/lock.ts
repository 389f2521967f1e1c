/**
 * Both have signed: the books are locked. Whoever is posting in the month is waited for, and whoever
 * wants to is held back; then the checks are made once more, over what all of them have posted. What
 * has changed since it was signed is not locked: somebody has to look.
 */
import { blocksLock, type PeriodAgenda } from '../../canonical/flows/period-close';
import type { Told } from '../../canonical/flows/moments';
import { CHECK_RULES } from '../../canonical/rules/close/checks';
import { holdPostings, recordClosed } from '../../store/close/periods';
import type { Database } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { checkedAnew, exceptionOfPeriod, periodMoment, type OfPeriod } from './period-moment';

/** @throws an error of Postgres where somebody posts in the month for longer than a lock is waited for */
export function lockPeriod(db: Database, of: OfPeriod): Promise<Told<PeriodAgenda>> {
  return periodMoment(db, of, async (sql, period) => {
    const { periodId } = period;
    if (period.state !== 'closing' || period.approvedBy === null) return;
    await holdPostings(sql, periodId);
    const holding = await checkedAnew(sql, period);
    if (holding.length === 0) return recordClosed(sql, periodId);
    const text = holding.map(({ name, finding }) => `${CHECK_RULES[name].title}: ${finding}`);
    await openException(sql, {
      code: 'close.changed',
      detail: `Since it was signed: ${text.join('; ')}`,
      cause: { kind: 'period', ref: periodId },
      blocks: blocksLock(),
      ...exceptionOfPeriod(period),
    });
  });
}
