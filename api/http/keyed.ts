/**
 * Idempotency-Key: the first answer is kept with a hash of the body and given again. Work that the
 * answer belongs to keeps it in its own transaction (`keep`); an answer without work is kept after.
 */
import type { Request } from 'express';
import type { Database, Sql } from '../../store/database';
import {
  beginIdempotent,
  ClaimLostError,
  finishIdempotent,
  releaseIdempotent,
  type IdempotencyKey,
} from '../../store/access/idempotency';
import { contentHash } from '../../store/ids';
import type { Caller } from './authenticate';
import { Problem, problemBody, toProblem } from './problem';
import { contentHashInSlices } from '../../store/slices';

const KEY_FORMAT = /^[!-~]{1,255}$/;

export interface Answer {
  readonly status: number;
  /** Undefined: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call's key, and how its answer is kept. */
export interface KeyedCall extends IdempotencyKey {
  /** Unique to caller and key: names the decision in the audit trail and the update in a flow. */
  readonly decisionId: string;
  /** Keeps the answer in the work's own transaction. */
  readonly keep: (sql: Sql, answer: Answer) => Promise<void>;
}

type NamedKey = IdempotencyKey & { readonly decisionId: string };

/** @throws Problem idempotency_key_missing, or invalid_request for one that cannot be used */
export function readKey(
  request: Request,
  route: string,
  caller: Caller,
  body: unknown,
): Promise<NamedKey> {
  return keyOf(request.get('idempotency-key'), { route, path: request.path, caller, body });
}

/** @throws Problem as `readKey` does */
export async function keyOf(
  key: string | undefined,
  asked: {
    readonly route: string;
    /** With its ids filled in: part of what was asked. */
    readonly path: string;
    readonly caller: Caller;
    readonly body: unknown;
  },
): Promise<NamedKey> {
  const { route, path, caller, body } = asked;
  if (key === undefined || key === '') {
    throw new Problem('idempotency_key_missing', 'send Idempotency-Key: a value of your own');
  }
  if (!KEY_FORMAT.test(key)) {
    throw new Problem('invalid_request', 'Idempotency-Key cannot be used', {
      errors: [
        {
          pointer: 'header:Idempotency-Key',
          code: 'invalid_format',
          detail: '1 to 255 visible ASCII characters',
        },
      ],
    });
  }
  const scope = `${caller.callerId} ${route}`;
  return {
    scope,
    key,
    // The path is part of what was asked: the same key on another order is another request.
    bodyHash: await contentHashInSlices([path, body]),
    decisionId: decisionIdOf(scope, path, key),
  };
}

/** A caller may put anything into a key: only its hash goes into histories and effect keys. */
function decisionIdOf(...parts: readonly string[]): string {
  return `dec_${contentHash(parts).slice(0, DECISION_HASH_CHARS)}`;
}
const DECISION_HASH_CHARS = 26;

export const REUSED = 'this Idempotency-Key was used with another request';
const REPLAYED = { 'Idempotency-Replayed': 'true' } as const;

export function replayed(status: number, body: unknown): Answer {
  return { status, body, headers: REPLAYED };
}

/** Refusals that a later call may overcome, or that made nothing: their key is given back. */
function isKept(problem: Problem): boolean {
  return problem.status < 500 && problem.status !== 404 && problem.status !== 429;
}

/**
 * Runs `work` once for a key.
 * @throws Problem idempotency_key_reused, idempotency_in_progress, and what `work` throws
 */
export async function once(
  db: Database,
  key: IdempotencyKey & { readonly decisionId: string },
  correlationId: string,
  work: (call: KeyedCall) => Promise<Answer>,
): Promise<Answer> {
  const begun = await beginIdempotent(db, key);
  switch (begun.state) {
    case 'answered':
      return replayed(begun.status, begun.answer);
    case 'reused':
      throw new Problem('idempotency_key_reused', REUSED);
    case 'running':
      throw new Problem('idempotency_in_progress', 'the first call with this key still runs');
    case 'fresh':
      break;
  }
  let isKeptByWork = false;
  const keep = async (sql: Sql, answer: Answer) => {
    await finishIdempotent(sql, key, begun.claim, { status: answer.status, body: answer.body });
    isKeptByWork = true;
  };
  try {
    const answer = await work({ ...key, keep });
    if (!isKeptByWork) await keep(db, answer);
    return answer;
  } catch (error) {
    if (error instanceof ClaimLostError) {
      throw new Problem('idempotency_in_progress', 'another call with this key took over');
    }
    const problem = toProblem(error);
    if (isKept(problem)) {
      const body = problemBody(problem, correlationId);
      await finishIdempotent(db, key, begun.claim, { status: problem.status, body });
    } else {
      // What cannot be given back now is taken over after RUNNING_LIMIT_MS.
      await releaseIdempotent(db, key, begun.claim).catch(() => undefined);
    }
    throw error;
  }
}
