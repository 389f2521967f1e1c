/**
 * The installation that this process runs: which shops, accounts, entities and nodes there are.
 * One value a process, read once at its start from the file that describes it and frozen. Moments,
 * the API and the loops ask here instead of passing it along.
 */
import type { Bindings, Role } from './schema/api-key';
import type { ChannelSetup } from './schema/channel';

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

export interface Installation {
  readonly entities: readonly EntitySetup[];
  readonly accounts: readonly AccountSetup[];
  readonly channels: readonly ChannelSetup[];
  readonly nodes: readonly NodeSetup[];
  readonly keys: readonly KeySetup[];
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

/** The warehouse account of a node: its own, else the channel's. */
export function warehouseOf(setup: ChannelSetup, locationId: string): string {
  return current().warehouses.get(locationId) ?? setup.warehouse;
}

/** Accounts of ERPs that have books of ours. */
export function erpInstances(): readonly string[] {
  return [...new Set(current().installation.entities.map((one) => one.erp))];
}

/** The legal entities whose books are in that ERP. */
export function entitiesOf(erpInstance: string): string[] {
  const { entities } = current().installation;
  return entities.filter((one) => one.erp === erpInstance).map((one) => one.entity);
}
