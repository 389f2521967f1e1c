/** One look of the escalation: everything that is due for its next step, a set at a time. */
import type { Logger } from 'pino';
import type { Escalated, EscalationActivities } from '../../canonical/flows/escalation';
import type { Owner } from '../../canonical/schema/error-codes';
import { escalateOverdue, type EscalationSettings } from '../../moments/exceptions/escalate';
import type { Database } from '../../store/database';
import { ownFailure } from '../failure';
import { beat, withPulse } from '../pace';

const EXCEPTIONS_A_MOMENT = 100;
/** More than that are left to the next look. */
const MOMENTS_A_LOOK = 50;

export interface EscalationActivitySettings extends EscalationSettings {
  readonly db: Database;
  readonly log: Logger;
}

export function createEscalationActivities(
  settings: EscalationActivitySettings,
): EscalationActivities {
  return {
    async escalateOverdue() {
      try {
        return await withPulse(() => lookOnce(settings));
      } catch (error) {
        throw ownFailure(error, 'escalating what is overdue', 'retry-all');
      }
    },
  };
}

async function lookOnce({ db, log, pagesUrl }: EscalationActivitySettings): Promise<Escalated> {
  const cases: Partial<Record<Owner, number>> = {};
  for (let moments = 0; moments < MOMENTS_A_LOOK; moments += 1) {
    const escalated = await escalateOverdue(db, { pagesUrl }, EXCEPTIONS_A_MOMENT);
    for (const { owner } of escalated) cases[owner] = (cases[owner] ?? 0) + 1;
    beat({ cases });
    if (escalated.length < EXCEPTIONS_A_MOMENT) break;
  }
  if (Object.keys(cases).length > 0) log.warn({ cases }, 'exceptions are overdue');
  return { cases };
}
