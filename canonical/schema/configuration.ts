/** What a process is told from outside: one frozen value, read once; all its problems at once. */
import { z } from 'zod';

const Url = z.url({ protocol: /^https?$/ });
const Secret = z.string().min(8, 'at least 8 characters');

export const Configuration = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  TEMPORAL_ADDRESS: z.string().min(3),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** For Temporal Cloud, or a server behind TLS. */
  TEMPORAL_API_KEY: Secret.optional(),
  TEMPORAL_TLS: z.enum(['true', 'false']).optional(),
  TEMPORAL_UI_URL: Url.optional(),
  /** Where people reach the API's pages: a flow's details link to them. */
  PAGES_URL: Url.optional(),
  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: z.coerce.number().int().min(1).max(65_535).default(8080),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** The file that describes the installation: shops, accounts, entities, nodes. */
  THROUGHLINE_SETUP: z.string().min(1),
  /** How long journals gather before a batch for the ERP is formed. */
  POSTING_WINDOW_MS: z.coerce.number().int().min(100).max(86_400_000).default(900_000),
  /** The most flows the relay starts in a second. */
  RELAY_STARTS_PER_SECOND: z.coerce.number().int().min(1).max(1000).default(40),
  /** Released goods that have not shipped after this long open `fulfilment.overdue`. */
  FULFILMENT_DEADLINE_MS: z.coerce.number().int().min(1000).default(172_800_000),
  /** An event for an order that is not here waits this long before it becomes an exception. */
  EVENT_WAIT_MS: z.coerce.number().int().min(1000).default(86_400_000),
  /** How often the watchdog looks for what has not moved. */
  WATCHDOG_LOOK_MS: z.coerce.number().int().min(1000).max(3_600_000).default(180_000),
  /** How often exceptions are looked at for deadlines that have passed. */
  ESCALATION_LOOK_MS: z.coerce.number().int().min(1000).max(3_600_000).default(60_000),
  /** How often our books are held against those of the other systems. */
  RECONCILIATION_LOOK_MS: z.coerce.number().int().min(1000).max(86_400_000).default(3_600_000),
  /** An ended order keeps its work rows and the copies of what was sent and received for so long. */
  ORDER_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  /** A caller may repeat a call under its idempotency key for so long. */
  KEY_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
});
export type Configuration = Readonly<z.infer<typeof Configuration>>;

/** How a client or a worker reaches Temporal; an API key is never sent without TLS. */
export function temporalConnection(configuration: Configuration) {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS } = configuration;
  return {
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(apiKey !== undefined || TEMPORAL_TLS === 'true' ? { tls: true } : {}),
  };
}

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`);
  }
}

/** Throws a ConfigurationError that lists every problem; values are never printed. */
export function readConfiguration(env: NodeJS.ProcessEnv): Configuration {
  const parsed = Configuration.safeParse(env);
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    );
  }
  return Object.freeze(parsed.data);
}
