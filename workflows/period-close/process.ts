/** The close's process: what is due, and what it waits for. */
import {
  blocksClose,
  type PeriodAgenda,
  type PeriodCloseInput,
  type PeriodMoments,
} from '../../canonical/flows/period-close';
import { CHECK_RULES } from '../../canonical/rules/close/checks';
import { openLongMomentDoor } from '../kernel/doors';
import type { Alarm, DeadlineKind, DueMoment, FlowSpec } from '../kernel/flow';
import { describeClose, describeCloseWait } from './details';

const locking = openLongMomentDoor<PeriodMoments>('Lock the books of the month');
const rechecking = openLongMomentDoor<PeriodMoments>('Make the checks again');

export function closeProcess(input: PeriodCloseInput): FlowSpec<PeriodAgenda> {
  const { periodId } = input;
  return {
    subject: { periodId },
    steps: {},
    due: () => [],
    dueMoments: ({ due }): readonly DueMoment<PeriodAgenda>[] =>
      due === null
        ? []
        : [
            {
              name: 'lock',
              run: () => locking.lockPeriod({ periodId }),
              said: 'the books were to be locked',
            },
          ],
    facts: {},
    factTitles: {},
    ...(input.pagesUrl !== undefined && { pagesUrl: input.pagesUrl }),
    untakenFact: 'event.no-rule',
    deadlines: [closedInTime(input)],
    alarm: recheckInTime(periodId),
    shown: (agenda) => ({ status: agenda?.status ?? 'closing' }),
    describeWait: (flow) => describeCloseWait(flow, input),
    insteadOfCancelling: 'a close that is not to be stays as it is: nothing is locked by it',
    describe: (agenda) => (agenda === null ? [] : describeClose(agenda)),
  };
}

function closedInTime({ closeWithinMs, periodId }: PeriodCloseInput): DeadlineKind<PeriodAgenda> {
  return {
    durationMs: closeWithinMs,
    isOut: ({ isOut }) => isOut,
    summary: (until) => `Closed by ${until}`,
    wait: ({ holdingUp }) => ({
      blocks: blocksClose(),
      code: 'close.overdue',
      detail:
        holdingUp.length === 0
          ? 'Nothing holds it up but a signature'
          : `Held up by: ${holdingUp.map((name) => CHECK_RULES[name].title).join('; ')}`,
      cause: { kind: 'period', ref: periodId },
    }),
  };
}

function recheckInTime(periodId: string): Alarm<PeriodAgenda> {
  return {
    at: ({ recheckAt }) => recheckAt,
    summary: () => 'Until the checks are made again',
    async ring(now) {
      const { agenda } = await rechecking.recheckPeriod({ periodId, now });
      return { outcome: 'open', agenda };
    },
    said: () => 'the checks were made again',
  };
}
