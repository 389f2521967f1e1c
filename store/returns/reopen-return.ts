/** A return that had ended goes on. */
import type { Sql } from '../database';

/** What it had paid back came back: it goes on where it had ended. */
export async function reopenReturn(sql: Sql, rma: string): Promise<void> {
  await sql.query({
    name: 'reopen-return',
    text: `update sales_return set state = 'approved', closed_at = null, compacted_at = null
            where rma = $1 and state in ('closed', 'expired')`,
    values: [rma],
  });
}
