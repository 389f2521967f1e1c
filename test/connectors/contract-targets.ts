/**
 * What the contract tests run against: the sandbox, on a Postgres of its own, or the vendor's own
 * test system where an address is given (CONTRACT_SHOPIFY_URL, CONTRACT_STRIPE_URL,
 * CONTRACT_NETSUITE_URL, CONTRACT_AVATAX_URL, CONTRACT_WAREHOUSE_URL, CONTRACT_MESSENGER_URL, each
 * with CONTRACT_…_TOKEN). What only a sandbox can do (faults, its records) is left out there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { startSandbox } from '../../sandbox/start';
import { createDatabases, databaseUrl, postgresPlan } from '../../stack/postgres/server';
import { spawnChild } from '../../stack/supervisor/child';
import { startJanitor } from '../../stack/supervisor/janitor';
import { pollUntil } from '../../stack/supervisor/poll';
import { claimPort } from '../../stack/supervisor/ports';

const POSTGRES_PORT = 25_600;
const SANDBOX_TOKEN = 'contract-token';
const DATABASE = 'contract_sandbox';

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
  items: z.array(z.looseObject({ id: z.string(), throughlineKey: z.string().nullish() })),
});

/** The sandbox's side door. */
export interface Control {
  post(route: string, body: unknown): Promise<unknown>;
  /** The next call that matches goes wrong, once. */
  failOnce(match: { method?: string; path: string; body?: string }, fault: object): Promise<void>;
  reset(): Promise<void>;
  /** What that system believes happened, for one key of ours. */
  recordsOf(kind: string, key: string): Promise<readonly { id: string }[]>;
  /** How many of a kind that system has. */
  countOf(kind: string): Promise<number>;
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
    countOf: async (kind) => (await listOf(kind)).length,
  };
}

async function startPostgres(home: string) {
  const claim = await claimPort(POSTGRES_PORT);
  const logFile = path.join(home, 'postgres.log');
  const options = { home, port: claim.port, password: 'contract', logFile };
  const plan = await postgresPlan(options);
  const janitor = startJanitor();
  janitor.watchFile(claim.claimFile, claim.content);
  const child = spawnChild(plan.name, plan.launch, janitor);
  await pollUntil('Postgres', plan.readyTimeoutMs, () => plan.isReady(child));
  await createDatabases(options, [DATABASE]);
  return {
    url: databaseUrl(options, DATABASE),
    async stop() {
      await child.stop(plan.stopGraceMs);
      claim.release();
    },
  };
}

function fromEnvironment(vendor: Vendor): Target | null {
  const baseUrl = process.env[`CONTRACT_${vendor.toUpperCase()}_URL`];
  const token = process.env[`CONTRACT_${vendor.toUpperCase()}_TOKEN`];
  return baseUrl ? { baseUrl, token: token ?? SANDBOX_TOKEN, control: null } : null;
}

/** Starts the sandbox; the API that it would call back is not there, and nothing is sent to it. */
export async function openTargets(): Promise<Targets> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'throughline-contract-'));
  const postgres = await startPostgres(home);
  const sandbox = await startSandbox(
    {
      databaseUrl: postgres.url,
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
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
