// Audits that ended: the next one begins where the last clean one began.
import type { Sql } from '../store/database';
import type { Scope } from './scope';

export async function keepRun(
  sql: Sql,
  { beganAt, writtenSince }: Scope,
  found: { readonly orders: number; readonly differences: number },
): Promise<void> {
  await sql.query(
    `insert into audit_run (is_whole, is_clean, since, began_at, orders, differences)
     values ($1, $2, $3, $4, $5, $6)`,
    [
      writtenSince === null,
      found.differences === 0,
      writtenSince,
      beganAt,
      found.orders,
      found.differences,
    ],
  );
}
