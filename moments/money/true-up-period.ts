/**
 * A period has ended: what is set aside for returns is set to what is expected back by now (rule 16),
 * cohort by cohort, each in a transaction of its own and once for each period. The rate is what
 * finance said of that month's sales last, else the policy; what can come back no more is released.
 */
import { channelSetup } from '../../canonical/installation';
import { parseCohort } from '../../canonical/rules/posting/cohort';
import { expectedPermille, lastDayOf } from '../../canonical/rules/return/expected-back';
import type { Database, Sql } from '../../store/database';
import { cohortKnown, cohortsToTrueUp } from '../../store/ledger/reserve-true-ups';
import { lockPool } from '../../store/ledger/return-pools';
import { newId } from '../../store/ids';
import { trueUpReserves } from './true-up';

const DAY_MS = 86_400_000;
/** Sales and returns of its last day are told by then. */
const TRUED_UP_AFTER_DAYS = 2;

/** `YYYY-MM-DD`: the end of the last period that all is known of. */
export function periodToTrueUp(now: Date): string {
  const then = new Date(now.getTime() - TRUED_UP_AFTER_DAYS * DAY_MS);
  const before = new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth(), 0));
  return lastDayOf(before.toISOString().slice(0, 'YYYY-MM'.length));
}

/** How many cohorts it set; fewer than `limit`: none is left. */
export async function trueUpPeriod(db: Database, asOf: string, limit: number): Promise<number> {
  const cohorts = await cohortsToTrueUp(db, asOf, limit);
  for (const cohort of cohorts) await db.transaction((sql) => trueUpCohort(sql, cohort, asOf));
  return cohorts.length;
}

async function trueUpCohort(sql: Sql, name: string, asOf: string): Promise<void> {
  await lockPool(sql, name);
  const known = await cohortKnown(sql, name, asOf);
  if (known.isDone) return;
  const cohort = parseCohort(name);
  const policies = channelSetup(cohort.channelInstance)?.policies;
  // Of a channel that is not set up any more only finance knows what to expect.
  const rate = policies
    ? expectedPermille({ ...cohort, ...known }, asOf, policies)
    : (known.decidedPermille ?? 0);
  await trueUpReserves(sql, {
    ...cohort,
    expectedReturnPermille: rate,
    asOf,
    isDecided: false,
    decisionId: `period:${asOf}:${name}`,
    correlationId: newId('cor'),
  });
}
