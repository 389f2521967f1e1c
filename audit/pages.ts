// The rows of one statement in pages: what the audit holds does not grow with their number.
import type { QueryResultRow } from 'pg';
import type { Sql } from '../store/database';

/** Rows a page. */
const PAGE_ROWS = 5_000;

/** By a cursor in the caller's transaction, one statement at a time. */
export async function* pagesOf<Row extends QueryResultRow>(
  sql: Sql,
  statement: string,
  values: unknown[] = [],
  rowsAPage: number = PAGE_ROWS,
): AsyncGenerator<readonly Row[]> {
  await sql.query(`declare audited no scroll cursor for ${statement}`, values);
  for (;;) {
    const { rows } = await sql.query<Row>(`fetch ${rowsAPage} from audited`);
    if (rows.length > 0) yield rows;
    if (rows.length < rowsAPage) break;
  }
  await sql.query('close audited');
}
