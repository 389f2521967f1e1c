/**
 * Effects on other systems: a row with the key and the frozen body before the call, the answer
 * after it. A retry sends exactly the frozen body; one that was called before is asked for first.
 */
import { contentHash } from '../ids';
import { only, type Sql } from '../database';

export interface NewEffect {
  readonly key: string;
  /** The account that is called: `stripe-us`, `wms-main` … */
  readonly system: string;
  readonly verb: string;
  readonly orderId?: string;
  readonly batchId?: string;
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly body: unknown;
}

export interface EffectRow {
  /** `fresh`: never called. `called-before`: the answer of an earlier call is not known. */
  readonly state: 'fresh' | 'called-before' | 'done' | 'refused';
  /** What to send: the body of the first call. */
  readonly body: unknown;
  /** The recorded answer of a call that ended. */
  readonly answer: unknown;
}

/** Commits the intention before the call; one round trip. */
export async function beginEffect(sql: Sql, effect: NewEffect): Promise<EffectRow> {
  const { rows } = await sql.query<{
    state: string;
    body: unknown;
    answer: unknown;
    calls: number;
  }>({
    name: 'begin-effect',
    text: `insert into effect (effect_key, system, verb, order_id, batch_id, amount_minor,
                               currency, body, body_hash)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (effect_key) do update
              set calls = effect.calls + (effect.state = 'called')::int
           returning state, body, answer, calls`,
    values: [
      effect.key,
      effect.system,
      effect.verb,
      effect.orderId ?? null,
      effect.batchId ?? null,
      effect.amountMinor ?? null,
      effect.currency ?? null,
      JSON.stringify(effect.body),
      contentHash(effect.body),
    ],
  });
  const row = only(rows, 'beginEffect');
  if (row.state === 'done' || row.state === 'refused') {
    return { state: row.state, body: row.body, answer: row.answer };
  }
  return { state: row.calls === 1 ? 'fresh' : 'called-before', body: row.body, answer: null };
}

/** Records how the call ended; false where that was recorded before. */
export async function finishEffect(
  sql: Sql,
  key: string,
  end: {
    readonly state: 'done' | 'refused';
    readonly reference: string | null;
    readonly answer: unknown;
  },
): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'finish-effect',
    text: `update effect set state = $2, reference = $3, answer = $4, answered_at = now()
            where effect_key = $1 and state = 'called'`,
    values: [key, end.state, end.reference, JSON.stringify(end.answer)],
  });
  return rowCount === 1;
}

/**
 * Nothing was made: the first and only call never reached the other system. The row goes, so that
 * the next call is a first one again and may say something else. False where another call began.
 */
export async function forgetEffect(sql: Sql, key: string): Promise<boolean> {
  const { rowCount } = await sql.query({
    name: 'forget-effect',
    text: `delete from effect where effect_key = $1 and state = 'called' and calls = 1`,
    values: [key],
  });
  return rowCount === 1;
}
