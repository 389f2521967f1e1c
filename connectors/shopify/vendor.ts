/** Shopify: a shop whose orders, money and fulfilments we hear of and act on. */
import type { Vendor } from '../vendor';
import { shopifyClient } from './client';
import { mapShopify } from './map-order';
import { shopifyRecords } from './records';
import { shopifySetup } from './setup';
import { identifyShopify, verifyShopify } from './webhook';

export const shopify: Vendor = {
  setup: shopifySetup,
  records: shopifyRecords,
  inbound: ({ account, settings }) => ({
    verify: (headers, rawBody, secret) =>
      verifyShopify(headers, rawBody, secret, settings['shopDomain'] ?? ''),
    identify: (headers, rawBody) => identifyShopify(account, headers, rawBody),
    toEvents: mapShopify,
  }),
  open({ baseUrl, secret }) {
    const shop = shopifyClient({ baseUrl, accessToken: secret('accessToken') });
    return { ...shop, moneyMover: shop.money, salesChannel: shop.channel };
  },
};
