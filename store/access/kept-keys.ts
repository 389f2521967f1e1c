/** The keys there are, as an operator sees and changes them: never the key itself. */
import type { Bindings } from '../../canonical/schema/api-key';
import { only, type Sql } from '../database';

export interface KeptKey extends Bindings {
  readonly keyId: string;
  readonly name: string;
  readonly role: string;
  /** Its first characters; null for a key of the set-up file. */
  readonly prefix: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly expiresAt: string | null;
  /** To come, where it was rotated and goes on for a while. */
  readonly revokedAt: string | null;
  readonly revokedBy: string | null;
}

const SEEN = `key_id as "keyId", label as name, role, key_prefix as prefix, channels, sources, types,
  store_id as "storeId", created_at as "createdAt", created_by as "createdBy",
  expires_at as "expiresAt", revoked_at as "revokedAt", revoked_by as "revokedBy"`;

/** By when they were made, the first first. */
export async function listKeys(
  sql: Sql,
  after: { readonly createdAt: string; readonly keyId: string } | null,
  limit: number,
): Promise<KeptKey[]> {
  const { rows } = await sql.query<KeptKey>(
    `select ${SEEN} from api_key
      where $1::timestamptz is null
         or (date_trunc('milliseconds', created_at), key_id) > ($1, $2)
      order by date_trunc('milliseconds', created_at), key_id limit $3`,
    [after?.createdAt ?? null, after?.keyId ?? null, limit],
  );
  return rows;
}

/** Until the transaction ends, nobody else makes, rotates or revokes a key. */
export async function lockKeys(sql: Sql): Promise<void> {
  await sql.query('lock table api_key in share row exclusive mode');
}

/** By its id, or the last one that has this name. */
export async function findKey(sql: Sql, idOrName: string): Promise<KeptKey | null> {
  const { rows } = await sql.query<KeptKey>(
    `select ${SEEN} from api_key where key_id = $1 or label = $1
      order by revoked_at desc nulls first, created_at desc limit 1`,
    [idOrName],
  );
  return rows[0] ?? null;
}

export async function insertKey(
  sql: Sql,
  key: Pick<KeptKey, 'name' | 'role' | 'prefix' | 'createdBy' | 'expiresAt'> & Bindings,
  keyHash: string,
): Promise<KeptKey> {
  const { rows } = await sql.query<KeptKey>(
    `insert into api_key (key_hash, label, role, key_prefix, created_by, expires_at, channels,
       sources, types, store_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${SEEN}`,
    [
      keyHash,
      key.name,
      key.role,
      key.prefix,
      key.createdBy,
      key.expiresAt,
      key.channels,
      key.sources,
      key.types,
      key.storeId,
    ],
  );
  return only(rows, 'insertKey');
}

/** Ends it in that many minutes; 0: now. */
export async function endKey(
  sql: Sql,
  keyId: string,
  by: string,
  inMinutes: number,
): Promise<KeptKey | null> {
  const { rows } = await sql.query<KeptKey>(
    `update api_key set revoked_at = now() + make_interval(mins => $3), revoked_by = $2
      where key_id = $1 returning ${SEEN}`,
    [keyId, by, inMinutes],
  );
  return rows[0] ?? null;
}
