/**
 * An effect that was done, and that its system has undone since: a definite no from now on. And the
 * other way round: one that was refused, and that its system made after all.
 */
import type { Sql } from '../database';
import type { Write } from '../writes';

/** The next try is another effect under another key. */
export async function undoEffect(sql: Sql, effectKey: string, vendorCode: string): Promise<void> {
  await sql.query({
    name: 'undo-effect',
    text: `update effect set state = 'refused', answer = jsonb_build_object('vendorCode', $2::text)
            where effect_key = $1 and state = 'done'`,
    values: [effectKey, vendorCode],
  });
}

/** Whose authorization was refused under that key; null where none was. */
export async function orderOfRefused(sql: Sql, effectKey: string): Promise<string | null> {
  const { rows } = await sql.query<{ order_id: string }>({
    name: 'order-of-refused',
    text: `select order_id from effect
            where effect_key = $1 and verb = 'authorize' and state = 'refused'
              and order_id is not null`,
    values: [effectKey],
  });
  return rows[0]?.order_id ?? null;
}

export const takenAfterAll = (effectKey: string, reference: string): Write => ({
  name: 'effect-taken-after-all',
  text: `update effect set state = 'done', reference = $2, confirmed_at = now()
          where effect_key = $1 and state = 'refused'`,
  values: [effectKey, reference],
});
