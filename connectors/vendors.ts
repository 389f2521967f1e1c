/** The vendors that there are, a line each. A new one is its own folder and its line here. */
import { avatax } from './avatax/vendor';
import { messenger } from './messenger/vendor';
import { netsuite } from './netsuite/vendor';
import { shopify } from './shopify/vendor';
import { stripe } from './stripe/vendor';
import type { Vendor } from './vendor';
import { warehouse } from './warehouse/vendor';

/** By the name that the set-up file calls them. */
export const VENDORS: Readonly<Record<string, Vendor>> = Object.freeze({
  shopify,
  stripe,
  warehouse,
  netsuite,
  avatax,
  messenger,
});
