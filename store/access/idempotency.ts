/**
 * Idempotency keys of callers: the first answer is kept with a hash of the body it answered. A call
 * that died halfway leaves a row without an answer, which the next call takes over.
 */
import type { Database, Sql } from '../database';

/** After this long a call without an answer is taken for dead; no request of ours lives longer. */
export const RUNNING_LIMIT_MS = 60_000;

export interface IdempotencyKey {
  /** The key's owner and the route. */
  readonly scope: string;
  readonly key: string;
  readonly bodyHash: string;
}

export type Begun =
  /** `claim` names this call's hold on the key. */
  | { readonly state: 'fresh'; readonly claim: string }
  | { readonly state: 'answered'; readonly status: number; readonly answer: unknown }
  | { readonly state: 'running' }
  | { readonly state: 'reused' };

interface IdempotencyRow {
  body_hash: string;
  status: number | null;
  answer: unknown;
}

/**
 * Claims a key, or says what became of the call that has it. One statement in the usual case, a
 * transaction of its own, which waits for no disk: a claim that a crash of Postgres takes along has
 * lost its work too, and work that was committed has its claim before it in the same log.
 */
export async function beginIdempotent(sql: Database, key: IdempotencyKey): Promise<Begun> {
  const claimed = await sql.query<{ claim: string }>({
    name: 'begin-idempotent',
    text: `with unwaited as (select set_config('synchronous_commit', 'off', true))
           insert into idempotency as i (scope, idempotency_key, body_hash)
           select $1, $2, $3 from unwaited
           on conflict (scope, idempotency_key) do update set created_at = clock_timestamp()
             where i.status is null and i.body_hash = excluded.body_hash
               and i.created_at < now() - make_interval(secs => $4)
           returning created_at::text as claim`,
    values: [key.scope, key.key, key.bodyHash, RUNNING_LIMIT_MS / 1_000],
  });
  const [mine] = claimed.rows;
  if (mine !== undefined) return { state: 'fresh', claim: mine.claim };
  const { rows } = await sql.query<IdempotencyRow>({
    name: 'read-idempotent',
    text: `select body_hash, status, answer from idempotency
            where scope = $1 and idempotency_key = $2`,
    values: [key.scope, key.key],
  });
  const [row] = rows;
  // The first call gave its key back between the two statements: the caller may come again.
  if (row === undefined) return { state: 'running' };
  if (row.body_hash !== key.bodyHash) return { state: 'reused' };
  return row.status === null
    ? { state: 'running' }
    : { state: 'answered', status: row.status, answer: row.answer };
}

/** A slow call found that another one had taken its key over: its own work must roll back. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  constructor() {
    super('another call took this idempotency key over');
  }
}

/** Keeps the answer, in the transaction of the work. @throws ClaimLostError */
export async function finishIdempotent(
  sql: Sql,
  key: IdempotencyKey,
  claim: string,
  answer: { readonly status: number; readonly body: unknown },
): Promise<void> {
  const { rowCount } = await sql.query({
    name: 'finish-idempotent',
    text: `update idempotency set status = $4, answer = $5
            where scope = $1 and idempotency_key = $2 and status is null
              and created_at::text = $3`,
    values: [key.scope, key.key, claim, answer.status, JSON.stringify(answer.body)],
  });
  if (rowCount !== 1) throw new ClaimLostError();
}

/**
 * Keeps the answer of a call that made nothing and held no claim: one statement. Where the key has
 * an answer already, that one stands and is given back.
 */
export async function rememberAnswer(
  sql: Sql,
  key: IdempotencyKey,
  answer: { readonly status: number; readonly body: unknown },
): Promise<
  | { readonly state: 'kept' }
  | { readonly state: 'answered'; readonly status: number; readonly answer: unknown }
  | { readonly state: 'reused' }
> {
  const { rows } = await sql.query<IdempotencyRow & { is_new: boolean }>({
    name: 'remember-answer',
    text: `insert into idempotency as i (scope, idempotency_key, body_hash, status, answer)
           values ($1, $2, $3, $4, $5)
           on conflict (scope, idempotency_key) do update set status = coalesce(i.status, $4),
             answer = coalesce(i.answer, $5)
           returning body_hash, status, answer, xmax = 0 as is_new`,
    values: [key.scope, key.key, key.bodyHash, answer.status, JSON.stringify(answer.body)],
  });
  const [row] = rows;
  if (row === undefined || row.is_new) return { state: 'kept' };
  if (row.body_hash !== key.bodyHash) return { state: 'reused' };
  return { state: 'answered', status: row.status ?? answer.status, answer: row.answer };
}

/** Gives a key back whose call made nothing, so that the same call may be tried again. */
export async function releaseIdempotent(
  sql: Sql,
  key: IdempotencyKey,
  claim: string,
): Promise<void> {
  await sql.query({
    name: 'release-idempotent',
    text: `delete from idempotency where scope = $1 and idempotency_key = $2 and status is null
             and created_at::text = $3`,
    values: [key.scope, key.key, claim],
  });
}
