/** A Shopify shop in the set-up file; the account is called as its channel is. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const shopifySetup: ConnectorSetup = {
  kind: 'commerce',
  // A gift card and a store credit are the shop's own gateways, moved by the same calls.
  tenderKinds: ['card', 'gift-card', 'store-credit'],
  secrets: ['accessToken', 'webhookSecret'],
  // Shopify counts cost points, which its client reads off each answer; this bounds the calls.
  limits: { perSecond: 80, atOnce: 23 },
  names: {},
  settings: {
    shopDomain: {
      pattern: /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/,
      is: "the shop's myshopify.com domain",
    },
  },
  // `fulfillmentOrderLineItemsPreparedForPickup` always mails its buyer.
  tellsBuyerOf: ['pickup-ready'],
  // Neither the shop's domain nor the topic is signed: the secret alone says whose a body is.
  ownSecrets: ['webhookSecret'],
};
