/** The sandbox's settings, from the environment, every problem named at once. */
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const secret = z.string().min(1);

const schema = z.object({
  SANDBOX_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL'),
  SANDBOX_HOST: z.string().min(1).default('127.0.0.1'),
  SANDBOX_COMMERCE_PORT: port,
  SANDBOX_PAYMENT_PORT: port,
  SANDBOX_TAX_PORT: port,
  SANDBOX_WMS_PORT: port,
  SANDBOX_ERP_PORT: port,
  SANDBOX_NOTIFICATION_PORT: port,
  THROUGHLINE_API_URL: z.url(),
  THROUGHLINE_OMS_KEY: secret,
  SHOPIFY_ACCESS_TOKEN: secret,
  SHOPIFY_WEBHOOK_SECRET: secret,
  STRIPE_SECRET_KEY: secret,
  STRIPE_WEBHOOK_SECRET: secret,
  TAX_TOKEN: secret,
  WMS_TOKEN: secret,
  ERP_TOKEN: secret,
  NOTIFICATION_TOKEN: secret,
  /** How the platform calls these accounts: in its webhook addresses and the events' sources. */
  SANDBOX_SHOPIFY_ACCOUNT: z.string().min(1).default('shopify-us'),
  SANDBOX_STRIPE_ACCOUNT: z.string().min(1).default('stripe-us'),
  SANDBOX_WMS_ACCOUNT: z.string().min(1).default('wms-main'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface SandboxConfiguration {
  databaseUrl: string;
  host: string;
  /** 0 takes a free port. */
  ports: {
    commerce: number;
    payment: number;
    tax: number;
    wms: number;
    erp: number;
    notification: number;
  };
  /** Where webhooks and events go; no path. */
  apiUrl: string;
  /** The bearer key of the warehouse's events. */
  omsKey: string;
  tokens: {
    shopifyAccess: string;
    shopifyWebhook: string;
    stripeSecret: string;
    stripeWebhook: string;
    tax: string;
    wms: string;
    erp: string;
    notification: string;
  };
  /** How the platform calls these accounts: in its webhook addresses and the events' sources. */
  accounts: { shopify: string; stripe: string; wms: string };
  logLevel: string;
}

/** A bad environment: one line a problem, names only, never values. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the sandbox's configuration has problems:\n${problems.join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** Throws ConfigurationError. */
export function readSandboxConfiguration(env: NodeJS.ProcessEnv): Readonly<SandboxConfiguration> {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = issue.path.join('.');
      return `- ${name}: ${env[name] === undefined ? 'is missing' : issue.message}`;
    });
    throw new ConfigurationError(problems);
  }
  const given = parsed.data;
  return Object.freeze({
    databaseUrl: given.SANDBOX_DATABASE_URL,
    host: given.SANDBOX_HOST,
    ports: {
      commerce: given.SANDBOX_COMMERCE_PORT,
      payment: given.SANDBOX_PAYMENT_PORT,
      tax: given.SANDBOX_TAX_PORT,
      wms: given.SANDBOX_WMS_PORT,
      erp: given.SANDBOX_ERP_PORT,
      notification: given.SANDBOX_NOTIFICATION_PORT,
    },
    apiUrl: given.THROUGHLINE_API_URL,
    omsKey: given.THROUGHLINE_OMS_KEY,
    tokens: {
      shopifyAccess: given.SHOPIFY_ACCESS_TOKEN,
      shopifyWebhook: given.SHOPIFY_WEBHOOK_SECRET,
      stripeSecret: given.STRIPE_SECRET_KEY,
      stripeWebhook: given.STRIPE_WEBHOOK_SECRET,
      tax: given.TAX_TOKEN,
      wms: given.WMS_TOKEN,
      erp: given.ERP_TOKEN,
      notification: given.NOTIFICATION_TOKEN,
    },
    accounts: {
      shopify: given.SANDBOX_SHOPIFY_ACCOUNT,
      stripe: given.SANDBOX_STRIPE_ACCOUNT,
      wms: given.SANDBOX_WMS_ACCOUNT,
    },
    logLevel: given.LOG_LEVEL,
  });
}
