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
import { ActivityFailure, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { BatchMoments } from '../../activities/moments/batches';
import type { PostingActivities } from '../../activities/delivery/post-batches';
import type { PostingInput } from '../../canonical/flows/posting';
import { whereToDecide, workBeside, type Show } from '../kernel/beside';

/** 2, 4, … 60 s between them: about an hour. */
const ATTEMPTS = 60;

const { formBatches } = proxyLocalActivities<BatchMoments>({
  startToCloseTimeout: '60s',
  localRetryThreshold: '2s',
  retry: { initialInterval: '500ms', maximumInterval: '10s', maximumAttempts: 5 },
});

interface Posted {
  readonly posted: number;
  readonly parked: number;
}

export function posting(input: PostingInput): Promise<Posted> {
  return workBeside('it ends when what was formed is posted or parked', (show) =>
    post(input, show),
  );
}

async function post(input: PostingInput, show: Show): Promise<Posted> {
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
    show(
      `### Posts to ${input.erpInstance}`,
      `${journals} journals were gathered in ${formed} batches.`,
      'What is not mapped, or refused there, waits under an exception: of **operator** the first, ' +
        'of **finance** the second.',
      whereToDecide(input.pagesUrl),
    );
    const summary = `Post the batches formed for ${input.erpInstance}`;
    return await postBatches.executeWithOptions({ summary }, []);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return { posted: 0, parked: 0 };
  }
}
