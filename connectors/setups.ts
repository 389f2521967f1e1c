/** What an account of each vendor needs in the set-up file, one line each. Opens nothing. */
import type { ConnectorSetup } from '../canonical/schema/connector-setup';
import { avataxSetup } from './avatax/setup';
import { messengerSetup } from './messenger/setup';
import { netsuiteSetup } from './netsuite/setup';
import { shopifySetup } from './shopify/setup';
import { stripeSetup } from './stripe/setup';
import { warehouseSetup } from './warehouse/setup';

export const CONNECTOR_SETUPS: Readonly<Record<string, ConnectorSetup>> = {
  shopify: shopifySetup,
  stripe: stripeSetup,
  warehouse: warehouseSetup,
  netsuite: netsuiteSetup,
  avatax: avataxSetup,
  messenger: messengerSetup,
};
