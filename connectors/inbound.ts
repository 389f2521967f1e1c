/** Whose webhooks we take; opens no connection. */
import { accountSetup } from '../canonical/installation';
import type { InboundConnector } from './inbound-contract';
import { VENDORS } from './vendors';

/** The account's own reader with its own secret; undefined where that account is not set up. */
export function inboundConnector(name: string, account: string): InboundConnector | undefined {
  const setup = accountSetup(account);
  const connect = setup?.connector === name ? VENDORS[name]?.inbound : undefined;
  if (!setup || !connect) return undefined;
  return { ...connect(setup), secret: () => setup.secret('webhookSecret') };
}
