/** Sessions of people who signed in to the pages with a key: only hashes are kept. */
import type { Sql } from '../database';

/** Opens a session, and drops those that have expired. */
export async function openPageSession(
  sql: Sql,
  session: { readonly tokenHash: string; readonly keyHash: string; readonly lifetimeMs: number },
): Promise<void> {
  await sql.query({
    name: 'open-page-session',
    text: `with expired as (delete from page_session where expires_at < now())
           insert into page_session (token_hash, key_hash, expires_at)
           values ($1, $2, now() + make_interval(secs => $3::double precision / 1000))`,
    values: [session.tokenHash, session.keyHash, session.lifetimeMs],
  });
}

/** The hash of the key it was opened with; null where there is none, or it has expired. */
export async function findPageSession(sql: Sql, tokenHash: string): Promise<string | null> {
  const { rows } = await sql.query<{ keyHash: string }>({
    name: 'find-page-session',
    text: `select key_hash as "keyHash" from page_session
            where token_hash = $1 and expires_at > now()`,
    values: [tokenHash],
  });
  return rows[0]?.keyHash ?? null;
}

export async function closePageSession(sql: Sql, tokenHash: string): Promise<void> {
  await sql.query({
    name: 'close-page-session',
    text: 'delete from page_session where token_hash = $1',
    values: [tokenHash],
  });
}
