/**
 * publishing: tells one account what became true here, in the order it became true.
 *
 * One long activity drains the account's outbox rows and lingers for more, so that a row costs no
 * event. The relay starts this flow when rows are due and none runs; rows stay in Postgres until
 * they are delivered, so nothing is lost when it ends. A refused row is parked under an exception
 * and compensates nothing. It ends when there is nothing more to say, or after an hour of silence
 * from the account (the relay begins again). Versioning: as it is, runs are short.
 */
import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { PublishingActivities } from '../../activities/delivery/deliver-outbox';
import type { PublishingInput } from '../../canonical/flows/publishing';
import { resolvingRole } from '../../canonical/rules/exceptions/resolving-role';
import type { Role } from '../../canonical/schema/api-key';
import { whereToDecide, workBeside, type Show } from '../kernel/beside';

/** 2, 4, … 60 s between them: about an hour. */
const ATTEMPTS = 60;

interface Published {
  readonly sent: number;
  readonly parked: number;
}

export function publishing(input: PublishingInput): Promise<Published> {
  return workBeside('it ends when there is nothing more to tell', (show) => publish(input, show));
}

async function publish({ destination, pagesUrl }: PublishingInput, show: Show): Promise<Published> {
  const { deliverOutbox } = proxyActivities<PublishingActivities>({
    taskQueue: destination,
    startToCloseTimeout: '10m',
    heartbeatTimeout: '15s',
    retry: {
      initialInterval: '2s',
      backoffCoefficient: 2,
      maximumInterval: '60s',
      maximumAttempts: ATTEMPTS,
    },
  });
  show(
    `### Delivers to ${destination}`,
    'Rows wait in the outbox while it does not answer.',
    `What it refused waits under an exception of **${refusalsAreOf(destination)}**.`,
    whereToDecide(pagesUrl),
  );
  try {
    const summary = `Deliver what ${destination} is to be told`;
    return await deliverOutbox.executeWithOptions({ summary }, []);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { sent: 0, parked: 0 };
  }
}

/** Who decides on what the account refused. */
function refusalsAreOf(destination: string): Role {
  return resolvingRole(destination.startsWith('erp.') ? 'erp.refused' : 'publishing.refused');
}
