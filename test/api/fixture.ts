/** The API over real HTTP on a database of its own; flows answer as a test tells them. */
import { createServer } from 'node:http';
import { pino } from 'pino';
import { createApp } from '../../api/app';
import { ProblemDocument } from '../../api/http/problem';
import type { FlowUpdate, OrderFlows } from '../../api/order-flow';
import { watchStorage } from '../../api/storage';
import { routes } from '../../api/routes';
import { installation } from '../../canonical/installation';
import type { Role } from '../../canonical/schema/api-key';
import { readConfiguration, type Configuration } from '../../canonical/schema/configuration';
import { putApiKey } from '../../store/access/api-keys';
import { openDatabase, type Database } from '../../store/database';
import { SETUP_ENVIRONMENT, SHIPPED_SETUP } from '../installation';
import { cloneDatabase } from '../postgres/database';

export const STORE_ID = 'store-001';
export const SHOPIFY_SECRET = SETUP_ENVIRONMENT.SHOPIFY_WEBHOOK_SECRET;
export const STRIPE_SECRET = SETUP_ENVIRONMENT.STRIPE_WEBHOOK_SECRET;

export const keyOf = (role: Role): string => `test-key-of-${role}-0123456789`;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else the text. */
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- any answer at all
  readonly text: string;
}

export interface Sent {
  readonly role?: Role | null;
  readonly json?: unknown;
  readonly raw?: string | Buffer;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RunningApi {
  readonly url: string;
  readonly db: Database;
  readonly buyers: Database;
  readonly databaseUrl: string;
  readonly configuration: Configuration;
  /** Updates that flows were asked for. */
  readonly updates: FlowUpdate[];
  /** What flows answer from now on; a function that throws refuses. */
  answerUpdates(how: (update: FlowUpdate) => unknown): void;
  send(method: string, path: string, sent?: Sent): Promise<Answered>;
  /** Lines that the API logged. */
  readonly logged: string[];
  stop(): Promise<void>;
}

/** The environment of an API whose outside systems are not there. */
export function environmentOf(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
    THROUGHLINE_SETUP: SHIPPED_SETUP,
    ...SETUP_ENVIRONMENT,
  };
}

/** One a role, bound as the shipped file binds it. */
async function insertKeys(db: Database): Promise<void> {
  for (const key of installation().keys) {
    await putApiKey(db, keyOf(key.role), { ...key, label: `test ${key.role}` });
  }
}

/** Every JSON answer of every test fits the schema that the OpenAPI document shows for it. */
function requireDocumented(method: string, path: string, status: number, body: unknown): void {
  const [bare = ''] = path.split('?', 1);
  const route = routes.find(
    (one) =>
      one.method === method.toLowerCase() &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  );
  if (route === undefined && status < 400) return;
  const schema = route?.responses[status]?.schema ?? ProblemDocument;
  const fits = schema.safeParse(body);
  if (!fits.success) {
    throw new Error(`${method} ${path} ${status} is not as documented: ${fits.error.message}`);
  }
}

function sender(url: string) {
  return async (method: string, path: string, sent: Sent = {}): Promise<Answered> => {
    const { role = 'operator', json, raw, key, headers } = sent;
    const body = raw ?? (json === undefined ? null : JSON.stringify(json));
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(role !== null && { authorization: `Bearer ${keyOf(role)}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...headers,
      },
      body: typeof body === 'string' || body === null ? body : new Uint8Array(body),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    const { status, headers: answered } = response;
    if (isJson) requireDocumented(method, path, status, parsed);
    return { status, headers: answered, text, body: parsed };
  };
}

/** A database that is migrated, and what takes it away. */
interface Under {
  readonly url: string;
  drop(): Promise<void>;
}

/** Starts it; `connections` bounds the API's pools, `under` is another database than a clone. */
export async function startApi(
  options: { connections?: number; under?: Under } = {},
): Promise<RunningApi> {
  const { connections, under = await cloneDatabase() } = options;
  const databaseUrl = under.url;
  const db = openDatabase(databaseUrl, { connections });
  const buyers = openDatabase(databaseUrl, { connections });
  await insertKeys(db);
  const updates: FlowUpdate[] = [];
  let answer: (update: FlowUpdate) => unknown = () => ({});
  const flows: OrderFlows = {
    update(update) {
      updates.push(update);
      return new Promise((resolve) => resolve(answer(update)));
    },
    probe: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  const configuration = readConfiguration(environmentOf(databaseUrl));
  const storage = watchStorage(db, log);
  const stage = () => 'serving' as const;
  const app = createApp({ db, buyers, configuration, log, flows, storage, stage });
  const server = createServer(app);
  // Longer than any pause between a test's calls: a connection is not closed as it is used again.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    db,
    buyers,
    databaseUrl,
    configuration,
    updates,
    logged,
    answerUpdates: (how) => {
      answer = how;
    },
    send: sender(url),
    async stop() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      await Promise.all([db.end(), buyers.end()]);
      await under.drop();
    },
  };
}
