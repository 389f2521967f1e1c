/** A key from its order to its last copy collected, on the kernel of every flow. */
import { continueAsNew } from '@temporalio/workflow';
import { openMomentDoor } from '../../../workflows/kernel/doors';
import { openFlow, type CarriedOver, type FlowSpec } from '../../../workflows/kernel/flow';
import { runFlow } from '../../../workflows/kernel/run';
import {
  COLLECTED_IN_TIME,
  KEY_SIGNALS,
  KEY_STEPS,
  type KeyAgenda,
  type KeyInput,
  type KeyMoments,
} from './contract';

const runMoment = openMomentDoor<KeyMoments>();

function keyProcess({ keyId, collectWithinMs }: KeyInput): FlowSpec<KeyAgenda> {
  return {
    subject: { keyId },
    steps: KEY_STEPS,
    due: ({ cut }) => (cut ? [cut] : []),
    facts: {
      [KEY_SIGNALS.collected]: (eventNo) =>
        runMoment((moments) => moments.recordCollected({ keyId, eventNo })),
    },
    factTitles: { [KEY_SIGNALS.collected]: 'the key was collected' },
    untakenFact: 'event.no-rule',
    deadlines: [
      {
        durationMs: collectWithinMs,
        isOut: ({ state, copies, collected }) => state !== 'given-up' && collected < copies,
        summary: (until) => `Collected by ${until}, or it is overdue`,
        wait: ({ copies, collected }) => ({
          blocks: COLLECTED_IN_TIME,
          code: 'fulfilment.overdue',
          detail: `${copies - collected} of ${copies} are not collected`,
          cause: { kind: 'effect', ref: keyId },
        }),
      },
    ],
    shown: (agenda) => ({ status: agenda?.state ?? 'to-cut' }),
    describeWait: () => ({ lines: ['### Waits to be collected'], for: 'collection' }),
    describe: (agenda) => (agenda ? [`${agenda.collected} of ${agenda.copies} collected`] : []),
  };
}

export async function keyCutting(
  input: KeyInput,
  carried?: CarriedOver,
): Promise<{ readonly collected: number }> {
  const flow = openFlow(keyProcess(input), input, carried);
  await runFlow(flow, { nextRun: (carry) => continueAsNew<typeof keyCutting>(input, carry) });
  return { collected: flow.agenda?.collected ?? 0 };
}
