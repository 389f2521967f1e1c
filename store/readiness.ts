/** Is the store there, and at the schema that this code was written for? */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sqlState, type Sql } from './database';

const UNDEFINED_TABLE = '42P01';
const MIGRATIONS_DIR = join(__dirname, 'migrations');

/** Names of migrations that this code has and the database has not. */
export async function missingMigrations(sql: Sql): Promise<string[]> {
  const files = await readdir(MIGRATIONS_DIR);
  const wanted = files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length));
  const applied = new Set(await appliedMigrations(sql));
  return wanted.filter((name) => !applied.has(name));
}

async function appliedMigrations(sql: Sql): Promise<string[]> {
  try {
    const { rows } = await sql.query<{ name: string }>('select name from schema_migration');
    return rows.map((row) => row.name);
  } catch (error) {
    // Of a new database none is applied.
    if (sqlState(error) === UNDEFINED_TABLE) return [];
    throw error;
  }
}
