/** The installation of every test file: the shipped file, with systems that are nowhere. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { useInstallation, type Installation } from '../canonical/installation';
import { CONNECTOR_SETUPS } from '../connectors/setups';
import { checkSetup } from '../setup/read-installation';

export const SHIPPED_SETUP = path.join(__dirname, '..', 'stack', 'setup.yaml');

/** Every variable that the shipped file refers to; `environment` comes before these. */
export const SETUP_ENVIRONMENT = {
  COMMERCE_URL: 'http://127.0.0.1:9',
  PAYMENT_URL: 'http://127.0.0.1:9',
  TAX_URL: 'http://127.0.0.1:9',
  WMS_URL: 'http://127.0.0.1:9',
  ERP_URL: 'http://127.0.0.1:9',
  NOTIFICATION_URL: 'http://127.0.0.1:9',
  SHOPIFY_ACCESS_TOKEN: 'shopify-access-token',
  SHOPIFY_WEBHOOK_SECRET: 'shopify-webhook-secret',
  STRIPE_SECRET_KEY: 'stripe-secret-key',
  STRIPE_WEBHOOK_SECRET: 'stripe-webhook-secret',
  TAX_TOKEN: 'tax-token',
  WMS_TOKEN: 'wms-token',
  ERP_TOKEN: 'erp-token',
  NOTIFICATION_TOKEN: 'notification-token',
} as const;

/** The installation of a file's text; throws where it has problems. */
export function installationIn(
  source: string,
  environment: Readonly<Record<string, string>> = SETUP_ENVIRONMENT,
): Installation {
  const { installation, problems } = checkSetup(source, environment, CONNECTOR_SETUPS);
  if (!installation) throw new Error(problems.map((one) => one.text).join('\n'));
  return installation;
}

useInstallation(installationIn(readFileSync(SHIPPED_SETUP, 'utf8')));
