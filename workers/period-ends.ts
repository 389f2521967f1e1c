/** What a period's end asks of the books, done by one leader among all workers. */
import type { Logger } from 'pino';
import { periodToTrueUp, trueUpPeriod } from '../moments/money/true-up-period';
import type { Database } from '../store/database';
import { runAsLeader } from './loop';

/** Longer than the longest rest: a leader keeps it over its rests. */
const LEASE_MS = 1_200_000;
const IDLE_MS = 600_000;
const BUSY_MS = 250;
const COHORTS_AT_ONCE = 20;

export interface PeriodEndSettings {
  readonly db: Database;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export async function runPeriodEnds(settings: PeriodEndSettings): Promise<void> {
  const { db, log } = settings;
  await runAsLeader({
    ...settings,
    name: 'period-ends',
    leaseMs: LEASE_MS,
    idleMs: IDLE_MS,
    busyMs: BUSY_MS,
    async tick() {
      const asOf = periodToTrueUp(new Date());
      const cohorts = await trueUpPeriod(db, asOf, COHORTS_AT_ONCE);
      if (cohorts > 0) log.info({ asOf, cohorts }, 'what is set aside for returns was trued up');
      return cohorts === COHORTS_AT_ONCE;
    },
  });
}
