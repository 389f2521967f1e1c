// npm run keys: lists, makes, rotates and revokes the keys of the API, on the database of
// DATABASE_URL or of the stack that is up.
//   npm run keys -- list
//   npm run keys -- make NAME --role ROLE [--channels A,B] [--sources A,B] [--types A,B]
//                             [--store ID] [--expires 2027-01-31T00:00:00Z]
//   npm run keys -- rotate NAME|keyId [--overlap MINUTES] [--expires …]
//   npm run keys -- revoke NAME|keyId [--reason TEXT]
// `*` in a list is all of its kind. A key is printed once; only its hash is kept.
import os from 'node:os';
import { parseArgs } from 'node:util';
import { useInstallation } from '../../canonical/installation';
import { KeyRequest, keyRequestProblems } from '../../canonical/schema/key';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { makeKey, revokeKey, rotateKey, type KeyMade } from '../../moments/access/keys';
import { readInstallation } from '../../setup/read-installation';
import { listKeys, type KeptKey } from '../../store/access/kept-keys';
import { openDatabase, type Sql } from '../../store/database';
import { newId } from '../../store/ids';
import { resolveHome } from '../supervisor/home';
import { readStackJson } from '../supervisor/stack-json';
import { resolveSetupFile } from '../supervisor/wiring';
import { runningInstallation } from './env-file';
import { runCommand } from './run-command';

const LISTED_MAX = 1_000;
const TEXT = { type: 'string' } as const;
const OPTIONS = {
  role: TEXT,
  channels: TEXT,
  sources: TEXT,
  types: TEXT,
  store: TEXT,
  expires: TEXT,
  overlap: { type: 'string', default: '0' },
  reason: { type: 'string', default: 'by command' },
} as const;
type Asked = ReturnType<typeof parse>['values'];
const parse = () => parseArgs({ options: OPTIONS, allowPositionals: true });

function databaseOfStack(): string {
  const { DATABASE_URL: given } = process.env;
  const home = resolveHome(process.env);
  useInstallation(
    given
      ? readInstallation(resolveSetupFile(process.env), process.env, CONNECTOR_SETUPS)
      : runningInstallation(home, process.env),
  );
  return given || readStackJson(home).databaseUrl;
}

/** The machine's user decides, as the operator of this installation. */
const by = () => ({
  decisionId: newId('req'),
  actor: `command:${os.userInfo().username}`,
  role: 'operator',
});

const listOf = (text: string | undefined) => text?.split(',').filter(Boolean);

function requestOf(name: string, asked: Asked): KeyRequest {
  const parsed = KeyRequest.safeParse({
    name,
    role: asked.role,
    channels: listOf(asked.channels),
    sources: listOf(asked.sources),
    types: listOf(asked.types),
    storeId: asked.store,
    expiresAt: asked.expires,
  });
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map((one) => `${one.path.join('.')}: ${one.message}`).join('\n'),
    );
  }
  const problems = keyRequestProblems(parsed.data, Date.now());
  if (problems.length === 0) return parsed.data;
  throw new Error(problems.map((one) => `${one.pointer}: ${one.detail}`).join('\n'));
}

function lineOf({ keyId, name, role, prefix, createdBy, expiresAt, revokedAt }: KeptKey): string {
  const end = revokedAt ? `revoked ${revokedAt}` : expiresAt ? `expires ${expiresAt}` : 'no end';
  return [keyId, name.padEnd(16), role.padEnd(8), prefix ?? '-', end, `by ${createdBy}`].join('  ');
}

function printMade(made: KeyMade): number {
  if (made.outcome === 'made') {
    console.log(lineOf(made.kept));
    console.log(made.key);
    return 0;
  }
  console.error(made.outcome === 'unknown' ? 'there is no such key' : made.why);
  return 1;
}

async function run(sql: Sql, verb: string | undefined, name: string, asked: Asked) {
  switch (verb) {
    case 'list':
      for (const one of await listKeys(sql, null, LISTED_MAX)) console.log(lineOf(one));
      return 0;
    case 'make':
      return printMade(await makeKey(sql, requestOf(name, asked), by()));
    case 'rotate': {
      const rotation = { overlapMinutes: Number(asked.overlap), expiresAt: asked.expires };
      return printMade(await rotateKey(sql, name, rotation, by()));
    }
    case 'revoke': {
      const revoked = await revokeKey(sql, name, { ...by(), reason: asked.reason });
      console.log(revoked.outcome === 'revoked' ? lineOf(revoked.kept) : 'there is no such key');
      return revoked.outcome === 'revoked' ? 0 : 1;
    }
    case undefined:
    default:
      console.error('npm run keys -- list | make NAME --role ROLE … | rotate NAME | revoke NAME');
      return 1;
  }
}

async function keys(): Promise<number> {
  const { values, positionals } = parse();
  const [verb, name = ''] = positionals;
  const db = openDatabase(databaseOfStack(), { connections: 1 });
  try {
    return await db.transaction((sql) => run(sql, verb, name, values));
  } finally {
    await db.end();
  }
}

runCommand(keys);
