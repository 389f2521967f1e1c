/** An account of the mail and text-message provider in the set-up file. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const messengerSetup: ConnectorSetup = {
  kind: 'notification',
  secrets: ['token'],
  limits: { perSecond: 5, atOnce: 4 },
  names: {},
};
