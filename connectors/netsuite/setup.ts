/** A NetSuite account in the set-up file. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const netsuiteSetup: ConnectorSetup = {
  kind: 'erp',
  secrets: ['token'],
  // The whole account shares five concurrent calls at the lowest service tier.
  limits: { perSecond: 5, atOnce: 5 },
  // NetSuite's internal ids of our entities, and of the customer that stands for a channel's buyers.
  names: { subsidiaries: 'entity', customers: 'channel' },
};
