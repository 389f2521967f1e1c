// As whom Postgres runs. It refuses to run as root, so root gives it another user.
import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** A user's numeric ids. */
export interface PostgresOwner {
  readonly uid: number;
  readonly gid: number;
}

const COMMAND_TIMEOUT_MS = 10_000;
/** The usual one, and one that exists on every Linux where users cannot be added. */
const USERS = ['postgres', 'nobody'] as const;

function numericId(flag: '-u' | '-g', user: string): number {
  const output = execFileSync('id', [flag, user], {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number.parseInt(output, 10);
}

function findUser(user: string): PostgresOwner | undefined {
  try {
    return { uid: numericId('-u', user), gid: numericId('-g', user) };
  } catch {
    return undefined;
  }
}

function addPostgresUser(): void {
  try {
    const options = { timeout: COMMAND_TIMEOUT_MS, stdio: 'ignore' } as const;
    execFileSync('useradd', ['--system', '--user-group', 'postgres'], options);
  } catch {
    // Not every system can add users; `nobody` is the fallback.
  }
}

/**
 * The user to run Postgres as: undefined for ourselves, unless we are root.
 * @throws Error when root has no user to give it.
 */
export function postgresOwner(): PostgresOwner | undefined {
  if (os.userInfo().uid !== 0) return undefined;
  if (!findUser(USERS[0])) addPostgresUser();
  for (const user of USERS) {
    const owner = findUser(user);
    if (owner) return owner;
  }
  throw new Error('Postgres refuses to run as root and there is no user postgres or nobody');
}
