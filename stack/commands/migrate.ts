// npm run migrate: brings the database of DATABASE_URL to the newest schema, and puts in the API
// keys that are given as THROUGHLINE_{ROLE}_KEY. For machines where no supervisor does it.
import { migrate } from '../../store/migrate';
import { insertApiKeys } from '../supervisor/api-keys';
import { ROLES } from '../supervisor/home';
import { runCommand } from './run-command';

async function migrateAndAddKeys(): Promise<number> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (!databaseUrl) throw new Error('DATABASE_URL is not set');
  const { applied } = await migrate(databaseUrl);
  const given = ROLES.map((role) => [role, process.env[`THROUGHLINE_${role.toUpperCase()}_KEY`]]);
  await insertApiKeys(databaseUrl, Object.fromEntries(given));
  console.log(`${applied.length} migrations applied`);
  return 0;
}

runCommand(migrateAndAddKeys);
