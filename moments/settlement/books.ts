/** How journals of a settlement are headed, posted once for each part of it, and found again. */
import type { Account } from '../../canonical/rules/posting/posting';
import type { SettlementSnapshot } from '../../canonical/rules/settlement/snapshot';
import type { Sql } from '../../store/database';
import { postJournalOfSet } from '../../store/ledger/journal-of-set';
import { linkJournal } from '../../store/settlement/payout-journal';
import { clearingOf } from './settlement-moment';

/** A settlement that was read, and how its journals are headed. */
export interface Books {
  readonly settlement: SettlementSnapshot;
  readonly netMinor: number;
  readonly clearing: {
    readonly settlementId: string;
    readonly account: string;
    readonly currency: string;
    readonly channels: readonly string[];
  };
  readonly head: {
    readonly entity: string;
    readonly channelInstance: string | null;
    readonly businessDate: string;
    readonly currency: string;
    readonly source: string;
    readonly correlationId: string;
    readonly occurredAt: string;
  };
}

/** @throws RangeError for one that was not read */
export function booksOf(settlement: SettlementSnapshot): Books {
  const { settlementId, account, currency, businessDate, declaredNetMinor } = settlement;
  if (currency === null || businessDate === null || declaredNetMinor === null) {
    throw new RangeError(`settlement ${settlementId} was not read`);
  }
  const { channels } = clearingOf(settlement);
  const [channel, ...others] = channels;
  return {
    settlement,
    netMinor: declaredNetMinor,
    clearing: { settlementId, account, currency, channels },
    head: {
      entity: settlement.entity,
      channelInstance: channel !== undefined && others.length === 0 ? channel : null,
      businessDate,
      currency,
      source: `settlement:${settlementId}`,
      correlationId: settlement.correlationId,
      occurredAt: settlement.periodEnd ?? settlement.receivedAt,
    },
  };
}

/** Posts once for a part of a settlement, and links it. */
export async function post(
  sql: Sql,
  { head, settlement }: Books,
  kind: string,
  journal: { readonly rule: string; readonly lines: string; readonly values: readonly unknown[] },
): Promise<void> {
  const { settlementId } = settlement;
  const momentKey = `settlement:${settlementId}:${kind}`;
  const journalId = await postJournalOfSet(sql, { ...head, momentKey, ...journal });
  if (journalId !== null) await linkJournal(sql, settlementId, kind, journalId);
}

/** Where lines of a class that is posted go; what is held is an item of its account. */
export function treatedSide(
  { account: clearingAccount }: Pick<SettlementSnapshot, 'account'>,
  { rule, account }: { readonly rule: string; readonly account: Account },
) {
  const item = account === 'RSV' ? { item: `reserve:${clearingAccount}` } : {};
  return { rule, account, dimensions: { clearingAccount, ...item } };
}

export type SuspenseKind = 'unmatched' | 'unknown';
export const suspenseItem = (settlementId: string, kind: SuspenseKind) =>
  `settlement:${settlementId}:${kind}`;

/** The side of what is in suspense (rule 24). */
export const suspenseSide = (
  { settlementId, account }: Pick<SettlementSnapshot, 'settlementId' | 'account'>,
  kind: SuspenseKind,
) => ({
  account: 'SUSP' as const,
  dimensions: { item: suspenseItem(settlementId, kind), clearingAccount: account },
});

/** `$2` is debited and `$3` credited by `$1`, or the reverse where it is below zero. */
const PAIR_LINES = `
  select $2::jsonb ->> 'account' as account,
         case when $1::bigint > 0 then 'debit' else 'credit' end as side,
         abs($1::bigint) as amount_minor, $2::jsonb -> 'dimensions' as dimensions
   where $1::bigint <> 0
  union all
  select $3::jsonb ->> 'account', case when $1::bigint > 0 then 'credit' else 'debit' end,
         abs($1::bigint), $3::jsonb -> 'dimensions' where $1::bigint <> 0`;

interface Side {
  readonly account: Account;
  readonly dimensions: object;
}

/** A signed amount between two sides: above zero the first is debited. */
export const pair = (amountMinor: number, debited: Side, credited: Side) => ({
  lines: PAIR_LINES,
  values: [amountMinor, JSON.stringify(debited), JSON.stringify(credited)],
});
