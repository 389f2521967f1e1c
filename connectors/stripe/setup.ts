/** A Stripe account in the set-up file. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const stripeSetup: ConnectorSetup = {
  kind: 'payment',
  tenderKinds: ['card'],
  secrets: ['secretKey', 'webhookSecret'],
  // 100 reads and 100 writes a second in live mode; a capture may look up first.
  limits: { perSecond: 80, atOnce: 20 },
  names: {},
};
