/** What a person sees of a month's close beside what every flow shows. */
import type { PeriodAgenda, PeriodCloseInput } from '../../canonical/flows/period-close';
import { CHECK_RULES } from '../../canonical/rules/close/checks';
import type { Flow } from '../kernel/flow';

const WORDS = {
  prepare: 'somebody of finance prepares it',
  approve: 'another person of finance approves it',
} as const;

export function describeCloseWait(
  { agenda }: Flow<PeriodAgenda>,
  { pagesUrl, entity, month }: PeriodCloseInput,
): { readonly lines: readonly string[]; readonly for: string } {
  const waitsFor = agenda?.waitsFor ?? null;
  if (waitsFor === null) return { lines: ['### In progress'], for: '' };
  const page = `/finance/periods/${entity}/${month}`;
  return {
    lines: [
      `### Waits until ${WORDS[waitsFor]}`,
      pagesUrl === undefined ? `\`${page}\`` : `[The close board](${pagesUrl}${page})`,
    ],
    for: waitsFor,
  };
}

export function describeClose({ status, holdingUp }: PeriodAgenda): string[] {
  if (status !== 'closing') return [`### Period (${status})`];
  if (holdingUp.length === 0) return ['### Nothing holds it up'];
  return ['### Held up by', ...holdingUp.map((name) => `- ${CHECK_RULES[name].title}`)];
}
