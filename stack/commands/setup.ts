// npm run setup: prints the installation as the processes read it, without secrets.
// npm run setup -- --check FILE: checks a file, and asks each outside system for a harmless read.
// References are looked up in the environment, and in that of the stack that is up.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Installation } from '../../canonical/installation';
import { VendorFault } from '../../canonical/ports/fault';
import { connectorsFrom } from '../../connectors/registry';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { readInstallation } from '../../setup/read-installation';
import { showInstallation } from '../../setup/show';
import { homePaths, resolveHome } from '../supervisor/home';
import { resolveSetupFile } from '../supervisor/wiring';
import { readEnvFile } from './env-file';
import { runCommand } from './run-command';

async function setup(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'string' } } });
  const { envJson } = homePaths(resolveHome(process.env));
  const env = { ...(existsSync(envJson) && readEnvFile(envJson).api), ...process.env };
  if (values.check === undefined) {
    console.log(showInstallation(read(resolveSetupFile(env), env)).trimEnd());
    return 0;
  }
  const installation = read(path.resolve(values.check), env);
  return (await askEverybody(installation)) ? 0 : 1;
}

const read = (file: string, env: NodeJS.ProcessEnv) =>
  readInstallation(file, env, CONNECTOR_SETUPS);

/** One line an account: who answered, or why nobody did. */
async function askEverybody(installation: Installation): Promise<boolean> {
  const { accounts, channels, entities } = installation;
  const connectors = connectorsFrom(accounts);
  try {
    const answered = await Promise.all(
      accounts.map(async ({ account, connector, baseUrl }) => {
        const { origin } = new URL(baseUrl);
        const where = `${account.padEnd(16)} ${connector} at ${origin}`;
        try {
          const who = await connectors.whoAnswers[account]?.();
          console.log(`${where}: ${who} answers`);
          return true;
        } catch (error) {
          const why = error instanceof VendorFault ? error.message : 'no answer';
          console.log(`${where}: ${why}`);
          return false;
        }
      }),
    );
    const silent = answered.filter((did) => !did).length;
    console.log(
      `Channels: ${channels.length}. Entities: ${entities.length}. Accounts: ${accounts.length}, ` +
        `${silent === 0 ? 'all answer' : `${silent} without an answer`}.`,
    );
    return silent === 0;
  } finally {
    await connectors.close();
  }
}

runCommand(setup);
