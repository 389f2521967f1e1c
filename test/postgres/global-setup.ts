/** One Postgres for the whole run, its migrations in a template: a test file clones it in 24 ms. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../stack/start-parts';
import { migrate } from '../../store/migrate';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string with `{database}` in the database's place. */
    postgresUrl: string;
  }
}

export const TEMPLATE = 'throughline_template';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'throughline-test-'));
  const postgres = await startPostgres({ home });
  await postgres.createDatabase(TEMPLATE);
  await migrate(postgres.databaseUrl(TEMPLATE));
  project.provide('postgresUrl', postgres.databaseUrl('{database}'));
  return async () => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  };
}
