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
import {
  ActivityFailure,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';
import type { Looked, WatchdogActivities, WatchdogInput } from '../../canonical/flows/watchdog';

const LOOKS_A_RUN = 20;

const { lookForStalled } = proxyActivities<WatchdogActivities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: {
    initialInterval: '5s',
    backoffCoefficient: 2,
    maximumInterval: '60s',
    maximumAttempts: 5,
  },
});

export async function watchdog(input: WatchdogInput): Promise<never> {
  const { lookEveryMs } = input;
  let { after = '' } = input;
  for (let looks = 0; looks < LOOKS_A_RUN; looks += 1) {
    const lookAtMs = Date.now() + lookEveryMs;
    await sleep(lookEveryMs, { summary: 'Until the next look' });
    // The workers were away: what waited for them is given the time to move by itself.
    if (Date.now() - lookAtMs > lookEveryMs) continue;
    try {
      const looked = await lookForStalled.executeWithOptions(
        { summary: 'Look for what has not moved' },
        [{ after }],
      );
      after = looked.after;
      setCurrentDetails(describe(looked));
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      setCurrentDetails('### The last look failed\nThe next one looks anew.');
    }
  }
  return continueAsNew<typeof watchdog>({ lookEveryMs, after });
}

/** What the last look had to do; totals are on `/metrics`. */
function describe({ moved, named }: Looked): string {
  const lines = [
    ...Object.entries(moved).map(([kind, cases]) => `- ${kind}: ${cases} moved`),
    ...Object.entries(named).map(([kind, cases]) => `- ${kind}: ${cases} named by an exception`),
  ];
  if (lines.length === 0) return '### Everything moves';
  return ['### Had to be done at the last look', '', ...lines].join('\n');
}
