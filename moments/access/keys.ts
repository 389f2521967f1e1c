/**
 * A key is made, rotated or revoked, and the audit trail says who did: one transaction of the
 * caller's. The key itself is given back here and kept nowhere.
 */
import { bindingsOf, type KeyRequest } from '../../canonical/schema/key';
import { apiKeyHash, newApiKey } from '../../store/access/api-keys';
import { recordDecision, type Decision } from '../../store/access/decisions';
import type { Sql } from '../../store/database';
import { endKey, findKey, insertKey, lockKeys, type KeptKey } from '../../store/access/kept-keys';

/** Who decides, as the audit trail keeps it. */
export type KeyDecider = Pick<
  Decision,
  'decisionId' | 'actor' | 'role' | 'reason' | 'correlationId'
>;

export type KeyMade =
  { readonly outcome: 'made'; readonly kept: KeptKey; readonly key: string } | KeyRefused;
type KeyRefused =
  { readonly outcome: 'refused'; readonly why: string } | { readonly outcome: 'unknown' };

const isLive = ({ revokedAt, expiresAt }: KeptKey) =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());

/** The request was checked. A name is one holder's: while its key lives there is no other. */
export async function makeKey(sql: Sql, request: KeyRequest, by: KeyDecider): Promise<KeyMade> {
  await lockKeys(sql);
  const before = await findKey(sql, request.name);
  if (before !== null && isLive(before)) {
    return { outcome: 'refused', why: `${request.name} has a key: rotate or revoke it` };
  }
  const { name, role, expiresAt = null } = request;
  return put(sql, { name, role, expiresAt, ...bindingsOf(request) }, 'key.make', by);
}

export interface Rotation {
  /** How long the old key goes on. */
  readonly overlapMinutes: number;
  /** Left out: as long as the old one was given. */
  readonly expiresAt?: string | undefined;
}

/** A new key under the same name with the same bindings. */
export async function rotateKey(
  sql: Sql,
  idOrName: string,
  { overlapMinutes, expiresAt }: Rotation,
  by: KeyDecider,
): Promise<KeyMade> {
  await lockKeys(sql);
  const old = await findKey(sql, idOrName);
  if (old === null) return { outcome: 'unknown' };
  if (!isLive(old)) return { outcome: 'refused', why: 'it was rotated or revoked, or has expired' };
  await endKey(sql, old.keyId, by.actor, overlapMinutes);
  const key = { ...old, expiresAt: expiresAt ?? sameLife(old) };
  return put(sql, key, 'key.rotate', by, { rotated: old.keyId, overlapMinutes });
}

function sameLife({ createdAt, expiresAt }: KeptKey): string | null {
  if (expiresAt === null) return null;
  return new Date(Date.now() + Date.parse(expiresAt) - Date.parse(createdAt)).toISOString();
}

/** At once; one that had been given an overlap ends now. A second time changes nothing. */
export async function revokeKey(
  sql: Sql,
  idOrName: string,
  by: KeyDecider,
): Promise<{ readonly outcome: 'revoked'; readonly kept: KeptKey } | KeyRefused> {
  await lockKeys(sql);
  const old = await findKey(sql, idOrName);
  if (old === null) return { outcome: 'unknown' };
  if (old.revokedAt !== null && Date.parse(old.revokedAt) <= Date.now()) {
    return { outcome: 'revoked', kept: old };
  }
  const kept = await endKey(sql, old.keyId, by.actor, 0);
  await recordDecision(sql, {
    ...by,
    action: 'key.revoke',
    subject: old.keyId,
    detail: { name: old.name, role: old.role },
  });
  return { outcome: 'revoked', kept: kept ?? old };
}

async function put(
  sql: Sql,
  of: Pick<KeptKey, 'name' | 'role' | 'expiresAt' | 'channels' | 'sources' | 'types' | 'storeId'>,
  action: 'key.make' | 'key.rotate',
  by: KeyDecider,
  detail: object = {},
): Promise<KeyMade> {
  const { key, prefix } = newApiKey();
  const kept = await insertKey(sql, { ...of, prefix, createdBy: by.actor }, apiKeyHash(key));
  const { name, role, channels, sources, types, storeId, expiresAt } = kept;
  await recordDecision(sql, {
    ...by,
    action,
    subject: kept.keyId,
    detail: { name, role, channels, sources, types, storeId, expiresAt, ...detail },
  });
  return { outcome: 'made', kept, key };
}
