/** A key from its order to its last copy collected, on the kernel of every flow. */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import { showState } from '../../../workflows/kernel/details';
import { AT_ONCE, openMomentDoor, ORDINARILY } from '../../../workflows/kernel/doors';
import { listenToFacts } from '../../../workflows/kernel/facts';
import {
  openFlow,
  refreshAgenda,
  type CarriedOver,
  type FlowSpec,
} from '../../../workflows/kernel/flow';
import { untilClosed } from '../../../workflows/kernel/run';
import {
  COLLECTED_IN_TIME,
  KEY_SIGNALS,
  KEY_STEPS,
  type KeyAgenda,
  type KeyInput,
  type KeyMoments,
} from './contract';

const runMoment = openMomentDoor<KeyMoments>({
  atOnce: proxyLocalActivities<KeyMoments>(AT_ONCE),
  ordinarily: proxyActivities<KeyMoments>(ORDINARILY),
});

function keyProcess({ keyId, collectWithinMs }: KeyInput): FlowSpec<KeyAgenda> {
  return {
    steps: KEY_STEPS,
    due: ({ cut }) => (cut ? [cut] : []),
    isUnwanted: () => false,
    facts: {
      [KEY_SIGNALS.collected]: (eventNo) =>
        runMoment((moments) => moments.recordCollected({ keyId, eventNo })),
    },
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
    moments: {
      readAgenda: () => runMoment((moments) => moments.readKey({ keyId })),
      applyResolution: (exceptionId) =>
        runMoment((moments) => moments.applyKeyResolution({ keyId, exceptionId })),
      openWait: (wait) => runMoment((moments) => moments.openKeyWait({ keyId, ...wait })),
      closeWait: (blocks) => runMoment((moments) => moments.closeKeyWait({ keyId, blocks })),
      close: () => runMoment((moments) => moments.closeKey({ keyId })),
    },
    shown: (agenda) => ({ status: agenda?.state ?? 'to-cut', node: '' }),
    describeWait: () => ({ lines: ['### Waits to be collected'], for: 'collection' }),
    describe: (agenda) => (agenda ? [`${agenda.collected} of ${agenda.copies} collected`] : []),
  };
}

export async function keyCutting(
  input: KeyInput,
  carried?: CarriedOver,
): Promise<{ readonly collected: number }> {
  const flow = openFlow(keyProcess(input), input, carried);
  listenToFacts(flow);
  return CancellationScope.nonCancellable(async () => {
    await refreshAgenda(flow);
    await untilClosed(flow, carried, (carry) => continueAsNew<typeof keyCutting>(input, carry));
    showState(flow, flow.agenda?.state === 'given-up' ? 'given-up' : 'closed');
    await condition(allHandlersFinished);
    return { collected: flow.agenda?.collected ?? 0 };
  });
}
