/**
 * Stripe's Idempotency-Key: the first answer again for a day, whatever it was, once the endpoint
 * has begun to execute; other parameters → 400; still running → 409. An answer to a bad request
 * that never began is not kept. https://docs.stripe.com/api/idempotent_requests
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import { inTransaction, type Queryable } from '../database';
import { contentHash, prefixedId } from '../identifiers';
import type { Answer, Call } from '../system';
import { invalidRequest, stripeError } from './errors';

const KEY_LENGTH_MAX = 255;
const KEY_LIFE_HOURS = 24;

export const idempotencyDdl = [
  `CREATE TABLE IF NOT EXISTS payment.idempotency_keys (
     key text PRIMARY KEY,
     params_hash text NOT NULL,
     method text NOT NULL,
     path text NOT NULL,
     request_id text NOT NULL,
     status int NOT NULL,
     body text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT clock_timestamp())`,
] as const;

/** What an endpoint did: an answer that is kept for its key, or one that never began. */
export interface Executed {
  answer: Answer;
  kept: boolean;
}

const keptRow = z.object({
  params_hash: z.string(),
  request_id: z.string(),
  status: z.number(),
  body: z.string(),
});

async function findKept(db: Queryable, key: string): Promise<z.infer<typeof keptRow> | undefined> {
  const { rows } = await db.query(
    `SELECT params_hash, request_id, status, body FROM payment.idempotency_keys
     WHERE key = $1 AND created_at > clock_timestamp() - make_interval(hours => $2)`,
    [key, KEY_LIFE_HOURS],
  );
  return rows.length === 0 ? undefined : keptRow.parse(rows[0]);
}

async function keep(
  db: Queryable,
  key: string,
  hash: string,
  call: Call,
  requestId: string,
  answer: Answer,
): Promise<void> {
  await db.query(
    `INSERT INTO payment.idempotency_keys (key, params_hash, method, path, request_id, status, body)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (key) DO UPDATE SET params_hash = excluded.params_hash, method = excluded.method,
       path = excluded.path, request_id = excluded.request_id, status = excluded.status,
       body = excluded.body, created_at = clock_timestamp()`,
    [
      key,
      hash,
      call.method,
      call.url.pathname,
      requestId,
      answer.status,
      JSON.stringify(answer.body),
    ],
  );
}

function replayed(kept: z.infer<typeof keptRow>, hash: string, key: string): Answer {
  if (kept.params_hash !== hash) {
    return stripeError(400, {
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first ' +
        `used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    });
  }
  return {
    status: kept.status,
    headers: {
      'request-id': prefixedId('req'),
      'original-request': kept.request_id,
      'idempotency-key': key,
      'idempotent-replayed': 'true',
    },
    body: kept.body,
  };
}

export type Execute = (db: Queryable, call: Call) => Promise<Executed>;

/**
 * Wraps an endpoint: effect and key are one transaction. `latency` is waited out while the key is
 * in flight.
 */
export function createIdempotency(pool: Pool, latency: () => Promise<void>) {
  const inFlight = new Set<string>();
  const execute = async (call: Call, run: Execute, key: string | undefined): Promise<Answer> => {
    const hash = contentHash([call.method, call.url.pathname, call.text]);
    const known = key === undefined ? undefined : await findKept(pool, key);
    if (known && key !== undefined) return replayed(known, hash, key);
    await latency();
    const requestId = prefixedId('req');
    const answer = await inTransaction(pool, async (client) => {
      const executed = await run(client, call);
      if (key !== undefined && executed.kept) {
        await keep(client, key, hash, call, requestId, executed.answer);
      }
      return executed.answer;
    });
    const echoed: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return { ...answer, headers: { ...answer.headers, 'request-id': requestId, ...echoed } };
  };
  return (run: Execute) =>
    async (call: Call): Promise<Answer> => {
      const header = call.headers['idempotency-key'];
      const key = typeof header === 'string' && header !== '' ? header : undefined;
      if (key === undefined) return execute(call, run, undefined);
      if (key.length > KEY_LENGTH_MAX) {
        return invalidRequest(`Idempotency keys may be up to ${KEY_LENGTH_MAX} characters.`);
      }
      if (inFlight.has(key)) {
        return stripeError(409, {
          type: 'idempotency_error',
          code: 'idempotency_key_in_use',
          message:
            'There is currently another in-progress request using this Idempotency Key ' +
            `(that probably means you submitted twice, and the other request is still going ` +
            `through): ${key}.`,
        });
      }
      inFlight.add(key);
      try {
        return await execute(call, run, key);
      } finally {
        inFlight.delete(key);
      }
    };
}
