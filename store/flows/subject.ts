/** The row that a flow is about: whoever changes it, or what is its flow's, locks it first. */
import type { Sql } from '../database';

/** A row with a `workflow_id`, such as `sales_order` by its `order_id`. */
export interface SubjectRow {
  readonly table: string;
  readonly key: string;
  readonly id: string;
  /** It is part of another subject, which is locked before it; `key` is in both tables. */
  readonly under?: { readonly table: string; readonly key: string };
}

/** For the WITH of a statement that does more: its id is the parameter of that number. */
export function lockedSubject({ table, key, under }: SubjectRow, place: number): string {
  if (under === undefined) {
    return `locked as materialized (
     select workflow_id from ${table} where ${key} = $${place} for no key update)`;
  }
  return `over as materialized (
     select 1 from ${under.table} where ${under.key} =
       (select ${under.key} from ${table} where ${key} = $${place}) for no key update),
   locked as materialized (
     select workflow_id from ${table}
      where ${key} = $${place} and (select count(*) from over) > 0 for no key update)`;
}

export async function lockSubject(sql: Sql, subject: SubjectRow): Promise<void> {
  await sql.query({
    name: `lock-${subject.table}`,
    text: `with ${lockedSubject(subject, 1)} select 1 from locked`,
    values: [subject.id],
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

/** After its subject's row: calls for the flow are begun before this or after the commit. */
export async function lockFlow(sql: Sql, workflowId: string): Promise<void> {
  await sql.query({
    name: 'lock-flow',
    text: 'select 1 from flow where workflow_id = $1 for no key update',
    values: [workflowId],
  });
}
