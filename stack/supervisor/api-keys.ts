// Puts the home's API keys into the database, as hashes.
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { ROLES, type Secrets } from './home';

/** The store that the demo's store key is bound to. */
const DEMO_STORE_ID = 'store-001';

/** Inserts the keys that are not there yet; the table is made by the migrations. */
export async function insertApiKeys(databaseUrl: string, keys: Secrets['keys']): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const role of ROLES) {
      const keyHash = createHash('sha256').update(keys[role]).digest('hex');
      const storeId = role === 'store' ? DEMO_STORE_ID : null;
      await client.query(
        `INSERT INTO api_key (key_hash, role, store_id, label) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING`,
        [keyHash, role, storeId, `embedded stack, ${role}`],
      );
    }
  } finally {
    await client.end();
  }
}
