/** What of a month's sales is still expected back as a period ends; the rates are data. */
import type { Policies } from '../../schema/policies';

export interface CohortNow {
  /** `YYYY-MM`: of the sales. */
  readonly month: string;
  /** What finance said of these sales last; null: nothing. */
  readonly decidedPermille: number | null;
  /** A return of these sales is open. */
  readonly hasOpenReturn: boolean;
}

/** Months of a year count from 0, so that the day before the next month's first is this one's last. */
export function lastDayOf(month: string): string {
  const [year = 0, ordinal = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, ordinal, 0)).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** `YYYY-MM-DD`: from then on nothing of a month's sales can be asked back, nor come back in time. */
export function comesBackUntil(month: string, policies: Policies): string {
  const { returnWindowDays, returnWindowDaysFor, returnReceiptDays } = policies;
  const windowDays = Math.max(returnWindowDays, ...Object.values(returnWindowDaysFor));
  const last = new Date(`${lastDayOf(month)}T00:00:00Z`);
  last.setUTCDate(last.getUTCDate() + windowDays + returnReceiptDays);
  return last.toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Of all that was sold in that month: 0 once its time is over and no return of it is open. */
export function expectedPermille(cohort: CohortNow, asOf: string, policies: Policies): number {
  const isOver = comesBackUntil(cohort.month, policies) < asOf;
  if (isOver && !cohort.hasOpenReturn) return 0;
  return cohort.decidedPermille ?? policies.expectedReturnPermille;
}
