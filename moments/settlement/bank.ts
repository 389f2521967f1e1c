/** The bank shows payouts: its bookings are kept, and each payout that one is, is booked (19a, 19b). */
import { matchBookings, type BankMatch } from '../../canonical/rules/settlement/bank-match';
import type { Sql } from '../../store/database';
import { lookAgainWrite } from '../../store/flows/flows';
import {
  bookedOnOf,
  keepBankLines,
  lockBank,
  openBookings,
  openPayouts,
  recordBankMatch,
  type BankLines,
  type KeptBankLine,
} from '../../store/settlement/bank-lines';
import { loadSettlement } from '../../store/settlement/settlements';
import { writeTogether } from '../../store/writes';
import { booksOf, pair, post } from './books';

/** Keeps them, each once, and matches what can be; in the caller's transaction. */
export async function recordBankLines(sql: Sql, told: BankLines): Promise<KeptBankLine[]> {
  const kept = await keepBankLines(sql, told);
  await matchBank(sql, told);
  return kept;
}

/** What is open at the bank against what is open here, in that currency. */
export async function matchBank(
  sql: Sql,
  { currency }: { readonly currency: string },
): Promise<void> {
  await lockBank(sql, currency);
  const bookings = await openBookings(sql, currency);
  if (bookings.length === 0) return;
  const payouts = await openPayouts(sql, currency);
  for (const match of matchBookings(bookings, payouts)) await bookMatch(sql, match);
}

async function bookMatch(sql: Sql, match: BankMatch): Promise<void> {
  const { settlementId, bankLineId, amountMinor } = match;
  await recordBankMatch(sql, match);
  const settlement = await loadSettlement(sql, settlementId);
  if (!settlement) throw new RangeError(`settlement ${settlementId} is not here`);
  const books = booksOf(settlement);
  const businessDate = (await bookedOnOf(sql, bankLineId)) ?? books.head.businessDate;
  const isIn = amountMinor > 0;
  const item = { item: `payout:${settlementId}`, clearingAccount: settlement.account };
  await post(sql, { ...books, head: { ...books.head, businessDate } }, `bank:${bankLineId}`, {
    rule: isIn ? '19a' : '19b',
    ...pair(
      amountMinor,
      { account: 'BANK', dimensions: { clearingAccount: settlement.account } },
      { account: isIn ? 'CIT' : 'PAYOUT-DUE', dimensions: item },
    ),
  });
  await writeTogether(sql, [lookAgainWrite(settlement.workflowId)]);
}
