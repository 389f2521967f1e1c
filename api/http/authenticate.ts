/** Who calls: bearer keys, known by their SHA-256, kept in memory for a short while. */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { findApiKey, type ApiKey, type Role } from '../../store/access/api-keys';
import type { Sql } from '../../store/database';
import { Problem } from './problem';

/** A revoked key works this much longer at the most, in every process. */
export const KEY_CACHE_TTL_MS = 15_000;
/** A key that was made just now is refused for this long at the most, if it was tried before. */
const UNKNOWN_KEY_TTL_MS = 1_000;
/** Keys that are remembered, good and bad; the oldest goes first. */
const KEY_CACHE_SIZE = 10_000;
const MAX_KEY_CHARS = 512;

export interface Caller extends ApiKey {
  /** The first characters of the key's hash: whose idempotency keys these are. */
  readonly callerId: string;
}
const CALLER_ID_CHARS = 16;

interface Remembered {
  readonly caller: Caller | null;
  readonly untilMs: number;
}

/** The bearer key of a request; undefined where it has none that could be one. */
function bearerOf(request: Request): string | undefined {
  const match = /^Bearer ([!-~]+)$/i.exec(request.headers.authorization ?? '');
  const key = match?.[1];
  return key !== undefined && key.length <= MAX_KEY_CHARS ? key : undefined;
}

export type Authenticate = (request: Request) => Promise<Caller>;

/** @throws Problem unauthenticated, from what it returns */
export function createAuthenticate(sql: Sql, now: () => number = Date.now): Authenticate {
  const cache = new Map<string, Remembered>();
  return async (request) => {
    const key = bearerOf(request);
    if (key === undefined) throw new Problem('unauthenticated', 'send Authorization: Bearer …');
    const keyHash = createHash('sha256').update(key).digest('hex');
    let known = cache.get(keyHash);
    if (known === undefined || known.untilMs <= now()) {
      const found = await findApiKey(sql, keyHash);
      const caller =
        found === null ? null : { ...found, callerId: keyHash.slice(0, CALLER_ID_CHARS) };
      const ttlMs = caller === null ? UNKNOWN_KEY_TTL_MS : KEY_CACHE_TTL_MS;
      known = { caller, untilMs: now() + ttlMs };
      cache.delete(keyHash);
      cache.set(keyHash, known);
      const [oldest] = cache.keys();
      if (cache.size > KEY_CACHE_SIZE && oldest !== undefined) cache.delete(oldest);
    }
    if (known.caller === null) throw new Problem('unauthenticated', 'this key is not known here');
    return known.caller;
  };
}

/** @throws Problem forbidden */
export function requireRole(caller: Caller, roles: readonly Role[]): void {
  if (roles.includes(caller.role)) return;
  throw new Problem('forbidden', `this needs a key of ${roles.join(' or ')}, not ${caller.role}`);
}
