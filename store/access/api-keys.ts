/** Keys of the API: only their SHA-256 is kept. */
import type { Sql } from '../database';

export const ROLES = [
  'channel',
  'oms',
  'store',
  'support',
  'finance',
  'operator',
  'auditor',
] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  readonly role: Role;
  /** The store that a key of role `store` is bound to. */
  readonly storeId: string | null;
  /** Who holds it; goes into the audit trail. */
  readonly label: string;
}

function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** The key with this SHA-256 (hex); null where there is none, or it was revoked. */
export async function findApiKey(sql: Sql, keyHash: string): Promise<ApiKey | null> {
  const { rows } = await sql.query<{ role: string; store_id: string | null; label: string }>({
    name: 'find-api-key',
    text: 'select role, store_id, label from api_key where key_hash = $1 and revoked_at is null',
    values: [keyHash],
  });
  const [row] = rows;
  if (row === undefined || !isRole(row.role)) return null;
  return { role: row.role, storeId: row.store_id, label: row.label };
}
