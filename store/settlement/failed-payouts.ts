/** Payouts that a later settlement says came back, and that the bank has not shown: one statement each. */
import type { Sql } from '../database';

export interface FailedPayout {
  readonly lineNo: number;
  readonly settlementId: string;
  readonly workflowId: string;
  readonly reference: string;
  readonly amountMinor: number;
}

/**
 * Lines of the settlement that say so, with the payout that each means: the one that its references
 * name, else the only one of the account that is still as much. Locks those.
 */
export async function failedPayouts(
  sql: Sql,
  of: { readonly settlementId: string; readonly account: string; readonly currency: string },
): Promise<FailedPayout[]> {
  const { rows } = await sql.query<FailedPayout>(
    `select l.line_no as "lineNo", s.settlement_id as "settlementId",
            s.workflow_id as "workflowId", s.reference, l.amount_minor as "amountMinor"
       from settlement_line l
       join settlement s on s.account = $2 and s.currency = $3 and s.state = 'posted'
        and s.settlement_id <> $1
        and s.declared_net_minor - s.bank_minor - s.failed_minor = l.amount_minor
      where l.settlement_id = $1 and l.class = 'payout-failed' and l.amount_minor > 0
        and (s.reference in (l.payment_ref, l.line_ref, l.order_ref)
          or not exists (select from settlement o
               where o.account = $2 and o.currency = $3 and o.state = 'posted'
                 and o.settlement_id not in ($1, s.settlement_id)
                 and o.declared_net_minor - o.bank_minor - o.failed_minor = l.amount_minor))
      order by l.line_no for no key update of s`,
    [of.settlementId, of.account, of.currency],
  );
  // Each payout comes back once, and each line is one.
  return rows.filter(
    (one, at) =>
      rows.findIndex((other) => other.settlementId === one.settlementId) === at &&
      rows.findIndex((other) => other.lineNo === one.lineNo) === at,
  );
}

/** Of its net so much is not paid; the other lines that say so are somebody's to explain. */
export async function recordFailed(
  sql: Sql,
  settlementId: string,
  failed: readonly FailedPayout[],
): Promise<void> {
  await sql.query(
    `update settlement_line set class = 'unknown'
      where settlement_id = $1 and class = 'payout-failed' and line_no <> all($2::int[])`,
    [settlementId, failed.map(({ lineNo }) => lineNo)],
  );
  await sql.query(
    `update settlement s set failed_minor = s.failed_minor + f.minor
       from unnest($1::text[], $2::bigint[]) as f(id, minor) where s.settlement_id = f.id`,
    [failed.map((one) => one.settlementId), failed.map((one) => one.amountMinor)],
  );
}
