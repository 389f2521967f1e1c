/**
 * Flows of the platform that look every so often, for ever: wait, look, say what came of it. What
 * they find and do is in Postgres; a look that failed is made anew by the next one. After
 * `LOOKS_A_RUN` looks (11 events each) such a flow continues as new.
 */
import { ActivityFailure, sleep } from '@temporalio/workflow';
import { workBeside } from './beside';

export const LOOKS_A_RUN = 20;

/** Heartbeats while it looks; tried again a few times before the next look. */
export const LOOK_OPTIONS = {
  startToCloseTimeout: '10m',
  heartbeatTimeout: '15s',
  retry: {
    initialInterval: '5s',
    backoffCoefficient: 2,
    maximumInterval: '60s',
    maximumAttempts: 5,
  },
} as const;

/** @param look - makes one look, and gives what its page says of it, in Markdown */
export function lookAgainAndAgain(
  lookEveryMs: number,
  look: () => Promise<readonly string[]>,
): Promise<void> {
  return workBeside('it looks for as long as there is a worker', async (show) => {
    for (let looks = 0; looks < LOOKS_A_RUN; looks += 1) {
      const lookAtMs = Date.now() + lookEveryMs;
      await sleep(lookEveryMs, { summary: 'Until the next look' });
      // The workers were away: what waited for them is given the time to move by itself.
      if (Date.now() - lookAtMs > lookEveryMs) continue;
      try {
        show(...(await look()));
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error;
        show('### The last look failed', 'The next one looks anew.');
      }
    }
  });
}
