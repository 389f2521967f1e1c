/** What an account of each vendor needs in the set-up file. Opens nothing. */
import type { ConnectorSetup } from '../canonical/schema/connector-setup';
import { VENDORS } from './vendors';

export const CONNECTOR_SETUPS: Readonly<Record<string, ConnectorSetup>> = Object.fromEntries(
  Object.entries(VENDORS).map(([name, { setup }]) => [name, setup]),
);
