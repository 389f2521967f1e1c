/** A migrated database of a test file's own. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { openDatabase, type Database } from '../../store/database';
import { TEMPLATE } from './global-setup';

export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  drop(): Promise<void>;
}

const urlOf = (database: string) => inject('postgresUrl').replace('{database}', database);

async function asAdministrator(statement: string): Promise<void> {
  const client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty database, or a clone of the migrated one. */
export async function cloneDatabase(
  from: 'migrated' | 'empty' = 'migrated',
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = from === 'migrated' ? ` template ${TEMPLATE}` : '';
  await asAdministrator(`create database ${name}${template}`);
  const db = openDatabase(urlOf(name), { applicationName: name });
  return {
    url: urlOf(name),
    db,
    async drop() {
      await db.end();
      await asAdministrator(`drop database ${name} with (force)`);
    },
  };
}
