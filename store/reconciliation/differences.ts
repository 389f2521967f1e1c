/** Differences between the books that were named to a person, and what became of them. */
import type { Sql } from '../database';
import type { FoundDuplicate } from '../orders/duplicates';

/** As an audit finds it. */
export interface FoundDifference {
  readonly invariant: string;
  readonly code: string;
  /** An order, a SKU at a location, an effect's key, an account. */
  readonly subject: string;
  readonly detail: string;
  /** Minor units of `currency`. */
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly duplicate?: FoundDuplicate;
}

/** `open`: it waits for a person. `accepted`: a person accounted for it, in these very words. */
export type Standing = 'new' | 'open' | 'accepted';

const KEYS = `unnest($1::text[], $2::text[], $3::text[], $4::text[])
                with ordinality as found(invariant, code, subject, detail, at)`;

const keysOf = (found: readonly FoundDifference[]) => [
  found.map(({ invariant }) => invariant),
  found.map(({ code }) => code),
  found.map(({ subject }) => subject),
  found.map(({ detail }) => detail),
];

/** In the order of what was found. */
export async function standingsOf(
  sql: Sql,
  found: readonly FoundDifference[],
): Promise<readonly Standing[]> {
  if (found.length === 0) return [];
  const { rows } = await sql.query<{ standing: Standing }>(
    `select case when exception.state <> 'resolved' then 'open'
                 when exception.resolution = 'overridden' and known.detail = found.detail
                   then 'accepted' else 'new' end as standing
       from ${KEYS}
       left join audit_difference known using (invariant, code, subject)
       left join exception using (exception_id)
      order by found.at`,
    keysOf(found),
  );
  return rows.map(({ standing }) => standing);
}

/** Written as found just now, each under its exception. */
export async function keepFound(
  sql: Sql,
  found: readonly (FoundDifference & { readonly exceptionId: string })[],
  isWhole: boolean,
): Promise<void> {
  await sql.query(
    `insert into audit_difference (invariant, code, subject, detail, exception_id, is_whole)
     select invariant, code, subject, detail, exception_id, $6
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
              as found(invariant, code, subject, detail, exception_id)
     on conflict (invariant, code, subject) do update
       set detail = excluded.detail, exception_id = excluded.exception_id,
           is_whole = audit_difference.is_whole and excluded.is_whole, last_found_at = now()`,
    [...keysOf(found), found.map(({ exceptionId }) => exceptionId), isWhole],
  );
}

export async function touchFound(
  sql: Sql,
  found: readonly FoundDifference[],
  isWhole: boolean,
): Promise<void> {
  await sql.query(
    `update audit_difference known set last_found_at = now(), is_whole = known.is_whole and $5
       from ${KEYS}
      where (known.invariant, known.code, known.subject) =
            (found.invariant, found.code, found.subject)`,
    [...keysOf(found), isWhole],
  );
}

/**
 * Takes away what an audit that began then did not find, and looked for: the ids of exceptions that
 * are still open.
 */
export async function takeGone(
  sql: Sql,
  { beganAt, isWhole }: { readonly beganAt: string; readonly isWhole: boolean },
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ exceptionId: string }>(
    `delete from audit_difference known using exception
      where known.exception_id = exception.exception_id and known.last_found_at < $1
        and ($2 or not known.is_whole)
      returning exception.exception_id as "exceptionId"`,
    [beganAt, isWhole],
  );
  return rows.map(({ exceptionId }) => exceptionId);
}

/** Accounts whose silence is named and that are not among those that are silent now. */
export async function answeringAgain(
  sql: Sql,
  silent: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await sql.query<{ account: string }>(
    `select cause_ref as account from exception
      where code = 'reconciliation.unreadable' and state <> 'resolved'
        and not cause_ref = any($1::text[])`,
    [silent],
  );
  return rows.map(({ account }) => account);
}

/** The order's id where the subject is an order of ours, else null. */
export async function orderIdOf(sql: Sql, subject: string): Promise<string | null> {
  const { rows } = await sql.query(`select from sales_order where order_id = $1`, [subject]);
  return rows.length > 0 ? subject : null;
}
