/** The door to one Shopify shop: its money, and what it is told of its orders. */
import type { SalesChannel } from '../../canonical/ports/channel';
import type { MoneyMover } from '../../canonical/ports/payment';
import type { SettlementReports } from '../../canonical/ports/settlement-reports';
import { openDoor } from '../http';
import { Shop } from './admin-schema';
import { ask, SYSTEM } from './graphql';
import { shopifyMoneyMover } from './money-mover';
import { SHOP } from './operations';
import { shopifySalesChannel } from './sales-channel';
import { shopifyPayouts } from './settlement/payouts';
import { REFUSED_BEFORE } from './refused-before';

export interface ShopifySettings {
  readonly baseUrl: string;
  readonly accessToken: string;
  readonly headersTimeoutMs?: number;
}

export interface ShopifyClient {
  readonly money: MoneyMover;
  readonly channel: SalesChannel;
  readonly settlementReports: SettlementReports;
  /** The shop's own name and domain. */
  whoAnswers(): Promise<string>;
  close(): Promise<void>;
}

export function shopifyClient(settings: ShopifySettings): ShopifyClient {
  const door = openDoor({
    ...settings,
    system: SYSTEM,
    refusedBefore: REFUSED_BEFORE,
    headers: { 'x-shopify-access-token': settings.accessToken },
  });
  return {
    money: shopifyMoneyMover(door),
    channel: shopifySalesChannel(door),
    settlementReports: shopifyPayouts(door),
    async whoAnswers() {
      const { shop } = await ask(door, 'shop', SHOP, {}, Shop);
      return `${shop.name} (${shop.myshopifyDomain})`;
    },
    close: () => door.close(),
  };
}
