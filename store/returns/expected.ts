/** What a return still expects, and until when. */
import type { Sql } from '../database';

/** What is expected is waited for until then. */
export async function expectUntil(sql: Sql, rma: string, receiveBy: string): Promise<void> {
  await sql.query({
    name: 'expect-until',
    text: 'update sales_return set receive_by = $2 where rma = $1',
    values: [rma, receiveBy],
  });
}

/** What has not come is not expected any more. */
export async function dropExpected(sql: Sql, rma: string): Promise<void> {
  await sql.query({
    name: 'drop-expected',
    text: `update return_line set expected = received where rma = $1 and expected > received`,
    values: [rma],
  });
}
