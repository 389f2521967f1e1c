/** Who calls: bearer keys, known by their SHA-256, kept in memory for a short while. */
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { channelSetup } from '../../canonical/installation';
import { mayBring, speaksFor, type Role } from '../../canonical/schema/api-key';
import type { EventType } from '../../canonical/schema/event';
import { apiKeyHash, findApiKey, type ApiKey } from '../../store/access/api-keys';
import type { Sql } from '../../store/database';
import { createFailedKeys, prefixOf } from './failed-keys';
import { Problem } from './problem';

/** A key that is revoked or bound anew works this much longer as before, in every process. */
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

/** Whose key has this hash; null where there is none, it was revoked or has expired. */
export async function callerOf(
  sql: Sql,
  keyHash: string,
): Promise<(Caller & { readonly endsAt: string | null }) | null> {
  const found = await findApiKey(sql, keyHash);
  return found && { ...found, callerId: keyHash.slice(0, CALLER_ID_CHARS) };
}

export type Authenticate = (request: Request) => Promise<Caller>;

/** @throws Problem unauthenticated or rate_limited, from what it returns */
export function createAuthenticate(
  sql: Sql,
  now: () => number = Date.now,
  onFailure: () => void = () => undefined,
): Authenticate {
  const cache = new Map<string, Remembered>();
  const failures = createFailedKeys(now);
  return async (request) => {
    const key = bearerOf(request);
    if (key === undefined) throw new Problem('unauthenticated', 'send Authorization: Bearer …');
    const keyHash = apiKeyHash(key);
    let known = cache.get(keyHash);
    const from = [`address ${ipKeyGenerator(request.ip ?? '')}`, `prefix ${prefixOf(key)}`];
    // A key that was good is looked up whatever others try from its address.
    if (!known?.caller) failures.requireSlow(from);
    if (known === undefined || known.untilMs <= now()) {
      const caller = await callerOf(sql, keyHash);
      const ttlMs = caller === null ? UNKNOWN_KEY_TTL_MS : KEY_CACHE_TTL_MS;
      const endsAtMs = caller?.endsAt ? Date.parse(caller.endsAt) : Infinity;
      known = { caller, untilMs: Math.min(now() + ttlMs, endsAtMs) };
      cache.delete(keyHash);
      cache.set(keyHash, known);
      const [oldest] = cache.keys();
      if (cache.size > KEY_CACHE_SIZE && oldest !== undefined) cache.delete(oldest);
    }
    if (known.caller === null) {
      failures.count(from);
      onFailure();
      throw new Problem('unauthenticated', 'this key is not known here');
    }
    return known.caller;
  };
}

/** @throws Problem forbidden */
export function requireRight(caller: Caller, roles: readonly Role[], sameAs?: EventType): void {
  if (!roles.includes(caller.role)) {
    throw new Problem('forbidden', `this needs a key of ${roles.join(' or ')}, not ${caller.role}`);
  }
  if (sameAs !== undefined && !mayBring(caller, sameAs)) {
    throw new Problem('forbidden', `this key may not bring what ${sameAs} says`);
  }
}

/** @throws Problem forbidden, where a body names a channel instance that is another caller's */
export function requireChannel(caller: Caller, channelInstance: string): void {
  if (speaksFor(caller, channelInstance) || channelSetup(channelInstance) === undefined) return;
  const detail = `this key does not speak for ${channelInstance}`;
  const errors = [{ pointer: '/channelInstance', code: 'forbidden', detail }];
  throw new Problem('forbidden', detail, { errors });
}

/** The location that a caller asks about: a store's key sees its own, whatever it asks for. */
export function locationSeen({ role, storeId }: Caller, asked: string | null): string | null {
  if (role !== 'store' && storeId === null) return asked;
  return asked === null || asked === storeId ? (storeId ?? NOWHERE) : NOWHERE;
}
/** No location is called so. */
const NOWHERE = '';
