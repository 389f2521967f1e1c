// Audits that ended: the next one begins where the last clean one began.
import { only, type Sql } from '../store/database';
import type { Scope } from './scope';

/** What nothing has touched since is found by a whole audit only. */
const WHOLE_EVERY_DAYS = 7;

/** No whole one ended in its time. */
export async function isWholeDue(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ isDue: boolean }>(
    `select not exists (select from audit_run
        where is_whole and began_at > now() - make_interval(days => $1)) as "isDue"`,
    [WHOLE_EVERY_DAYS],
  );
  return only(rows, 'whether a whole audit is due').isDue;
}

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
