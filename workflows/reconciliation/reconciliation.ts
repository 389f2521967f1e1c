/**
 * reconciliation: every hour, our books are held against those of commerce, warehouse, payment and
 * ERP; what differs waits for finance.
 *
 *   wait → look: audit, name what differs, close what no longer does → wait …
 *
 * It keeps nothing: what was compared and what was found is in Postgres. It never ends; the relay
 * starts it again where it is not running. Nothing to compensate. Versioning: as it is, runs are
 * short.
 */
import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type {
  Reconciled,
  ReconciliationActivities,
  ReconciliationInput,
} from '../../canonical/flows/reconciliation';
import { LOOK_OPTIONS, lookAgainAndAgain } from '../kernel/looks';

const { reconcile } = proxyActivities<ReconciliationActivities>({
  ...LOOK_OPTIONS,
  // A whole audit of years.
  startToCloseTimeout: '2h',
});

export async function reconciliation({ lookEveryMs }: ReconciliationInput): Promise<never> {
  await lookAgainAndAgain(lookEveryMs, async () => {
    const summary = 'Hold our books against those of the other systems';
    return describe(await reconcile.executeWithOptions({ summary }, []));
  });
  return continueAsNew<typeof reconciliation>({ lookEveryMs });
}

/** What the last look found. */
function describe(found: Reconciled): readonly string[] {
  const { isWhole, named, known, left, closed, unreadable } = found;
  const what = isWhole ? 'everything' : 'what was written since the last clean one';
  return [
    `### At the last look, over ${what}`,
    `- ${named} differences are new, ${known} are known, ${closed} are no longer there`,
    ...(left > 0 ? [`- ${left} more are left to the next look`] : []),
    ...unreadable.map((account) => `- ${account} could not be read: nothing was compared with it`),
    'What differs waits under an exception of **finance**.',
  ];
}
