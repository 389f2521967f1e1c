/**
 * What the contract tests run against: the sandbox, on a database of its own, or the vendor's own
 * test system where an address is given (CONTRACT_SHOPIFY_URL, CONTRACT_STRIPE_URL,
 * CONTRACT_NETSUITE_URL, CONTRACT_AVATAX_URL, CONTRACT_WAREHOUSE_URL, CONTRACT_MESSENGER_URL, each
 * with CONTRACT_…_TOKEN). What only a sandbox can do (faults, its records) is left out there.
 */
import { pino } from 'pino';
import { z } from 'zod';
import { startSandbox } from '../../sandbox/start';
import { cloneDatabase } from '../postgres/database';

const SANDBOX_TOKEN = 'contract-token';

const SYSTEMS = {
  shopify: 'commerce',
  stripe: 'payment',
  netsuite: 'erp',
  avatax: 'tax',
  warehouse: 'wms',
  messenger: 'notification',
} as const;
export type Vendor = keyof typeof SYSTEMS;

const RecordList = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      throughlineKey: z.string().nullish(),
      status: z.string().nullish(),
    }),
  ),
});

/** The sandbox's side door. */
export interface Control {
  post(route: string, body: unknown): Promise<unknown>;
  /** The next call that matches goes wrong, once. */
  failOnce(match: { method?: string; path: string; body?: string }, fault: object): Promise<void>;
  reset(): Promise<void>;
  /** What that system believes happened, for one key of ours. */
  recordsOf(kind: string, key: string): Promise<readonly { id: string }[]>;
  /** A record of its own, by its id. */
  recordOf(kind: string, id: string): Promise<unknown>;
  /** How many of a kind that system has, or of those in that status. */
  countOf(kind: string, status?: string): Promise<number>;
}

export interface Target {
  readonly baseUrl: string;
  readonly token: string;
  /** Null where it is not the sandbox. */
  readonly control: Control | null;
}

export interface Targets {
  readonly of: Readonly<Record<Vendor, Target>>;
  close(): Promise<void>;
}

function controlOf(baseUrl: string): Control {
  const call = async (method: string, route: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${baseUrl}/_sandbox/${route}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const listOf = async (kind: string) =>
    RecordList.parse(await call('GET', `records/${kind}`)).items;
  return {
    post: (route, body) => call('POST', route, body),
    async failOnce(match, fault) {
      await call('POST', 'faults', { match, fault, times: 1 });
    },
    async reset() {
      await call('DELETE', 'faults');
      await call('DELETE', 'script');
    },
    async recordsOf(kind, key) {
      return (await listOf(kind)).filter((item) => item.throughlineKey === key);
    },
    recordOf: async (kind, id) => (await listOf(kind)).find((item) => item.id === id),
    countOf: async (kind, status) =>
      (await listOf(kind)).filter((one) => status === undefined || one.status === status).length,
  };
}

function fromEnvironment(vendor: Vendor): Target | null {
  const baseUrl = process.env[`CONTRACT_${vendor.toUpperCase()}_URL`];
  const token = process.env[`CONTRACT_${vendor.toUpperCase()}_TOKEN`];
  return baseUrl ? { baseUrl, token: token ?? SANDBOX_TOKEN, control: null } : null;
}

/** Starts the sandbox; the API that it would call back is not there, and nothing is sent to it. */
export async function openTargets(): Promise<Targets> {
  const database = await cloneDatabase('empty');
  const sandbox = await startSandbox(
    {
      databaseUrl: database.url,
      host: '127.0.0.1',
      ports: { commerce: 0, payment: 0, tax: 0, wms: 0, erp: 0, notification: 0 },
      apiUrl: 'http://127.0.0.1:9',
      omsKey: SANDBOX_TOKEN,
      tokens: {
        shopifyAccess: SANDBOX_TOKEN,
        shopifyWebhook: SANDBOX_TOKEN,
        stripeSecret: SANDBOX_TOKEN,
        stripeWebhook: SANDBOX_TOKEN,
        tax: SANDBOX_TOKEN,
        wms: SANDBOX_TOKEN,
        erp: SANDBOX_TOKEN,
        notification: SANDBOX_TOKEN,
      },
      accounts: { shopify: 'shopify-us', stripe: 'stripe-us', wms: 'wms-main' },
      logLevel: 'silent',
    },
    pino({ level: 'silent' }),
  );
  const target = (vendor: Vendor): Target => {
    const baseUrl = `http://127.0.0.1:${sandbox.ports[SYSTEMS[vendor]]}`;
    const own = { baseUrl, token: SANDBOX_TOKEN, control: controlOf(baseUrl) };
    return fromEnvironment(vendor) ?? own;
  };
  return {
    of: {
      shopify: target('shopify'),
      stripe: target('stripe'),
      netsuite: target('netsuite'),
      avatax: target('avatax'),
      warehouse: target('warehouse'),
      messenger: target('messenger'),
    },
    async close() {
      await sandbox.close();
      await database.drop();
    },
  };
}
