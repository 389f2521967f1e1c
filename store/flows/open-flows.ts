/** Open flows, page by page in the order of their ids. */
import type { Sql } from '../database';

/** Those that were opened some time ago and that no row is on its way to. */
export async function openFlowsAfter(
  sql: Sql,
  after: string,
  openForMs: number,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql.query<{ workflow_id: string }>({
    name: 'open-flows-after',
    text: `select workflow_id from flow f
            where state = 'open' and workflow_id > $1
              and opened_at < now() - $2 * interval '1 millisecond'
              and not exists (select from dispatch d
                               where d.workflow_id = f.workflow_id and d.state = 'pending')
            order by workflow_id limit $3`,
    values: [after, openForMs, limit],
  });
  return rows.map((row) => row.workflow_id);
}
