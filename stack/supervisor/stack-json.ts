// stack.json: how other programs reach a stack while it is up. Its shape is part of the contract
// with the outside; fields are added, not changed.
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { ROLES } from '../../canonical/schema/api-key';
import type { AccountSetup } from '../../canonical/installation';
import { CONNECTOR_SETUPS } from '../../connectors/setups';
import { homePaths } from './home';
import { SANDBOX_SYSTEMS, type Wiring, localUrl, sandboxUrls } from './wiring';

const Pid = z.number().int().positive().optional();
const WebhookAccount = z.strictObject({ account: z.string(), secret: z.string() });

export const StackJson = z.object({
  apiUrl: z.url(),
  consoleUrl: z.url(),
  temporalAddress: z.string(),
  temporalNamespace: z.string(),
  temporalUiUrl: z.string(),
  databaseUrl: z.string(),
  sandboxDatabaseUrl: z.string(),
  sandbox: z.record(z.enum(SANDBOX_SYSTEMS), z.url()),
  keys: z.record(z.enum(ROLES), z.string()),
  /** By connector: the first account of each that sends webhooks. */
  webhooks: z.record(z.string(), WebhookAccount),
  /** temporal is absent when the server is not ours. */
  pids: z.object({
    supervisor: Pid,
    api: Pid,
    worker: Pid,
    sandbox: Pid,
    temporal: Pid,
    postgres: Pid,
  }),
});
export type StackJson = Readonly<z.infer<typeof StackJson>>;

/** What stack.json says of a stack that is wired so and whose processes have these ids. */
export function describeStack(
  wiring: Wiring,
  accounts: readonly AccountSetup[],
  pids: StackJson['pids'],
): StackJson {
  const { ports, secrets } = wiring;
  const apiUrl = localUrl(ports.api);
  return {
    apiUrl,
    consoleUrl: `${apiUrl}/`,
    temporalAddress: wiring.temporalAddress,
    temporalNamespace: wiring.temporalNamespace,
    temporalUiUrl: wiring.temporalUiUrl,
    databaseUrl: wiring.databaseUrl,
    sandboxDatabaseUrl: wiring.sandboxDatabaseUrl,
    sandbox: sandboxUrls(ports),
    keys: secrets.keys,
    webhooks: webhooksOf(accounts),
    pids,
  };
}

function webhooksOf(accounts: readonly AccountSetup[]): StackJson['webhooks'] {
  const signed = accounts.filter(({ connector }) =>
    CONNECTOR_SETUPS[connector]?.secrets.includes('webhookSecret'),
  );
  const byConnector = new Map<string, StackJson['webhooks'][string]>();
  for (const { connector, account, secret } of signed) {
    if (byConnector.has(connector)) continue;
    byConnector.set(connector, { account, secret: secret('webhookSecret') });
  }
  return Object.fromEntries(byConnector);
}

/** No stack is up on the home that was asked for. */
export class NoStackError extends Error {
  constructor(home: string) {
    super(`No stack runs on ${home}: start one with npm start, or set THROUGHLINE_HOME.`);
    this.name = 'NoStackError';
  }
}

/** Reads a home's stack.json. @throws NoStackError when no stack is up there. */
export function readStackJson(home: string): StackJson {
  const file = homePaths(home).stackJson;
  if (!existsSync(file)) throw new NoStackError(home);
  return StackJson.parse(JSON.parse(readFileSync(file, 'utf8')));
}
