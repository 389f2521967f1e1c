// env.json: what the stack that is up told each of its processes.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Installation } from '../../canonical/installation';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { readInstallation } from '../../setup/read-installation';
import { homePaths } from '../supervisor/home';
import { resolveSetupFile } from '../supervisor/wiring';

const EnvFile = z.record(z.string(), z.record(z.string(), z.string()));

/** Variables by process. */
export function readEnvFile(file: string): z.infer<typeof EnvFile> {
  return EnvFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The installation that the stack on this home runs. @throws ConfigurationError */
export function runningInstallation(home: string, env: NodeJS.ProcessEnv): Installation {
  const told = { ...env, ...readEnvFile(homePaths(home).envJson).api };
  return readInstallation(resolveSetupFile(told), told, CONNECTOR_SETUPS);
}
