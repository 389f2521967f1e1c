/** The row that a flow is about: whoever changes it, or what is its flow's, locks it first. */
import type { Sql } from '../database';

/** A row with a `workflow_id`, such as `sales_order` by its `order_id`. */
export interface SubjectRow {
  readonly table: string;
  readonly key: string;
  readonly id: string;
}

/** For the WITH of a statement that does more: its id is the parameter of that number. */
export const lockedSubject = ({ table, key }: SubjectRow, place: number): string =>
  `locked as materialized (
     select workflow_id from ${table} where ${key} = $${place} for no key update)`;

export async function lockSubject(sql: Sql, { table, key, id }: SubjectRow): Promise<void> {
  await sql.query({
    name: `lock-${table}`,
    text: `select 1 from ${table} where ${key} = $1 for no key update`,
    values: [id],
  });
}

/** The same and then its flow's row, as a moment does that may end both; one statement. */
export async function lockSubjectAndFlow(sql: Sql, subject: SubjectRow): Promise<void> {
  await sql.query({
    name: `lock-${subject.table}-and-flow`,
    text: `with ${lockedSubject(subject, 1)}
           select 1 from flow where workflow_id = (select workflow_id from locked)
              for no key update`,
    values: [subject.id],
  });
}
