/** Every vendor account we call, one line each, by the account's name. */
import type { SalesChannel } from '../canonical/ports/channel';
import type { Erp } from '../canonical/ports/erp';
import type { Notifier } from '../canonical/ports/notification';
import type { MoneyMover, PaymentGateway } from '../canonical/ports/payment';
import type { TaxService } from '../canonical/ports/tax';
import type { Warehouse } from '../canonical/ports/warehouse';
import type { Configuration } from '../canonical/schema/configuration';
import { avataxClient } from './avatax/client';
import { messengerClient } from './messenger/client';
import { netsuiteClient } from './netsuite/client';
import { shopifyClient } from './shopify/client';
import { stripeClient } from './stripe/client';
import { warehouseClient } from './warehouse/client';

type ByAccount<T> = Readonly<Record<string, T>>;

export interface Connectors {
  /** Processors that authorize too. */
  readonly paymentGateways: ByAccount<PaymentGateway>;
  /** Everybody who captures, voids and refunds: the processors, and channels in their stead. */
  readonly moneyMovers: ByAccount<MoneyMover>;
  readonly salesChannels: ByAccount<SalesChannel>;
  readonly warehouses: ByAccount<Warehouse>;
  readonly erps: ByAccount<Erp>;
  readonly taxServices: ByAccount<TaxService>;
  readonly notifiers: ByAccount<Notifier>;
  /** Lets running calls end, then closes every pool. */
  close(): Promise<void>;
}

/** What the vendors' own master data calls our legal entities and channels. */
const NETSUITE_SUBSIDIARIES = { 'us-01': '1' };
const NETSUITE_CUSTOMERS = { 'shopify-us': '101', 'web-us': '102' };
const AVATAX_COMPANIES = { 'us-01': 'US01' };

/** Opens no connection before the first call. */
export function connectorsFrom(configuration: Configuration): Connectors {
  const c = configuration;
  const shopify = shopifyClient({ baseUrl: c.COMMERCE_URL, accessToken: c.SHOPIFY_ACCESS_TOKEN });
  const stripe = stripeClient({ baseUrl: c.PAYMENT_URL, secretKey: c.STRIPE_SECRET_KEY });
  const wms = warehouseClient({ baseUrl: c.WMS_URL, token: c.WMS_TOKEN });
  const netsuite = netsuiteClient({
    baseUrl: c.ERP_URL,
    token: c.ERP_TOKEN,
    subsidiaries: NETSUITE_SUBSIDIARIES,
    customers: NETSUITE_CUSTOMERS,
  });
  const avatax = avataxClient({
    baseUrl: c.TAX_URL,
    token: c.TAX_TOKEN,
    companies: AVATAX_COMPANIES,
  });
  const messenger = messengerClient({
    baseUrl: c.NOTIFICATION_URL,
    token: c.NOTIFICATION_TOKEN,
  });
  const open = [shopify, stripe, wms, netsuite, avatax, messenger];
  return {
    paymentGateways: { 'stripe-us': stripe },
    moneyMovers: { 'stripe-us': stripe, 'shopify-us': shopify.money },
    salesChannels: { 'shopify-us': shopify.channel },
    warehouses: { 'wms-main': wms },
    erps: { 'netsuite-us': netsuite },
    taxServices: { 'avatax-us': avatax },
    notifiers: { 'notify-main': messenger },
    async close() {
      await Promise.all(open.map((one) => one.close()));
    },
  };
}
