/**
 * A payout that was on its way came back: the settlement that says so has the money again, and pays it
 * out anew (rule 19c). Somebody has to find out why: the payout's own flow waits for that.
 */
import { blocksBank } from '../../canonical/flows/settlement-steps';
import { formatMoney } from '../../canonical/rules/money/money';
import type { Sql } from '../../store/database';
import { openException } from '../../store/exceptions/exceptions';
import { lookAgainWrite } from '../../store/flows/flows';
import { failedPayouts, recordFailed } from '../../store/settlement/failed-payouts';
import { FAILED_PAYOUT_LINES } from '../../store/settlement/payout-journal';
import { writeTogether } from '../../store/writes';
import { post, type Books } from './books';

/** Before the settlement's classes are added up: what no payout explains is of class `unknown`. */
export async function takeFailedPayouts(sql: Sql, books: Books): Promise<void> {
  const { settlementId, account, reference, correlationId } = books.settlement;
  const { currency } = books.clearing;
  const failed = await failedPayouts(sql, { settlementId, account, currency });
  await recordFailed(sql, settlementId, failed);
  const items = failed.map((one) => ({
    item: `payout:${one.settlementId}`,
    minor: one.amountMinor,
  }));
  await post(sql, books, 'payout-failed', {
    rule: '19c',
    lines: FAILED_PAYOUT_LINES,
    values: [settlementId, account, JSON.stringify(items)],
  });
  for (const one of failed) {
    await openException(sql, {
      code: 'settlement.payout-failed',
      detail:
        `Of payout ${one.reference} ${formatMoney(one.amountMinor, currency)} came back, ` +
        `says settlement ${reference}`,
      cause: { kind: 'settlement', ref: settlementId },
      blocks: blocksBank(),
      subject: one.settlementId,
      workflowId: one.workflowId,
      correlationId,
      moneyMinor: one.amountMinor,
      currency,
    });
    await writeTogether(sql, [lookAgainWrite(one.workflowId)]);
  }
}
