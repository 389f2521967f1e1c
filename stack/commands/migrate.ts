// npm run migrate: brings the database of DATABASE_URL to the newest schema, and puts in the API
// keys of the set-up file that THROUGHLINE_SETUP names. For machines where no supervisor does it.
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { readInstallation } from '../../setup/read-installation';
import { migrate } from '../../store/migrate';
import { putApiKeys } from '../supervisor/api-keys';
import { runCommand } from './run-command';

async function migrateAndAddKeys(): Promise<number> {
  const { DATABASE_URL: databaseUrl, THROUGHLINE_SETUP: file } = process.env;
  if (!databaseUrl) throw new Error('DATABASE_URL is not set');
  const keys = file ? readInstallation(file, process.env, CONNECTOR_SETUPS).keys : [];
  const { applied } = await migrate(databaseUrl);
  for (const line of await putApiKeys(databaseUrl, keys, process.env)) console.log(line);
  console.log(`${applied.length} migrations applied`);
  return 0;
}

runCommand(migrateAndAddKeys);
