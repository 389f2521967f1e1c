/** Keys of the API at the door: only their SHA-256 is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { ROLES, type Bindings, type Role } from '../../canonical/schema/api-key';
import type { Sql } from '../database';

export interface ApiKey extends Bindings {
  readonly role: Role;
  /** Who holds it; goes into the audit trail. */
  readonly label: string;
  /** Sources that other keys name: `ALL` does not mean these. */
  readonly othersSources: readonly string[];
}

function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

const PREFIX_BYTES = 4;
const SECRET_BYTES = 24;

/** `tlk_` and eight characters that name it; what follows is secret. */
export function newApiKey(): { readonly key: string; readonly prefix: string } {
  const prefix = `tlk_${randomBytes(PREFIX_BYTES).toString('hex')}`;
  return { prefix, key: `${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

export function apiKeyHash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

export interface FoundKey extends ApiKey {
  /** RFC 3339: it expires, or was rotated and goes on until then. */
  readonly endsAt: string | null;
}

/** The key with this SHA-256 (hex); null where there is none, it was revoked or has expired. */
export async function findApiKey(sql: Sql, keyHash: string): Promise<FoundKey | null> {
  const { rows } = await sql.query<Omit<FoundKey, 'role'> & { role: string }>({
    name: 'find-api-key',
    text: `select k.role, k.store_id as "storeId", k.label, k.channels, k.sources, k.types,
                  least(k.expires_at, k.revoked_at) as "endsAt",
                  array(select distinct source from api_key o, unnest(o.sources) source
                         where o.label <> k.label
                           and coalesce(least(o.expires_at, o.revoked_at) > now(), true))
                    as "othersSources"
             from api_key k where k.key_hash = $1
              and coalesce(least(k.expires_at, k.revoked_at) > now(), true)`,
    values: [keyHash],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { role, ...key } = row;
  return isRole(role) ? { ...key, role } : null;
}

/**
 * Puts in a key of the set-up file, or binds it anew. The label is the holder's name: another key
 * that the holder had is revoked in the same statement. One that was revoked or rotated stays so,
 * whatever the file says, and the holder's newer key is left alone: false.
 */
export async function putApiKey(
  sql: Sql,
  key: string,
  { role, label, channels, sources, types, storeId }: Omit<ApiKey, 'othersSources'>,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `with put as (
       insert into api_key as k (key_hash, role, label, channels, sources, types, store_id)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (key_hash) do update set role = $2, label = $3, channels = $4, sources = $5,
         types = $6, store_id = $7 where k.revoked_at is null
       returning key_hash),
     replaced as (
       update api_key set revoked_at = now(), revoked_by = 'set-up file'
        where label = $3 and key_hash <> $1 and revoked_at is null and exists (select from put))
     select from put`,
    [apiKeyHash(key), role, label, channels, sources, types, storeId],
  );
  return rowCount === 1;
}
