/** A settlement as the API shows it. */
import { settlementStatus } from '../canonical/rules/settlement/agenda';
import type { SettlementSnapshot } from '../canonical/rules/settlement/snapshot';
import type { Configuration } from '../canonical/schema/configuration';
import type { Sql } from '../store/database';
import {
  bookingsOf,
  grossToNet,
  journalsOfSettlement,
} from '../store/settlement/settlement-queries';
import { withAmounts } from './amounts';
import { temporalUiUrl } from './order-shown';
import type { SettlementView } from './schema/settlement';

export async function showSettlement(
  sql: Sql,
  one: SettlementSnapshot,
  configuration: Configuration,
): Promise<SettlementView> {
  const { settlementId, currency } = one;
  const [classes, journals, bookings] = await Promise.all([
    grossToNet(sql, settlementId),
    journalsOfSettlement(sql, settlementId),
    bookingsOf(sql, settlementId),
  ]);
  const amount = (minorUnits: number | null) =>
    minorUnits === null || currency === null ? null : { currency, minorUnits };
  const shown = <Row extends object>(row: Row) => withAmounts(row, currency ?? '');
  const { source, account, entity, reference, workflowId, receivedAt, postedAt } = one;
  const { periodStart, periodEnd, payoutDate, businessDate, lineCount } = one;
  return {
    ...{ settlementId, source, account, entity, reference, workflowId, receivedAt, postedAt },
    ...{ periodStart, periodEnd, payoutDate, businessDate, lineCount },
    status: settlementStatus(one),
    temporalUiUrl: temporalUiUrl(configuration, workflowId),
    declaredNet: amount(one.declaredNetMinor),
    linesNet: amount(one.linesNetMinor),
    grossToNet: classes.map(shown),
    journals,
    bank: { shown: amount(one.bankMinor), bookings: bookings.map(shown) },
    exceptions: one.exceptions.map(({ cause: _, ...exception }) => ({
      ...exception,
      resolutions: [...exception.resolutions],
    })),
  };
}
