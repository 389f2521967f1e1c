/**
 * escalation: every minute, exceptions whose deadline has passed are brought before their owners.
 *
 *   wait → look: mark them escalated, tell their owners → wait …
 *
 * It keeps nothing: what is overdue, and how often it was told, is in the exceptions' rows. It
 * never ends; the relay starts it again where it is not running. Nothing to compensate.
 * Versioning: as it is, runs are short.
 */
import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type {
  Escalated,
  EscalationActivities,
  EscalationInput,
} from '../../canonical/flows/escalation';
import { LOOK_OPTIONS, lookAgainAndAgain } from '../kernel/looks';

const { escalateOverdue } = proxyActivities<EscalationActivities>(LOOK_OPTIONS);

export async function escalation({ lookEveryMs }: EscalationInput): Promise<never> {
  await lookAgainAndAgain(lookEveryMs, async () => {
    const summary = 'Escalate what is overdue';
    return describe(await escalateOverdue.executeWithOptions({ summary }, []));
  });
  return continueAsNew<typeof escalation>({ lookEveryMs });
}

/** What the last look did; totals are on `/metrics`. */
function describe({ cases }: Escalated): readonly string[] {
  const lines = Object.entries(cases).map(([owner, count]) => `- ${owner}: ${count}`);
  if (lines.length === 0) return ['### Nothing became overdue since the last look'];
  return ['### Escalated at the last look', ...lines];
}
