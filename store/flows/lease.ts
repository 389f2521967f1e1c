/** One holder at a time, for as long as it keeps saying so. */
import type { Sql } from '../database';

/** Takes or prolongs it; false while another holder's has not run out. */
export async function takeLease(
  sql: Sql,
  name: string,
  holder: string,
  durationMs: number,
): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'take-lease',
    text: `insert into lease (name, holder, expires_at)
           values ($1, $2, now() + $3 * interval '1 millisecond')
           on conflict (name) do update
              set holder = excluded.holder, expires_at = excluded.expires_at
            where lease.holder = excluded.holder or lease.expires_at < now()`,
    values: [name, holder, durationMs],
  });
  return rowCount === 1;
}

/** Gives it back at once, so that the next holder need not wait for it to run out. */
export async function releaseLease(sql: Sql, name: string, holder: string): Promise<void> {
  await sql.query('delete from lease where name = $1 and holder = $2', [name, holder]);
}
