/** What a person sees of a settlement beside what every flow shows. */
import type { SettlementAgenda } from '../../canonical/flows/settlement';
import { formatMoney } from '../../canonical/rules/money/money';
import type { Flow } from '../kernel/flow';

export function describeSettlementWait({ agenda }: Flow<SettlementAgenda>): {
  readonly lines: readonly string[];
  readonly for: string;
} {
  if (agenda?.isOut !== true) return { lines: ['### In progress'], for: '' };
  const { netMinor, bankMinor, currency } = agenda;
  const left = (netMinor ?? 0) - bankMinor;
  return {
    lines: [
      `### Waits until the bank shows ${currency === null ? left : formatMoney(left, currency)}`,
      '`POST /v1/bank-lines` with its booking.',
    ],
    for: 'bank',
  };
}

export function describeSettlement(agenda: SettlementAgenda): string[] {
  const { status, lineCount, netMinor, currency } = agenda;
  if (currency === null || netMinor === null) return [`### Settlement (${status})`];
  return [
    `### Settlement (${status})`,
    `- ${lineCount} lines, net ${formatMoney(netMinor, currency)}`,
  ];
}
