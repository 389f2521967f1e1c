/**
 * publishing: tells one account what became true here, in the order it became true.
 *
 * One long activity drains the account's outbox rows and lingers for more, so that a row costs no
 * event. The relay starts this flow when rows are due and none runs; rows stay in Postgres until
 * they are delivered, so nothing is lost when it ends. A refused row is parked under an exception
 * and compensates nothing. It ends when there is nothing more to say, or after an hour of silence
 * from the account (the relay begins again). Versioning: as it is, runs are short.
 */
import {
  ActivityFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { PublishingActivities } from '../../activities/delivery/deliver-outbox';
import type { PublishingInput } from '../../canonical/flows/publishing';

/** 2, 4, … 60 s between them: about an hour. */
const ATTEMPTS = 60;

export async function publishing({
  destination,
}: PublishingInput): Promise<{ readonly sent: number; readonly parked: number }> {
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
  setCurrentDetails(
    `### Delivers to ${destination}\n\nRows wait in the outbox while it does not answer.\n\n` +
      'What it refused waits under an exception of **operator**.',
  );
  try {
    const summary = `Deliver what ${destination} is to be told`;
    return await deliverOutbox.executeWithOptions({ summary }, []);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { sent: 0, parked: 0 };
  }
}
