// I10 at the ERP: on an account that is kept from here alone, every entry is one of ours.
import { postedPart, type OutsideRecord } from '../../canonical/ports/records';
import { sum } from '../../canonical/rules/money/money';
import { amountOf, money, type Difference } from '../report';
import type { KeptAccounts } from '../spool';
import type { Against } from './window';

/** What somebody else's entries make of each such account, debits less credits. */
export function checkEntriesOfOthers(
  entries: readonly OutsideRecord[],
  kept: KeptAccounts,
  { books, cutoff }: Against,
): Difference[] {
  return entries
    .filter(({ createdAt }) => createdAt <= cutoff)
    .flatMap((entry) =>
      [...kept].flatMap(([id, account]): Difference[] => {
        const [debits, credits] = (['debit', 'credit'] as const).map((side) =>
          entry.parts.filter(({ name }) => name === postedPart(side, id)),
        );
        if (!debits?.length && !credits?.length) return [];
        const minor = sided(debits) - sided(credits);
        const detail = `${books}'s records have the journal entry ${entry.id}, which did not come from here, with ${money(minor, entry.currency)} on ${account} (${id})`;
        return [
          {
            invariant: 'I10',
            code: 'erp-entry-of-others',
            subject: `${entry.id} ${account}`,
            ...amountOf(minor, entry.currency),
            detail,
          },
        ];
      }),
    );
}

const sided = (parts: OutsideRecord['parts'] = []) => sum(parts.map(({ quantity }) => quantity));
