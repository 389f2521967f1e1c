/**
 * A person has said what lines are that no rule names: what they come to leaves suspense, by class,
 * to where such lines are posted; those that stand for money of ours are matched to it. Lines of
 * which nothing was said wait on.
 */
import type { SettlementClass } from '../../canonical/ports/settlement';
import { CLASS_TREATMENTS } from '../../canonical/rules/settlement/classes';
import type { Sql } from '../../store/database';
import { applySaid, saidTotals } from '../../store/settlement/manual-classes';
import { lockClearing } from '../../store/settlement/matching';
import { pair, post, suspenseSide, treatedSide, type Books } from './books';
import { recheck, writeOff } from './rest';

/** Without a word on any line, what is left is written off. */
export async function classifyOrWriteOff(sql: Sql, books: Books): Promise<void> {
  const { settlementId, account, rechecks } = books.settlement;
  await lockClearing(sql, account);
  const said = await saidTotals(sql, settlementId);
  if (said.length === 0) return writeOff(sql, books, 'settlement.unknown');
  for (const { class: lineClass, amountMinor } of said) {
    const kind = `said:${rechecks}:${lineClass}`;
    const { rule, ...to } = sideOf(books, lineClass);
    await post(sql, books, kind, {
      rule,
      ...pair(amountMinor, suspenseSide(books.settlement, 'unknown'), to),
    });
    await applySaid(sql, settlementId, lineClass, kind);
  }
  await recheck(sql, books);
}

/** Money of ours is matched in the same transaction: until then it is in suspense as unmatched. */
function sideOf({ settlement }: Books, lineClass: SettlementClass) {
  const treatment = CLASS_TREATMENTS[lineClass];
  if (treatment.kind === 'posted') return treatedSide(settlement, treatment);
  return { rule: '24', ...suspenseSide(settlement, 'unmatched') };
}
