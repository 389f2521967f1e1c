/**
 * The sandbox's own Postgres database: a pool, transactions, and the schemas.
 *
 * Each stand-in owns a Postgres schema named after it. There are no foreign keys between records
 * on purpose: a person must be able to delete one row by hand, so that the stand-in disagrees with
 * us and the audit has something to find.
 */
import { Pool, type PoolClient } from 'pg';

/** Connections held at most; a stand-in answers slowly rather than taking the database away. */
const POOL_MAX_CONNECTIONS = 16;
const POOL_CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Two sandboxes starting on one database create their tables one after the other. */
const SETUP_LOCK = 7_402_118;

export type Queryable = Pick<PoolClient, 'query'>;

/** Opens the bounded pool. Errors of idle connections are reported to `onError`, not thrown. */
export function openPool(connectionString: string, onError: (error: Error) => void): Pool {
  const pool = new Pool({
    connectionString,
    max: POOL_MAX_CONNECTIONS,
    connectionTimeoutMillis: POOL_CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'sandbox',
  });
  pool.on('error', onError);
  return pool;
}

/** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Runs every statement, in order, under one lock. All of them must be repeatable. */
export async function createTables(pool: Pool, statements: readonly string[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [SETUP_LOCK]);
    for (const statement of statements) {
      await client.query(statement);
    }
  });
}
