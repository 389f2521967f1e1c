/**
 * The vendors whose webhooks we take, one line each. Nothing here opens a connection: the API
 * imports this and no client.
 */
import { accountSetup, type AccountSetup } from '../canonical/installation';
import type { InboundConnector } from './inbound-contract';
import { mapShopify } from './shopify/map-order';
import { identifyShopify, verifyShopify } from './shopify/webhook';
import { mapStripe } from './stripe/map-event';
import { identifyStripe, verifyStripe } from './stripe/webhook';

type Connect = (account: AccountSetup) => Omit<InboundConnector, 'secret'>;

const shopify: Connect = ({ account, settings }) => ({
  verify: (headers, rawBody, secret) =>
    verifyShopify(headers, rawBody, secret, settings['shopDomain'] ?? ''),
  identify: (headers, rawBody) => identifyShopify(account, headers, rawBody),
  toEvents: mapShopify,
});

const stripe: Connect = ({ account }) => ({
  verify: (headers, rawBody, secret, nowMs = Date.now()) =>
    verifyStripe(headers, rawBody, secret, nowMs),
  identify: (headers, rawBody) => identifyStripe(account, headers, rawBody),
  toEvents: mapStripe,
});

const VENDORS: ReadonlyMap<string, Connect> = new Map([
  ['shopify', shopify],
  ['stripe', stripe],
]);

/** The account's own reader with its own secret; undefined where that account is not set up. */
export function inboundConnector(name: string, account: string): InboundConnector | undefined {
  const connect = VENDORS.get(name);
  const setup = accountSetup(account);
  if (!connect || setup?.connector !== name) return undefined;
  return { ...connect(setup), secret: () => setup.secret('webhookSecret') };
}
