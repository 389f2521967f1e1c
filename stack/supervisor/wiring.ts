// Which process listens where, and what each is told in its environment.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Installation } from '../../canonical/installation';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { readInstallation } from '../../setup/read-installation';
import { PROJECT_ROOT, type Secrets } from './home';
import { type ClaimedPort, claimPort } from './ports';

/** The ports a stack likes best; the next free one is taken where another program has it. */
export const PREFERRED_PORTS = {
  api: 8080,
  postgres: 5442,
  temporal: 7233,
  temporalUi: 8233,
  temporalHttp: 7243,
  commerce: 9401,
  payment: 9402,
  tax: 9403,
  wms: 9404,
  erp: 9405,
  notification: 9406,
} as const;
type PortName = keyof typeof PREFERRED_PORTS;
export type Ports = Readonly<Record<PortName, number>>;

/** The systems the sandbox stands in for. */
export const SANDBOX_SYSTEMS = [
  'commerce',
  'payment',
  'tax',
  'wms',
  'erp',
  'notification',
] as const;
type SandboxSystem = (typeof SANDBOX_SYSTEMS)[number];

/** Claims a port for every name. `offset` moves the preferred ones, for stacks of tests. */
export async function claimPorts(
  offset: number,
): Promise<{ ports: Ports; claims: readonly ClaimedPort[] }> {
  const claims: ClaimedPort[] = [];
  const ports: Record<PortName, number> = { ...PREFERRED_PORTS };
  for (const name of Object.keys(PREFERRED_PORTS) as PortName[]) {
    const claimed = await claimPort(PREFERRED_PORTS[name] + offset);
    claims.push(claimed);
    ports[name] = claimed.port;
  }
  return { ports, claims };
}

/** What the wiring of the stack's own processes is made of. */
export interface Wiring {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly databaseUrl: string;
  readonly sandboxDatabaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUiUrl: string;
  /** The file that describes the installation; absolute. */
  readonly setupFile: string;
  /** As the worker reads it. */
  readonly postingWindowMs: string;
}

/** A process's environment, beside what it inherits. */
export type ProcessEnvironment = Readonly<Record<string, string>>;

/** The base URL of a port of this machine. */
export function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function vendorSecrets(secrets: Secrets): ProcessEnvironment {
  return {
    SHOPIFY_ACCESS_TOKEN: secrets.shopifyAccessToken,
    SHOPIFY_WEBHOOK_SECRET: secrets.shopifyWebhookSecret,
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
    TAX_TOKEN: secrets.taxToken,
    WMS_TOKEN: secrets.wmsToken,
    ERP_TOKEN: secrets.erpToken,
    NOTIFICATION_TOKEN: secrets.notificationToken,
  };
}

/** Where each system of the sandbox is. */
export function sandboxUrls(ports: Ports): Readonly<Record<SandboxSystem, string>> {
  const urls = SANDBOX_SYSTEMS.map((system) => [system, localUrl(ports[system])]);
  return Object.fromEntries(urls) as Record<SandboxSystem, string>;
}

/** A variable for each system of the sandbox. */
function bySystem(variable: (system: SandboxSystem) => [string, string]): ProcessEnvironment {
  return Object.fromEntries(SANDBOX_SYSTEMS.map(variable));
}

/** The keys that callers have, by role: what the set-up file's keys refer to. */
export function callerEnvironment({ keys }: Secrets): ProcessEnvironment {
  return Object.fromEntries(
    Object.entries(keys).map(([role, key]) => [`THROUGHLINE_${role.toUpperCase()}_KEY`, key]),
  );
}

/** The environment of the API and of the workers. */
export function platformEnvironment(wiring: Wiring): ProcessEnvironment {
  const { ports, secrets } = wiring;
  return {
    DATABASE_URL: wiring.databaseUrl,
    TEMPORAL_ADDRESS: wiring.temporalAddress,
    TEMPORAL_NAMESPACE: wiring.temporalNamespace,
    ...(wiring.temporalUiUrl && { TEMPORAL_UI_URL: wiring.temporalUiUrl }),
    PAGES_URL: localUrl(ports.api),
    API_HOST: '127.0.0.1',
    API_PORT: String(ports.api),
    ...bySystem((system) => [`${system.toUpperCase()}_URL`, localUrl(ports[system])]),
    THROUGHLINE_SETUP: wiring.setupFile,
    POSTING_WINDOW_MS: wiring.postingWindowMs,
    ...vendorSecrets(secrets),
  };
}

/** THROUGHLINE_SETUP, or the file that the stack ships; absolute. */
export function resolveSetupFile(env: NodeJS.ProcessEnv): string {
  return path.resolve(env['THROUGHLINE_SETUP'] || path.join(PROJECT_ROOT, 'stack', 'setup.yaml'));
}

/** What the set-up file takes from the environment: a command in another shell reads the same. */
export function namedInSetup({ setupFile }: Wiring, env: NodeJS.ProcessEnv): ProcessEnvironment {
  const named = readFileSync(setupFile, 'utf8').matchAll(/\benv:(\w+)/g);
  return Object.fromEntries([...named].map(([, name = '']) => [name, env[name] ?? '']));
}

/** The installation as the processes will read it. @throws ConfigurationError with every problem */
export function installationOf(wiring: Wiring, env: NodeJS.ProcessEnv): Installation {
  return readInstallation(
    wiring.setupFile,
    { ...env, ...platformEnvironment(wiring) },
    CONNECTOR_SETUPS,
  );
}

/** The environment of the sandbox. */
export function sandboxEnvironment(wiring: Wiring): ProcessEnvironment {
  const { ports, secrets } = wiring;
  return {
    SANDBOX_DATABASE_URL: wiring.sandboxDatabaseUrl,
    SANDBOX_HOST: '127.0.0.1',
    ...bySystem((system) => [`SANDBOX_${system.toUpperCase()}_PORT`, String(ports[system])]),
    THROUGHLINE_API_URL: localUrl(ports.api),
    THROUGHLINE_OMS_KEY: secrets.keys.oms,
    ...vendorSecrets(secrets),
  };
}
