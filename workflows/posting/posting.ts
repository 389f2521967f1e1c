/**
 * posting: the subledger's journals reach one ERP as summaries, at the ERP's own pace.
 *
 * form batches (each journal in exactly one) → post each once, under its batch id as external id.
 * A batch that an account is not mapped for, or that the ERP refuses, is parked alone under an
 * exception; an ERP that is down keeps everything until it is back. The relay starts this flow when
 * journals have waited for the posting window; it ends when all formed batches are posted or parked.
 * There is nothing to compensate: a wrong journal is reversed by another. Versioning: as it is,
 * runs are short.
 */
import {
  ActivityFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { BatchMoments } from '../../activities/moments/batches';
import type { PostingActivities } from '../../activities/delivery/post-batches';
import type { PostingInput } from '../../canonical/flows/posting';

/** 2, 4, … 60 s between them: about an hour. */
const ATTEMPTS = 60;

const { formBatches } = proxyLocalActivities<BatchMoments>({
  startToCloseTimeout: '60s',
  localRetryThreshold: '2s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 5 },
});

export async function posting(
  input: PostingInput,
): Promise<{ readonly posted: number; readonly parked: number }> {
  const { postBatches } = proxyActivities<PostingActivities>({
    taskQueue: `erp.${input.erpInstance}`,
    startToCloseTimeout: '10m',
    heartbeatTimeout: '15s',
    retry: {
      initialInterval: '2s',
      backoffCoefficient: 2,
      maximumInterval: '60s',
      maximumAttempts: ATTEMPTS,
    },
  });
  try {
    const { formed, journals } = await formBatches(input);
    setCurrentDetails(
      `### Posts to ${input.erpInstance}\n\n` +
        `${journals} journals were gathered in ${formed} batches.\n\n` +
        'What is not mapped, or refused there, waits under an exception of **finance**.',
    );
    const summary = `Post the batches formed for ${input.erpInstance}`;
    return await postBatches.executeWithOptions({ summary }, []);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return { posted: 0, parked: 0 };
  }
}
