/** Journals of a settlement whose lines are as many as its own, and which journals are its. */
import { classesOf } from '../../canonical/rules/settlement/classes';
import type { SettlementClass } from '../../canonical/ports/settlement';
import type { Sql } from '../database';

export interface ClassTotal {
  readonly class: SettlementClass;
  readonly lines: number;
  readonly amountMinor: number;
}

export async function totalsByClass(sql: Sql, settlementId: string): Promise<ClassTotal[]> {
  const { rows } = await sql.query<ClassTotal>(
    `select class, count(*)::int as lines, sum(amount_minor)::bigint as "amountMinor"
       from settlement_line where settlement_id = $1 group by 1 order by 1`,
    [settlementId],
  );
  return rows;
}

export async function matchedMinor(sql: Sql, settlementId: string): Promise<number> {
  const { rows } = await sql.query<{ minor: number }>(
    `select coalesce(sum(matched_minor), 0)::bigint as minor from settlement_match
      where settlement_id = $1`,
    [settlementId],
  );
  return rows[0]?.minor ?? 0;
}

/** A line of the ledger for a signed amount: above zero it credits. */
const CREDITED = `case when minor > 0 then 'credit' else 'debit' end, abs(minor)`;
const CLEARING = `jsonb_build_object('item', item, 'clearingAccount', $2::text, 'payout', $1::text)`;

/**
 * Rule 19: what each item was settled by, the rest of the settlement against its own item, and what
 * is paid. `$1` settlement, `$2` clearing account, `$3` the rest, `$4` the net.
 */
export const PAYOUT_LINES = `
  select 'CLR' as account, side, amount_minor, dimensions from (
    select ${CREDITED}, ${CLEARING} from (
      select item, sum(matched_minor)::bigint as minor from settlement_match
       where settlement_id = $1 and matched_minor <> 0 group by item, matched_minor > 0
      union all select 'settlement:' || $1::text, $3::bigint where $3::bigint <> 0) m
  ) l(side, amount_minor, dimensions)
  union all
  select case when $4::bigint > 0 then 'CIT' else 'PAYOUT-DUE' end,
         case when $4::bigint > 0 then 'debit' else 'credit' end, abs($4::bigint),
         jsonb_build_object('item', 'payout:' || $1::text, 'clearingAccount', $2::text)
   where $4::bigint <> 0`;

/**
 * Rules 22, 22a: an item for each payment that is disputed. `$1` settlement, `$2` clearing account,
 * `$3` the class, `$4` the account.
 */
export const BY_PAYMENT_LINES = `
  with paid as (
    select coalesce(payment_ref, order_ref, line_no::text) as ref,
           sum(amount_minor)::bigint as minor
      from settlement_line where settlement_id = $1 and class = $3 group by 1)
  select $4::text as account, side, amount_minor, dimensions from (
    select ${CREDITED}, jsonb_build_object('item', 'dispute:' || ref, 'clearingAccount', $2::text)
      from paid where minor <> 0) l(side, amount_minor, dimensions)
  union all
  select 'CLR', case when sum(minor) > 0 then 'debit' else 'credit' end, abs(sum(minor))::bigint,
         jsonb_build_object('item', 'settlement:' || $1::text, 'clearingAccount', $2::text)
    from paid having sum(minor) <> 0`;

/**
 * What `newly_matched` found of what was in suspense, item by item. `$1` settlement, `$2` clearing
 * account, `$3` the item of suspense.
 */
export const EXPLAINED_LINES = `
  with found as (
    select item, sum(taken_minor)::bigint as minor from newly_matched
     where taken_minor <> 0 group by item, taken_minor > 0)
  select 'CLR' as account, side, amount_minor, dimensions from (
    select ${CREDITED}, ${CLEARING} from found) l(side, amount_minor, dimensions)
  union all
  select 'SUSP', case when sum(minor) > 0 then 'debit' else 'credit' end, abs(sum(minor))::bigint,
         jsonb_build_object('item', $3::text, 'clearingAccount', $2::text)
    from found having sum(minor) <> 0`;

/** What is left of payments that were paid short, written off. `$1`–`$2` as above, `$3` items. */
export const SHORT_LINES = `
  with short as (
    select item, minor from jsonb_to_recordset($3::jsonb) as s(item text, minor bigint))
  select 'CLR' as account, side, amount_minor, dimensions from (
    select ${CREDITED}, ${CLEARING} from short) l(side, amount_minor, dimensions)
  union all
  select 'SETTLE-ADJ', 'debit', sum(minor)::bigint, '{}'::jsonb from short having sum(minor) <> 0`;

/** Rule 19c: payouts that came back. `$1`–`$2` as above, `$3` their items. */
export const FAILED_PAYOUT_LINES = `
  with failed as (
    select item, minor from jsonb_to_recordset($3::jsonb) as f(item text, minor bigint))
  select 'CIT' as account, 'credit' as side, minor as amount_minor,
         jsonb_build_object('item', item, 'clearingAccount', $2::text) as dimensions from failed
  union all
  select 'CLR', 'debit', sum(minor)::bigint,
         jsonb_build_object('item', 'settlement:' || $1::text, 'clearingAccount', $2::text)
    from failed having sum(minor) > 0`;

export const hasMatched = (totals: readonly ClassTotal[]): boolean =>
  totals.some((one) => classesOf('matched').includes(one.class));

/** Which journal is of which part of the settlement: the way back from a line. */
export async function linkJournal(
  sql: Sql,
  settlementId: string,
  kind: string,
  journalId: string,
): Promise<void> {
  await sql.query(
    `insert into settlement_journal (settlement_id, kind, journal_id) values ($1, $2, $3)`,
    [settlementId, kind, journalId],
  );
}
