/**
 * The vendors whose webhooks we take, one line each. Nothing here opens a connection: the API
 * imports this and no client.
 */
import { channelSetups } from '../canonical/schema/channel';
import type { InboundConnector } from './inbound-contract';
import { mapShopify } from './shopify/map-order';
import { identifyShopify, verifyShopify } from './shopify/webhook';
import { mapStripe } from './stripe/map-event';
import { identifyStripe, verifyStripe } from './stripe/webhook';

interface Vendor {
  /** The accounts of ours that this vendor may send for. */
  accounts(): readonly string[];
  connect(account: string): InboundConnector;
}

const shopify = (account: string): InboundConnector => ({
  secretOf: (configuration) => configuration.SHOPIFY_WEBHOOK_SECRET,
  verify: verifyShopify,
  identify: (headers, rawBody) => identifyShopify(account, headers, rawBody),
  toEvents: mapShopify,
});

const stripe = (account: string): InboundConnector => ({
  secretOf: (configuration) => configuration.STRIPE_WEBHOOK_SECRET,
  verify: (headers, rawBody, secret, nowMs = Date.now()) =>
    verifyStripe(headers, rawBody, secret, nowMs),
  identify: (headers, rawBody) => identifyStripe(account, headers, rawBody),
  toEvents: mapStripe,
});

const shopAccounts = () =>
  channelSetups()
    .filter((channel) => channel.connector === 'shopify')
    .map((channel) => channel.channelInstance);
const processorAccounts = () =>
  channelSetups()
    .filter((channel) => channel.moneyMode === 'psp')
    .map((channel) => channel.moneyAccount);

const VENDORS: ReadonlyMap<string, Vendor> = new Map([
  ['shopify', { accounts: shopAccounts, connect: shopify }],
  ['stripe', { accounts: processorAccounts, connect: stripe }],
]);

/** `inboundConnector('shopify', 'shopify-us')`; undefined where that account is not set up. */
export function inboundConnector(name: string, account: string): InboundConnector | undefined {
  const vendor = VENDORS.get(name);
  return vendor?.accounts().includes(account) ? vendor.connect(account) : undefined;
}
