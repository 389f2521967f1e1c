/** What a vendor's folder is to the rest: one value, and one line of `connectors/vendors.ts`. */
import type { AccountSetup } from '../canonical/installation';
import type { SalesChannel } from '../canonical/ports/channel';
import type { Erp } from '../canonical/ports/erp';
import type { Notifier } from '../canonical/ports/notification';
import type { MoneyMover, PaymentGateway } from '../canonical/ports/payment';
import type { SettlementReports } from '../canonical/ports/settlement-reports';
import type { TaxService } from '../canonical/ports/tax';
import type { Warehouse } from '../canonical/ports/warehouse';
import type { ConnectorSetup } from '../canonical/schema/connector-setup';
import type { InboundConnector } from './inbound-contract';
import type { RecordLists } from './listed-records';

/** What one account is to us; each vendor fills what it can do. */
export interface Opened {
  readonly paymentGateway?: PaymentGateway;
  readonly moneyMover?: MoneyMover;
  readonly salesChannel?: SalesChannel;
  readonly warehouse?: Warehouse;
  readonly erp?: Erp;
  readonly taxService?: TaxService;
  readonly notifier?: Notifier;
  /** Reports that it keeps for us to fetch. */
  readonly settlementReports?: SettlementReports;
  /** A read that changes nothing; gives the name by which the other side knows the account. */
  whoAnswers(): Promise<string>;
  close(): Promise<void>;
}

export interface Vendor {
  /** What an account of it needs in the set-up file. */
  readonly setup: ConnectorSetup;
  /** Its own records, which the audit reads. */
  readonly records: RecordLists;
  /** Left out: it sends no webhooks. */
  readonly inbound?: (account: AccountSetup) => Omit<InboundConnector, 'secret'>;
  /** Its client; opens no connection before the first call. */
  open(account: AccountSetup): Opened;
}
