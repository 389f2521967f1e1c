/**
 * The installation that this process runs: which shops, accounts, entities and nodes there are.
 * One value a process, read once at its start from the file that describes it and frozen. Moments,
 * the API and the loops ask here instead of passing it along.
 */
import type { BankFormat, CsvColumns } from './ports/bank';
import type { Bindings, Role } from './schema/api-key';
import type { ChannelSetup } from './schema/channel';
import type { Owner } from './schema/error-codes';
import type { Policies } from './schema/policies';

/** The kinds of outside systems, as their task queues are called. */
export const ACCOUNT_KINDS = ['commerce', 'payment', 'wms', 'erp', 'tax', 'notification'] as const;
export type AccountKind = (typeof ACCOUNT_KINDS)[number];

export interface AccountLimits {
  /** Activities started a second on the account's queue, over all workers. */
  readonly perSecond: number;
  /** Calls at a time from one worker process. */
  readonly atOnce: number;
}

export interface AccountSetup {
  readonly account: string;
  readonly connector: string;
  readonly kind: AccountKind;
  readonly baseUrl: string;
  readonly limits: AccountLimits;
  /** `names('subsidiaries')`: what the vendor calls our entities or channels. */
  readonly names: (what: string) => Readonly<Record<string, string>>;
  /** What its connector asks for beside secrets: `settings.shopDomain`. */
  readonly settings: Readonly<Record<string, string>>;
  /** A function, so that whoever prints or logs an account prints no secret. */
  readonly secret: (name: string) => string;
}

export interface EntitySetup {
  readonly entity: string;
  readonly functionalCurrency: string;
  /** The account of the ERP that has its books. */
  readonly erp: string;
}

export interface NodeSetup {
  readonly locationId: string;
  readonly warehouse: string;
}

/** A key of the API that callers have, as the file binds it. */
export interface KeySetup extends Bindings {
  readonly name: string;
  readonly role: Role;
  /** Where the key itself is, `env:NAME` or `file:/path`: only who puts it in follows this. */
  readonly secret: string;
}

/** An account that settles and that nobody is called at: a marketplace, a processor of tills. */
export interface SettlementSetup {
  readonly account: string;
  /** Whose reports it sends. */
  readonly source: string;
  readonly entity: string;
  /** What its reports call it, where they do. */
  readonly vendorAccount?: string | undefined;
}

/** An account at a bank whose statements come here. */
export interface BankSetup {
  readonly bank: string;
  readonly entity: string;
  readonly currency: string;
  /** The first is how its bookings are kept; a statement may call it by any. */
  readonly numbers: readonly string[];
  readonly csv?: Omit<CsvColumns, 'account' | 'currency'> | undefined;
}

/** How reports of an account, or statements of a bank, arrive beside what is handed in. */
export interface FeedSetup {
  /** An account that settles, or a bank. */
  readonly name: string;
  /** An absolute path, followed. */
  readonly folder?: string | undefined;
  /** Of a bank. */
  readonly format?: BankFormat | undefined;
  readonly silentAfterDays?: number | undefined;
}

/** Whom what a team owns is told when it is overdue. */
export interface TeamSetup {
  readonly team: Owner;
  /** The account of the notifier. */
  readonly notifier: string;
  readonly channel: 'email' | 'sms';
  readonly to: string;
}

export interface Installation {
  /** What holds where no channel says otherwise. */
  readonly policies: Policies;
  readonly entities: readonly EntitySetup[];
  readonly accounts: readonly AccountSetup[];
  readonly channels: readonly ChannelSetup[];
  readonly nodes: readonly NodeSetup[];
  readonly keys: readonly KeySetup[];
  readonly teams: readonly TeamSetup[];
  readonly settlements: readonly SettlementSetup[];
  readonly banks: readonly BankSetup[];
  readonly feeds: readonly FeedSetup[];
}

interface Known {
  readonly installation: Installation;
  readonly channels: ReadonlyMap<string, ChannelSetup>;
  readonly accounts: ReadonlyMap<string, AccountSetup>;
  readonly warehouses: ReadonlyMap<string, string>;
}

let known: Known | undefined;

/** Called once, where a process starts; tests call it before each file. */
export function useInstallation(installation: Installation): void {
  const { channels, accounts, nodes } = installation;
  known = {
    installation,
    channels: new Map(channels.map((one) => [one.channelInstance, one])),
    accounts: new Map(accounts.map((one) => [one.account, one])),
    warehouses: new Map(nodes.map((one) => [one.locationId, one.warehouse])),
  };
}

function current(): Known {
  if (known) return known;
  throw new Error('no installation is set: useInstallation has to be called as the process starts');
}

export function installation(): Installation {
  return current().installation;
}

export function channelSetup(channelInstance: string): ChannelSetup | undefined {
  return current().channels.get(channelInstance);
}

export function channelSetups(): readonly ChannelSetup[] {
  return current().installation.channels;
}

export function accountSetup(account: string): AccountSetup | undefined {
  return current().accounts.get(account);
}

/**
 * The channel in shadow whose shop or money this account is; null where a channel that is not in
 * shadow uses it too, or none does.
 */
export function channelInShadow(account: string): string | null {
  const users = usersOf(account);
  const [first] = users;
  return first && users.every((one) => one.orderFlow === 'shadow') ? first.channelInstance : null;
}

/** Whose money an account holds until it settles. */
export interface ClearingSetup {
  readonly account: string;
  readonly source: string;
  readonly entity: string;
  /** Channels whose order numbers its reports may name. */
  readonly channels: readonly string[];
  /** What its reports call it, where that is known. */
  readonly vendorAccount?: string | undefined;
}

/** The accounts that settle by reports of that source; of accounts of two entities none is here. */
export function clearingSetups(source: string): ClearingSetup[] {
  const { accounts, settlements } = current().installation;
  const called = accounts.filter((one) => one.connector === source).map(({ account }) => account);
  const named = settlements.filter((one) => one.source === source);
  return [...new Set([...called, ...named.map(({ account }) => account)])].flatMap((account) => {
    const users = usersOf(account);
    const own = named.filter((one) => one.account === account);
    const entities = new Set([...own, ...users].map(({ entity }) => entity));
    const [entity] = entities;
    if (entity === undefined || entities.size > 1) return [];
    const channels = users.map((one) => one.channelInstance);
    const vendorAccount = own.find((one) => one.vendorAccount !== undefined)?.vendorAccount;
    return [{ account, source, entity, channels, vendorAccount }];
  });
}

/** Every account that settles here, whatever its source. */
export function clearingSetupOf(account: string): ClearingSetup | undefined {
  const { accounts, settlements } = current().installation;
  const source =
    settlements.find((one) => one.account === account)?.source ??
    accounts.find((one) => one.account === account)?.connector;
  return source === undefined
    ? undefined
    : clearingSetups(source).find((one) => one.account === account);
}

export function bankSetup(bank: string): BankSetup | undefined {
  return current().installation.banks.find((one) => one.bank === bank);
}

/** By a number that a statement calls it by, however that is spaced. */
export function bankCalled(number: string): BankSetup | undefined {
  const plain = plainNumber(number);
  return current().installation.banks.find((one) =>
    one.numbers.some((known) => plainNumber(known) === plain),
  );
}
const plainNumber = (number: string) => number.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();

export function feedSetups(): readonly FeedSetup[] {
  return current().installation.feeds;
}

/** Channels whose shop or money that account is. */
function usersOf(account: string): readonly ChannelSetup[] {
  return channelSetups().filter(
    (one) =>
      one.channelInstance === account ||
      one.moneyAccount === account ||
      Object.values(one.moneyAccounts).includes(account),
  );
}

/** The warehouse account of a node: its own, else the channel's. */
export function warehouseOf(setup: ChannelSetup, locationId: string): string {
  return current().warehouses.get(locationId) ?? setup.warehouse;
}

export function teams(): readonly TeamSetup[] {
  return current().installation.teams;
}

export function teamOf(owner: Owner): TeamSetup | undefined {
  return teams().find(({ team }) => team === owner);
}

/** Accounts of ERPs that have books of ours. */
export function erpInstances(): readonly string[] {
  return [...new Set(current().installation.entities.map((one) => one.erp))];
}

/** Null for an entity that is not in the set-up. */
export function currencyOf(entity: string): string | null {
  const found = current().installation.entities.find((one) => one.entity === entity);
  return found?.functionalCurrency ?? null;
}

/** The legal entities whose books are in that ERP. */
export function entitiesOf(erpInstance: string): string[] {
  const { entities } = current().installation;
  return entities.filter((one) => one.erp === erpInstance).map((one) => one.entity);
}
