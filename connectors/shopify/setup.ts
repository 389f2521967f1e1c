/** A Shopify shop in the set-up file; the account is called as its channel is. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const shopifySetup: ConnectorSetup = {
  kind: 'commerce',
  secrets: ['accessToken', 'webhookSecret'],
  // Shopify counts cost points, which its client reads off each answer; this bounds the calls.
  limits: { perSecond: 80, atOnce: 23 },
  names: {},
};
