/** An AvaTax account in the set-up file. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const avataxSetup: ConnectorSetup = {
  kind: 'tax',
  secrets: ['token'],
  limits: { perSecond: 5, atOnce: 4 },
  // AvaTax's company codes.
  names: { companies: 'entity' },
};
