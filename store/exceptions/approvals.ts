/** Resolutions that wait for the word of others: what was asked, who approved, how it ended. */
import type { Resolution } from '../../canonical/schema/exception';
import { LOOK_AGAIN } from '../../canonical/flows/contract';
import { only, type Sql } from '../database';

/**
 * SQL that gives, as a JSON object, what is asked of the exception in the table or alias `e`; null
 * where nothing is. What was asked of an earlier opening is over.
 */
export const askedOf = (e: string): string => `(
  select jsonb_build_object('resolution', q.resolution, 'reason', q.reason,
           'askedBy', q.asked_by, 'askedRole', q.asked_role,
           'askedAt', to_char(q.asked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
           'needed', q.needed,
           'approvedBy', coalesce((select jsonb_agg(a.approved_by order by a.approved_at)
              from resolution_approval a where a.request_id = q.request_id), '[]'),
           'involved', q.involved)
    from resolution_request q
   where q.exception_id = ${e}.exception_id and q.opening = ${e}.openings
     and q.state = 'asked' and ${e}.state <> 'resolved')`;

/** SQL: the same for a flow's page and history, without anybody's words or name. */
export const askedBriefOf = (e: string): string => `(
  select jsonb_build_object('resolution', q.resolution, 'approvalsMissing', q.needed
           - (select count(*) from resolution_approval a where a.request_id = q.request_id))
    from resolution_request q
   where q.exception_id = ${e}.exception_id and q.opening = ${e}.openings
     and q.state = 'asked' and ${e}.state <> 'resolved')`;

export interface ResolutionAsked {
  readonly requestId: string;
  readonly exceptionId: string;
  readonly resolution: Resolution;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedRole: string;
  /** Others who have to approve. */
  readonly needed: number;
  /** Who had a hand in it: they do not approve either. */
  readonly involved?: readonly string[];
}

/** Call it under the lock of the exception's row; what is asked already goes on being asked. */
export async function askForResolution(sql: Sql, asked: ResolutionAsked): Promise<void> {
  await sql.query(
    `insert into resolution_request (request_id, exception_id, opening, resolution, reason,
       asked_by, asked_role, needed, involved)
     select $1, exception_id, openings, $3, $4, $5, $6, $7,
            coalesce($8, (select q.involved from resolution_request q
              where q.exception_id = e.exception_id and q.opening = e.openings
              order by q.asked_at desc limit 1), '{}')
       from exception e where exception_id = $2
     on conflict (exception_id, opening) where state = 'asked' do nothing`,
    [
      asked.requestId,
      asked.exceptionId,
      asked.resolution,
      asked.reason,
      asked.askedBy,
      asked.askedRole,
      asked.needed,
      asked.involved ?? null,
    ],
  );
  await showAgain(sql, asked.exceptionId);
}

const OPEN_REQUEST = `select request_id from resolution_request q
   where q.exception_id = $1 and q.state = 'asked'
     and q.opening = (select openings from exception where exception_id = $1)`;

/**
 * One more person says yes; call it under the lock of the exception's row. `needed` is what is
 * needed as things are now: never less than when it was asked. Gives how many are still missing.
 */
export async function approveResolution(
  sql: Sql,
  exceptionId: string,
  { by, needed }: { readonly by: string; readonly needed: number },
): Promise<number> {
  const { rows } = await sql.query<{ request_id: string; needed: number }>(
    `update resolution_request set needed = greatest(needed, $2)
      where request_id = (${OPEN_REQUEST}) returning request_id, needed`,
    [exceptionId, needed],
  );
  const request = only(rows, `what is asked of ${exceptionId}`);
  await sql.query(`insert into resolution_approval (request_id, approved_by) values ($1, $2)`, [
    request.request_id,
    by,
  ]);
  const { rows: counted } = await sql.query<{ approvals: number }>(
    `select count(*)::int as approvals from resolution_approval where request_id = $1`,
    [request.request_id],
  );
  const missing = request.needed - only(counted, 'approvals').approvals;
  if (missing > 0) await showAgain(sql, exceptionId);
  return missing;
}

/** What was asked is over: done, or not to be done. */
export async function endRequest(
  sql: Sql,
  exceptionId: string,
  state: 'approved' | 'denied',
): Promise<void> {
  await sql.query(
    `update resolution_request set state = $2, ended_at = now()
      where request_id = (${OPEN_REQUEST})`,
    [exceptionId, state],
  );
  if (state === 'denied') await showAgain(sql, exceptionId);
}

/** Its flow reads once more what it waits for, and shows it. */
export async function showAgain(sql: Sql, exceptionId: string): Promise<void> {
  await sql.query(
    `insert into dispatch (workflow_id, kind, name, order_id, body)
     select f.workflow_id, 'signal', $2, f.order_id, '{}'
       from exception e join flow f using (workflow_id)
      where e.exception_id = $1 and f.state = 'open'`,
    [exceptionId, LOOK_AGAIN],
  );
}
