/**
 * watchdog: looks every few minutes for what has not moved within its own deadline.
 *
 *   wait → look: move what can be moved, name what cannot → wait …
 *
 * The second line: every part of the platform moves its own work, so that in a healthy system a
 * look finds nothing. It keeps nothing: what it finds, names and counts is in Postgres. It never
 * ends; the relay starts it again where it is not running. Nothing to compensate. After each
 * LOOKS_A_RUN looks (11 events each) it continues as new. Versioning: as it is, runs are short.
 */
import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { Looked, WatchdogActivities, WatchdogInput } from '../../canonical/flows/watchdog';
import { LOOK_OPTIONS, lookAgainAndAgain } from '../kernel/looks';

const { lookForStalled } = proxyActivities<WatchdogActivities>(LOOK_OPTIONS);

export async function watchdog({ lookEveryMs, after: before = '' }: WatchdogInput): Promise<never> {
  let after = before;
  await lookAgainAndAgain(lookEveryMs, async () => {
    const summary = 'Look for what has not moved';
    const looked = await lookForStalled.executeWithOptions({ summary }, [{ after }]);
    after = looked.after;
    return describe(looked);
  });
  return continueAsNew<typeof watchdog>({ lookEveryMs, after });
}

/** What the last look had to do; totals are on `/metrics`. */
function describe({ moved, named }: Looked): readonly string[] {
  const lines = [
    ...Object.entries(moved).map(([kind, cases]) => `- ${kind}: ${cases} moved`),
    ...Object.entries(named).map(([kind, cases]) => `- ${kind}: ${cases} named by an exception`),
  ];
  if (lines.length === 0) return ['### Everything moves'];
  return ['### Had to be done at the last look', ...lines];
}
