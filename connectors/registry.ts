/** Every vendor account we call, by the account's name. */
import type { AccountSetup } from '../canonical/installation';
import type { SalesChannel } from '../canonical/ports/channel';
import type { Erp } from '../canonical/ports/erp';
import type { Notifier } from '../canonical/ports/notification';
import type { MoneyMover, PaymentGateway } from '../canonical/ports/payment';
import type { SettlementReports } from '../canonical/ports/settlement-reports';
import type { TaxService } from '../canonical/ports/tax';
import type { Warehouse } from '../canonical/ports/warehouse';
import type { Opened } from './vendor';
import { VENDORS } from './vendors';

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
  readonly settlementReports: ByAccount<SettlementReports>;
  /** Of every account, see {@link Opened}. */
  readonly whoAnswers: ByAccount<() => Promise<string>>;
  /** Lets running calls end, then closes every pool. */
  close(): Promise<void>;
}

/** Opens no connection before the first call. */
export function connectorsFrom(accounts: readonly AccountSetup[]): Connectors {
  const opened = accounts.map((account): readonly [string, Opened] => {
    const vendor = VENDORS[account.connector];
    if (!vendor) throw new RangeError(`no connector ${account.connector} opens ${account.account}`);
    return [account.account, vendor.open(account)];
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
    settlementReports: of((one) => one.settlementReports),
    whoAnswers: of((one) => () => one.whoAnswers()),
    async close() {
      await Promise.all(opened.map(([, one]) => one.close()));
    },
  };
}
