/** Numbered migrations, run at start by whichever process comes first; the others wait. */
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';

const ANSWER_LIMIT_MS = 5_000;
const MIGRATIONS_DIR = join(__dirname, 'migrations');

/** Applies what is missing, in order, under an advisory lock; a failed one leaves nothing behind. */
export async function migrate(databaseUrl: string): Promise<{ readonly applied: string[] }> {
  const applied = await runner({
    // One that takes connections and answers nothing is a start that failed, not one that waits.
    databaseUrl: { connectionString: databaseUrl, connectionTimeoutMillis: ANSWER_LIMIT_MS },
    dir: MIGRATIONS_DIR,
    direction: 'up',
    migrationsTable: 'schema_migration',
    advisoryLockMode: 'wait',
    singleTransaction: true,
    log: () => undefined,
  });
  return { applied: applied.map((migration) => migration.name) };
}
