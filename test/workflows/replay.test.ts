/** Flows that older builds began replay on this one; a history that this code cannot have made fails. */
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildWorkflowBundle } from '../../workers/workflow-bundle';
import { recordedHistories } from './recorded-histories';

let bundle: { readonly code: string };
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundle = await buildWorkflowBundle();
});

const replay = (text: string) =>
  Worker.runReplayHistory({ workflowBundle: bundle }, JSON.parse(text), 'order/replayed');

describe('recorded histories', () => {
  for (const { name, text } of recordedHistories()) {
    test(`${name} replays`, async () => {
      await replay(text);
    });
  }

  test('there are some of each way an order, a pickup and a return go', () => {
    expect(recordedHistories().length).toBeGreaterThanOrEqual(15);
  });

  test('a doctored history fails: a capture that was called before its shipment was recorded', async () => {
    const recorded = recordedHistories().find(({ name }) => name === 'psp-one-shipment');
    const doctored = (recorded?.text ?? '').replaceAll('releaseToWarehouse', 'captureShipment');
    expect(doctored).not.toBe(recorded?.text);
    await expect(replay(doctored)).rejects.toThrow(DeterminismViolationError);
  });
});
