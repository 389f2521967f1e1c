/** Every vendor account we call, by the account's name; a vendor is one line of `VENDORS`. */
import type { AccountSetup } from '../canonical/installation';
import type { SalesChannel } from '../canonical/ports/channel';
import type { Erp } from '../canonical/ports/erp';
import type { Notifier } from '../canonical/ports/notification';
import type { MoneyMover, PaymentGateway } from '../canonical/ports/payment';
import type { TaxService } from '../canonical/ports/tax';
import type { Warehouse } from '../canonical/ports/warehouse';
import { avataxClient } from './avatax/client';
import { messengerClient } from './messenger/client';
import { netsuiteClient } from './netsuite/client';
import { shopifyClient } from './shopify/client';
import { stripeClient } from './stripe/client';
import { warehouseClient } from './warehouse/client';

type ByAccount<T> = Readonly<Record<string, T>>;

/** What one account is to us; each vendor fills what it can do. */
interface Opened {
  readonly paymentGateway?: PaymentGateway;
  readonly moneyMover?: MoneyMover;
  readonly salesChannel?: SalesChannel;
  readonly warehouse?: Warehouse;
  readonly erp?: Erp;
  readonly taxService?: TaxService;
  readonly notifier?: Notifier;
  /** A read that changes nothing; gives the name by which the other side knows the account. */
  whoAnswers(): Promise<string>;
  close(): Promise<void>;
}

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
  /** Of every account, see {@link Opened}. */
  readonly whoAnswers: ByAccount<() => Promise<string>>;
  /** Lets running calls end, then closes every pool. */
  close(): Promise<void>;
}

const VENDORS: Readonly<Record<string, (account: AccountSetup) => Opened>> = {
  shopify({ baseUrl, secret }) {
    const shop = shopifyClient({ baseUrl, accessToken: secret('accessToken') });
    return { ...shop, moneyMover: shop.money, salesChannel: shop.channel };
  },
  stripe({ baseUrl, secret }) {
    const stripe = stripeClient({ baseUrl, secretKey: secret('secretKey') });
    return { ...stripe, paymentGateway: stripe, moneyMover: stripe };
  },
  warehouse({ baseUrl, secret }) {
    const warehouse = warehouseClient({ baseUrl, token: secret('token') });
    return { ...warehouse, warehouse };
  },
  netsuite({ baseUrl, secret, names, limits }) {
    const erp = netsuiteClient({
      baseUrl,
      token: secret('token'),
      connections: limits.atOnce,
      subsidiaries: names('subsidiaries'),
      customers: names('customers'),
    });
    return { ...erp, erp };
  },
  avatax({ baseUrl, secret, names }) {
    const tax = avataxClient({ baseUrl, token: secret('token'), companies: names('companies') });
    return { ...tax, taxService: tax };
  },
  messenger({ baseUrl, secret }) {
    const notifier = messengerClient({ baseUrl, token: secret('token') });
    return { ...notifier, notifier };
  },
};

/** Opens no connection before the first call. */
export function connectorsFrom(accounts: readonly AccountSetup[]): Connectors {
  const opened = accounts.map((account): readonly [string, Opened] => {
    const open = VENDORS[account.connector];
    if (!open) throw new RangeError(`no connector ${account.connector} opens ${account.account}`);
    return [account.account, open(account)];
  });
  function of<T>(pick: (one: Opened) => T | undefined): ByAccount<T> {
    const entries = opened.flatMap(([account, one]) => {
      const part = pick(one);
      return part === undefined ? [] : [[account, part] as const];
    });
    return Object.fromEntries(entries);
  }
  return {
    paymentGateways: of((one) => one.paymentGateway),
    moneyMovers: of((one) => one.moneyMover),
    salesChannels: of((one) => one.salesChannel),
    warehouses: of((one) => one.warehouse),
    erps: of((one) => one.erp),
    taxServices: of((one) => one.taxService),
    notifiers: of((one) => one.notifier),
    whoAnswers: of((one) => () => one.whoAnswers()),
    async close() {
      await Promise.all(opened.map(([, one]) => one.close()));
    },
  };
}
