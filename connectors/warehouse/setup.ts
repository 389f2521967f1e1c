/** A warehouse system in the set-up file. */
import type { ConnectorSetup } from '../../canonical/schema/connector-setup';

export const warehouseSetup: ConnectorSetup = {
  kind: 'wms',
  secrets: ['token'],
  limits: { perSecond: 80, atOnce: 20 },
  names: {},
};
