/** The return's process: what is due, which facts move it on, what it waits for and for how long. */
import {
  RETURN_SIGNALS,
  type ReturnAgenda,
  type ReturnFlowInput,
  type ReturnMoments,
} from '../../canonical/flows/return';
import { RETURN_STEPS } from '../../canonical/flows/return-steps';
import { timeText } from '../kernel/details';
import { openMomentDoor } from '../kernel/doors';
import type { FlowSpec } from '../kernel/flow';
import { describeReturn, describeReturnWait } from './details';

const runMoment = openMomentDoor<ReturnMoments>();

export function returnProcess(input: ReturnFlowInput): FlowSpec<ReturnAgenda> {
  const { rma } = input;
  return {
    subject: { rma },
    steps: RETURN_STEPS,
    due: ({ refunds, charges = [] }) => [...refunds, ...charges],
    dueMoments: ({ isExchangeDue }) =>
      isExchangeDue
        ? [
            {
              name: 'exchange',
              run: () => runMoment((moments) => moments.placeExchange({ rma })),
              said: 'what goes out was ordered',
            },
          ]
        : [],
    facts: {
      [RETURN_SIGNALS.received]: (eventNo) =>
        runMoment((moments) => moments.recordReturnReceived({ rma, eventNo })),
      [RETURN_SIGNALS.inspected]: (eventNo) =>
        runMoment((moments) => moments.recordReturnInspected({ rma, eventNo })),
    },
    factTitles: {
      [RETURN_SIGNALS.received]: 'goods came back',
      [RETURN_SIGNALS.inspected]: 'goods that came back were looked at',
    },
    ...(input.pagesUrl !== undefined && { pagesUrl: input.pagesUrl }),
    untakenFact: 'event.no-rule',
    deadlines: [],
    // What has come by then is what the return is about.
    alarm: {
      at: ({ receiveBy }) => receiveBy,
      summary: ({ receiveBy }) => `Back by ${timeText(receiveBy ?? '')}, or not expected any more`,
      ring: () => runMoment((moments) => moments.giveUpExpected({ rma })),
      said: () => 'the time to send goods back has passed',
    },
    shown: (agenda) => ({
      status: agenda?.status ?? 'approved',
      node: agenda?.locations[0] ?? '',
    }),
    describeWait: (flow) => describeReturnWait(rma, flow),
    insteadOfCancelling: `a return is ended by \`POST /v1/returns/${rma}/deny\`, or by its deadline`,
    describe: (agenda) => [
      ...(agenda === null ? [] : describeReturn(agenda)),
      input.pagesUrl === undefined ? '' : `[The return's page](${input.pagesUrl}/returns/${rma})`,
    ],
  };
}
