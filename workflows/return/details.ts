/** What a support person sees of a return beside what every flow shows. */
import { formatMoney } from '../../canonical/rules/money/money';
import type { ReturnAgenda } from '../../canonical/flows/return';
import { timeText, unitsText } from '../kernel/details';
import type { Flow } from '../kernel/flow';
import { codeOf } from '../kernel/markdown';

export function describeReturnWait(
  rma: string,
  { agenda }: Flow<ReturnAgenda>,
): {
  readonly lines: readonly string[];
  readonly for: string;
} {
  if (agenda === null) return { lines: ['### In progress'], for: '' };
  const { expected, received, inspected } = agenda.units;
  if (received > inspected) {
    const at = agenda.locations.map(codeOf).join(' and ');
    return {
      lines: [
        `### Waits to be looked at: ${unitsText(received - inspected)} at ${at}`,
        `**The store, the warehouse or support** says how they came back: \`POST /v1/returns/${rma}/inspect\`.`,
        'Until then they are not to be sold, and nothing is paid back for them.',
      ],
      for: 'inspection',
    };
  }
  if (!agenda.isOut) return { lines: ['### In progress'], for: '' };
  return {
    lines: [
      `### Waits for ${unitsText(expected - received)} to come back`,
      agenda.receiveBy === null
        ? ''
        : `Until **${timeText(agenda.receiveBy)}**; then they are not expected any more.`,
    ],
    for: 'goods',
  };
}

const SAID = {
  expected: 'announced',
  received: 'received',
  inspected: 'looked at',
  accepted: 'taken back',
} as const;

export function describeReturn(agenda: ReturnAgenda): string[] {
  const { status, units, owedMinor, refundedMinor, currency } = agenda;
  const parts = (['expected', 'received', 'inspected', 'accepted'] as const)
    .filter((place) => units[place] > 0)
    .map((place) => `- ${unitsText(units[place])} ${SAID[place]}`);
  const money = (minor: number) => formatMoney(minor, currency);
  return [
    `### Units (${status})`,
    ...(parts.length > 0 ? parts : ['- none']),
    ...(owedMinor > 0
      ? [`### Money: ${money(owedMinor)} owed back, ${money(refundedMinor)} refunded`]
      : []),
  ];
}
