/** One door to Postgres: a bounded pool, transactions, rows with plain values. */
import { Pool, types } from 'pg';
import type { CustomTypesConfig, PoolClient, QueryResultRow } from 'pg';

/** Connections a process holds at the most; the server's limit is shared by all of them. */
export const POOL_CONNECTIONS = 12;
/** How long a caller waits for a free connection before it gets a 503. */
export const POOL_WAIT_MS = 3_000;
/** A statement that runs longer is stuck: it is ended, and its transaction with it. */
export const STATEMENT_LIMIT_MS = 15_000;
const LOCK_LIMIT_MS = 8_000;

const INT8 = 20;
const NUMERIC = 1700;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53`);
  return value;
}
const PARSERS = new Map<number, (text: string) => unknown>([
  [INT8, integer],
  [NUMERIC, integer],
  [DATE, (text) => text],
  [TIMESTAMPTZ, (text) => new Date(text).toISOString()],
]);
/** Ours for our connections only: other users of the driver in a process keep theirs. */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : PARSERS.get(oid)) ?? types.getTypeParser(oid, 'text'),
};

/**
 * Statements that are asked for together leave together: a transaction's BEGIN, lock and first read
 * are one round trip. An option of the driver that its type declarations do not have yet.
 */
const PIPELINED = { pipeline: true };

/** What a statement needs: the pool itself, or one transaction's connection. */
export interface Sql {
  query<R extends QueryResultRow>(
    statement: { name?: string; text: string; values?: unknown[] } | string,
    values?: unknown[],
  ): Promise<{ rows: R[]; rowCount: number | null }>;
}

export interface Database extends Sql {
  /** Runs `work` in one transaction; a throw rolls all of it back. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  end(): Promise<void>;
  readonly pool: Pool;
}

export interface DatabaseOptions {
  readonly connections?: number;
  readonly applicationName?: string;
}

export function openDatabase(databaseUrl: string, options: DatabaseOptions = {}): Database {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: options.connections ?? POOL_CONNECTIONS,
    connectionTimeoutMillis: POOL_WAIT_MS,
    statement_timeout: STATEMENT_LIMIT_MS,
    lock_timeout: LOCK_LIMIT_MS,
    idle_in_transaction_session_timeout: STATEMENT_LIMIT_MS,
    application_name: options.applicationName ?? 'throughline',
    types: TYPES,
    ...PIPELINED,
  });
  // An idle connection that the server drops is replaced at its next use; it is no crash of ours.
  pool.on('error', () => undefined);
  return {
    pool,
    query: (statement, values) => pool.query(statement as string, values),
    transaction: (work) => inTransaction(pool, work),
    end: () => pool.end(),
  };
}

async function inTransaction<T>(pool: Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client: PoolClient = await pool.connect();
  let broken: Error | undefined;
  let isOver = false;
  // Of several statements sent together one may fail while another has more to say: it must not
  // say it after the rollback, on a connection that is somebody else's by then.
  const sql: Sql = {
    query: (statement, values) =>
      isOver
        ? Promise.reject(new Error('the transaction of this statement is over'))
        : client.query(statement as string, values),
  };
  try {
    const [, result] = await Promise.all([client.query('BEGIN'), work(sql)]);
    isOver = true;
    await client.query('COMMIT');
    return result;
  } catch (error) {
    isOver = true;
    await client.query('ROLLBACK').catch((rollback: unknown) => {
      broken = rollback instanceof Error ? rollback : new Error(String(rollback));
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The one row that a statement promises. */
export function only<R>(rows: readonly R[], what: string): R {
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    throw new RangeError(`${what}: ${rows.length} rows where one was expected`);
  }
  return row;
}

/** The SQLSTATE of an error that Postgres raised. */
export function sqlState(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error
    ? String(error.code)
    : undefined;
}
