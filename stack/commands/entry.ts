// Runs one of the stack's own processes alone: `npm run api`, `npm run worker`, `npm run sandbox`.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PROJECT_ROOT, homePaths, resolveHome } from '../supervisor/home';
import { readEnvFile } from './env-file';
import { NODE_PROCESSES, type ProcessName } from '../supervisor/node-process';

/** The variable that tells a process which database is its own. */
const OWN_DATABASE: Readonly<Record<ProcessName, string>> = {
  api: 'DATABASE_URL',
  worker: 'DATABASE_URL',
  sandbox: 'SANDBOX_DATABASE_URL',
};

/**
 * Loads the process's entry file into this process. Without a database in the environment, the
 * environment of the stack that is up on THROUGHLINE_HOME fills what is not set.
 */
export function runEntry(name: ProcessName): void {
  const { envJson } = homePaths(resolveHome(process.env));
  if (!process.env[OWN_DATABASE[name]] && existsSync(envJson)) {
    const fromStack = readEnvFile(envJson)[name] ?? {};
    for (const [variable, value] of Object.entries(fromStack)) process.env[variable] ??= value;
  }
  createRequire(__filename)(path.join(PROJECT_ROOT, NODE_PROCESSES[name].entry));
}
