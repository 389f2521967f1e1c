/** The sources of settlements that there are, a line each: what `POST /settlements/{source}` names. */
import type { SettlementSource } from '../canonical/ports/settlement';
import { adyenSettlements } from './adyen/settlement/source';
import { amazonSettlements } from './amazon/settlement/source';
import { paypalSettlements } from './paypal/settlement/source';
import { posSettlements } from './pos/settlement/source';
import { shopifySettlements } from './shopify/settlement/source';
import { stripeSettlements } from './stripe/settlement/source';

const SOURCES: readonly SettlementSource[] = [
  amazonSettlements,
  stripeSettlements,
  shopifySettlements,
  adyenSettlements,
  paypalSettlements,
  posSettlements,
];

export const SETTLEMENT_SOURCES: Readonly<Record<string, SettlementSource>> = Object.freeze(
  Object.fromEntries(SOURCES.map((source) => [source.name, source])),
);
