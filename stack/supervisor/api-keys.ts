// Puts the API keys of a set-up into the database, as hashes with what each is bound to.
import type { KeySetup } from '../../canonical/installation';
import { followReference } from '../../setup/follow-references';
import { putApiKey } from '../../store/access/api-keys';
import { openDatabase } from '../../store/database';

/** One line for each key that is not made: its reference leads nowhere. The others are as they say. */
export async function putApiKeys(
  databaseUrl: string,
  keys: readonly KeySetup[],
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> {
  const missing: string[] = [];
  const db = openDatabase(databaseUrl, { connections: 1 });
  try {
    for (const { name, secret, ...bound } of keys) {
      const key = followReference(secret, env);
      if (typeof key === 'string') {
        const isPut = await putApiKey(db, key, { ...bound, label: name });
        if (!isPut) missing.push(`key ${name} stays revoked: ${secret} is the one before`);
      } else missing.push(`key ${name} is not made: ${secret} ${key.why}`);
    }
  } finally {
    await db.end();
  }
  return missing;
}
