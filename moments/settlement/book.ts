/**
 * What a settlement says is booked, in one transaction: lines are matched to open items in sets, one
 * journal a class is posted, then the payout with every item that it settles. What is not known goes
 * to suspense under an exception.
 */
import type { SettlementAgenda } from '../../canonical/flows/settlement';
import type { Told } from '../../canonical/flows/moments';
import { CLASS_TREATMENTS } from '../../canonical/rules/settlement/classes';
import type { Account } from '../../canonical/rules/posting/posting';
import type { Database, Sql } from '../../store/database';
import {
  lockClearing,
  matchLines,
  recordMatches,
  shortOfMatched,
} from '../../store/settlement/matching';
import {
  BY_PAYMENT_LINES,
  hasMatched,
  matchedMinor,
  PAYOUT_LINES,
  totalsByClass,
  type ClassTotal,
} from '../../store/settlement/payout-journal';
import { recordPosted } from '../../store/settlement/settlements';
import { matchBank } from './bank';
import {
  booksOf,
  pair,
  post,
  suspenseSide,
  treatedSide,
  type Books,
  type SuspenseKind,
} from './books';
import { takeFailedPayouts } from './failed-payouts';
import { askAboutRest } from './rest';
import { bigMoment, type OfSettlement } from './settlement-moment';

export function bookSettlement(db: Database, of: OfSettlement): Promise<Told<SettlementAgenda>> {
  return bigMoment(db, of, async (sql, settlement) => {
    if (settlement.state !== 'tied') return;
    const books = booksOf(settlement);
    await lockClearing(sql, settlement.account);
    await takeFailedPayouts(sql, books);
    const totals = await totalsByClass(sql, settlement.settlementId);
    const isMatched = hasMatched(totals);
    if (isMatched) {
      await matchLines(sql, books.clearing);
      await recordMatches(sql, settlement.settlementId);
    }
    const matched = await matchedMinor(sql, settlement.settlementId);
    for (const total of totals) await postClass(sql, books, total);
    await postSuspense(sql, books, totals, matched);
    await post(sql, books, 'payout', {
      rule: books.netMinor < 0 ? '19b' : '19',
      lines: PAYOUT_LINES,
      values: [
        settlement.settlementId,
        settlement.account,
        books.netMinor - matched,
        books.netMinor,
      ],
    });
    await recordPosted(sql, settlement.settlementId);
    await askAboutRest(sql, books, { short: isMatched ? await shortOfMatched(sql) : [] });
    await matchBank(sql, { currency: books.clearing.currency });
  });
}

async function postClass(sql: Sql, books: Books, total: ClassTotal): Promise<void> {
  const treatment = CLASS_TREATMENTS[total.class];
  const { settlementId, account } = books.settlement;
  if (treatment.kind === 'posted') {
    const to = treatedSide(books.settlement, treatment);
    await postAgainstClearing(sql, books, total.class, to, total.amountMinor);
  }
  if (treatment.kind === 'by-payment') {
    await post(sql, books, total.class, {
      rule: treatment.rule,
      lines: BY_PAYMENT_LINES,
      values: [settlementId, account, total.class, treatment.account],
    });
  }
}

/** What nothing is known of, by whether a rule names it (rule 24). */
async function postSuspense(
  sql: Sql,
  books: Books,
  totals: readonly ClassTotal[],
  matched: number,
): Promise<void> {
  const toldOf = (kind: string) =>
    totals
      .filter((one) => CLASS_TREATMENTS[one.class].kind === kind)
      .reduce((minor, one) => minor + one.amountMinor, 0);
  const suspense = (name: SuspenseKind) => ({
    rule: '24',
    ...suspenseSide(books.settlement, name),
  });
  const unmatched = toldOf('matched') - matched;
  await postAgainstClearing(sql, books, 'suspense:unmatched', suspense('unmatched'), unmatched);
  await postAgainstClearing(
    sql,
    books,
    'suspense:unknown',
    suspense('unknown'),
    toldOf('suspense'),
  );
}

/** A signed amount between an account and the settlement's own clearing item. */
async function postAgainstClearing(
  sql: Sql,
  books: Books,
  kind: string,
  {
    rule,
    ...to
  }: { readonly rule: string; readonly account: Account; readonly dimensions: object },
  amountMinor: number,
): Promise<void> {
  const { settlementId, account } = books.settlement;
  await post(sql, books, kind, {
    rule,
    ...pair(
      amountMinor,
      {
        account: 'CLR',
        dimensions: { item: `settlement:${settlementId}`, clearingAccount: account },
      },
      to,
    ),
  });
}
