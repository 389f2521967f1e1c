/** The settlement's process: what is due, and what it waits for. */
import type {
  SettlementAgenda,
  SettlementFlowInput,
  SettlementMoments,
} from '../../canonical/flows/settlement';
import { blocksBank } from '../../canonical/flows/settlement-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import { openLongMomentDoor } from '../kernel/doors';
import type { Alarm, DeadlineKind, DueMoment, FlowSpec } from '../kernel/flow';
import { describeSettlement, describeSettlementWait } from './details';

const reading = openLongMomentDoor<SettlementMoments>('Read its lines, and add them up');
const booking = openLongMomentDoor<SettlementMoments>('Match its lines, and post');
const rechecking = openLongMomentDoor<SettlementMoments>('Look again for what is not explained');

export function settlementProcess(input: SettlementFlowInput): FlowSpec<SettlementAgenda> {
  const { settlementId } = input;
  return {
    subject: { settlementId },
    steps: {},
    due: () => [],
    dueMoments: (agenda) => dueMoments(agenda, settlementId),
    facts: {},
    factTitles: {},
    ...(input.pagesUrl !== undefined && { pagesUrl: input.pagesUrl }),
    untakenFact: 'event.no-rule',
    deadlines: [atBankInTime(input)],
    alarm: recheckInTime(settlementId),
    shown: (agenda) => ({ status: agenda?.status ?? 'received' }),
    describeWait: (flow) => describeSettlementWait(flow),
    insteadOfCancelling: `what is wrong with a settlement is decided on its exceptions`,
    describe: (agenda) => (agenda === null ? [] : describeSettlement(agenda)),
  };
}

function dueMoments(
  { due }: SettlementAgenda,
  settlementId: string,
): readonly DueMoment<SettlementAgenda>[] {
  switch (due) {
    case 'stage':
      return [
        {
          name: 'stage',
          run: () => reading.stageSettlement({ settlementId }),
          said: 'its lines were read',
        },
      ];
    case 'book':
      return [
        {
          name: 'book',
          run: () => booking.bookSettlement({ settlementId }),
          said: 'its lines were matched and posted',
        },
      ];
    case null:
      return [];
  }
}

/** From its booking on. */
function atBankInTime({
  bankWithinMs,
  settlementId,
}: SettlementFlowInput): DeadlineKind<SettlementAgenda> {
  return {
    durationMs: bankWithinMs,
    isOut: ({ isOut }) => isOut,
    summary: (until) => `At the bank by ${until}`,
    wait: ({ netMinor, currency, bankMinor }) => ({
      blocks: blocksBank(),
      code: 'settlement.not-at-bank',
      detail:
        `Of ${formatMoney(netMinor ?? 0, currency ?? 'USD')} the bank has shown ` +
        formatMoney(bankMinor, currency ?? 'USD'),
      cause: { kind: 'settlement', ref: settlementId },
    }),
  };
}

function recheckInTime(settlementId: string): Alarm<SettlementAgenda> {
  return {
    at: ({ recheckAt }) => recheckAt,
    summary: () => 'Until what is not explained is looked for again',
    async ring(now) {
      const { agenda } = await rechecking.recheckSettlement({ settlementId, now });
      return { outcome: 'open', agenda };
    },
    said: () => 'what is not explained was looked for again',
  };
}
