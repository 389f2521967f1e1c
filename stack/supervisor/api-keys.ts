// Puts API keys into the database, as hashes.
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { ROLES, type Role } from './home';

/** The store that the demo's store key is bound to. */
const DEMO_STORE_ID = 'store-001';

/** Inserts the keys that are not there yet; the table is made by the migrations. */
export async function insertApiKeys(
  databaseUrl: string,
  keys: Readonly<Partial<Record<Role, string>>>,
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const role of ROLES) {
      const key = keys[role];
      if (!key) continue;
      const keyHash = createHash('sha256').update(key).digest('hex');
      const storeId = role === 'store' ? DEMO_STORE_ID : null;
      await client.query(
        `INSERT INTO api_key (key_hash, role, store_id, label) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [keyHash, role, storeId, `made at start, ${role}`],
      );
    }
  } finally {
    await client.end();
  }
}
