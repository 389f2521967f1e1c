// The folder that holds an embedded stack: its data, logs, secrets and, while it is up, the files
// that say how to reach it.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { ROLES } from '../../canonical/schema/api-key';

const OWNER_ONLY_MODE = 0o600;
/** Root's Postgres runs as another user, which has to walk through the home to its data. */
const HOME_MODE = os.userInfo().uid === 0 ? 0o711 : 0o700;
const LOGS_MODE = 0o700;
const SECRET_BYTES = 24;

/** The project's root folder. */
export const PROJECT_ROOT = path.dirname(path.dirname(__dirname));

/** Where things are in a home. */
export interface HomePaths {
  readonly home: string;
  readonly lock: string;
  readonly stackJson: string;
  readonly envJson: string;
  readonly secrets: string;
  readonly temporal: string;
  readonly logOf: (name: string) => string;
}

/** THROUGHLINE_HOME, or `.throughline` in the project's root; absolute. */
export function resolveHome(env: NodeJS.ProcessEnv): string {
  const given = env['THROUGHLINE_HOME'];
  return given ? path.resolve(given) : path.join(PROJECT_ROOT, '.throughline');
}

/** The paths below a home, without making any. */
export function homePaths(home: string): HomePaths {
  return {
    home,
    lock: path.join(home, 'lock'),
    stackJson: path.join(home, 'stack.json'),
    envJson: path.join(home, 'env.json'),
    secrets: path.join(home, 'secrets.json'),
    temporal: path.join(home, 'temporal'),
    logOf: (name) => path.join(home, 'logs', `${name}.log`),
  };
}

/** Makes the home's folders when they are missing. */
export function makeHome(home: string): HomePaths {
  mkdirSync(home, { recursive: true });
  chmodSync(home, HOME_MODE);
  mkdirSync(path.join(home, 'logs'), { recursive: true, mode: LOGS_MODE });
  return homePaths(home);
}

/** Removes a home with everything in it, also the data that lies behind its link. */
export function removeHome(home: string): void {
  const postgres = path.join(home, 'postgres');
  if (existsSync(postgres)) rmSync(realpathSync(postgres), { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}

/** Writes a file that only its owner may read; readers see the old one or the new one, whole. */
export function writePrivateFile(file: string, content: string): void {
  const partial = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(partial, content, { mode: OWNER_ONLY_MODE });
    renameSync(partial, file);
  } finally {
    rmSync(partial, { force: true });
  }
}

const Secret = z.string().min(32);
const Secrets = z.strictObject({
  postgresPassword: Secret,
  keys: z.record(z.enum(ROLES), Secret),
  shopifyAccessToken: Secret,
  shopifyWebhookSecret: Secret,
  stripeSecretKey: Secret,
  stripeWebhookSecret: Secret,
  taxToken: Secret,
  wmsToken: Secret,
  erpToken: Secret,
  notificationToken: Secret,
});
/** Everything secret in a home, made once and kept. */
export type Secrets = Readonly<z.infer<typeof Secrets>>;

function randomSecret(prefix: string): string {
  return `${prefix}_${randomBytes(SECRET_BYTES).toString('hex')}`;
}

function makeSecrets(): Secrets {
  return {
    postgresPassword: randomSecret('pg'),
    keys: {
      channel: randomSecret('tlk_channel'),
      oms: randomSecret('tlk_oms'),
      store: randomSecret('tlk_store'),
      support: randomSecret('tlk_support'),
      finance: randomSecret('tlk_finance'),
      operator: randomSecret('tlk_operator'),
      auditor: randomSecret('tlk_auditor'),
    },
    shopifyAccessToken: randomSecret('shpat'),
    shopifyWebhookSecret: randomSecret('shpss'),
    stripeSecretKey: randomSecret('sk_test'),
    stripeWebhookSecret: randomSecret('whsec'),
    taxToken: randomSecret('tax'),
    wmsToken: randomSecret('wms'),
    erpToken: randomSecret('erp'),
    notificationToken: randomSecret('ntf'),
  };
}

/**
 * The home's secrets; made at the first call.
 * @throws ZodError when the file was damaged.
 */
export function loadSecrets(paths: HomePaths): Secrets {
  if (!existsSync(paths.secrets)) {
    writePrivateFile(paths.secrets, `${JSON.stringify(makeSecrets(), undefined, 2)}\n`);
  }
  return Secrets.parse(JSON.parse(readFileSync(paths.secrets, 'utf8')));
}
