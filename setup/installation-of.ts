/** The value that a checked file amounts to: defaults filled in, overrides laid over them. */
import type { AccountSetup, Installation } from '../canonical/installation';
import type { ChannelSetup } from '../canonical/schema/channel';
import { ChannelInstance } from '../canonical/schema/ids';
import { DEFAULT_POLICIES, type Policies } from '../canonical/schema/policies';
import { namesIn } from './check-references';
import { TEAMS, type ConnectorSetups, type SetupFile } from './file-schema';
import type { Followed, FollowedAccount } from './follow-references';
import { keySetups } from './key-setups';

export function installationOf(
  file: SetupFile,
  connectors: ConnectorSetups,
  { accounts: followed, folders }: Followed,
): Installation {
  return freeze({
    policies: laidOver([file.policies?.everywhere]),
    entities: Object.entries(file.entities).map(([entity, one]) => ({ entity, ...one })),
    accounts: Object.entries(file.accounts).flatMap(([account, one]) => {
      const connector = connectors[one.connector];
      const values = followed.get(account);
      return connector && values ? [accountOf(account, one, connector, values)] : [];
    }),
    channels: Object.keys(file.channels).map((name) => channelOf(file, name, connectors)),
    nodes: Object.entries(file.nodes ?? {}).map(([locationId, { warehouse }]) => ({
      locationId,
      warehouse,
    })),
    keys: keySetups(file),
    teams: TEAMS.flatMap((team) => {
      const address = file.teams?.[team];
      return address ? [{ team, ...address }] : [];
    }),
    settlements: Object.entries(file.settlements ?? {}).map(([account, one]) => ({
      account,
      ...one,
    })),
    banks: Object.entries(file.banks ?? {}).map(([bank, one]) => ({ bank, ...one })),
    feeds: Object.entries(file.feeds ?? {}).map(([name, one]) => ({
      name,
      ...one,
      ...(one.folder !== undefined && { folder: folders.get(name) ?? one.folder }),
    })),
  });
}

function accountOf(
  account: string,
  given: SetupFile['accounts'][string],
  connector: ConnectorSetups[string],
  { baseUrl, secrets }: FollowedAccount,
): AccountSetup {
  const { perSecond, atOnce } = connector.limits;
  return {
    account,
    connector: given.connector,
    kind: connector.kind,
    baseUrl,
    limits: {
      perSecond: given.limits?.perSecond ?? perSecond,
      atOnce: given.limits?.atOnce ?? atOnce,
    },
    names: (what) => namesIn(given, what),
    settings: settingsIn(given, connector),
    secret(name) {
      const secret = secrets.get(name);
      if (secret === undefined) throw new RangeError(`${account} has no secret ${name}`);
      return secret;
    },
  };
}

function settingsIn(
  given: SetupFile['accounts'][string],
  { settings = {} }: ConnectorSetups[string],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      name in settings && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
}

function channelOf(file: SetupFile, name: string, connectors: ConnectorSetups): ChannelSetup {
  const channel = file.channels[name];
  const entity = channel && file.entities[channel.entity];
  if (!channel || !entity) throw new RangeError(`channel ${name} was not checked`);
  const moneyAccount = channel.money.account ?? name;
  const moneyAccounts = channel.money.byGateway ?? {};
  return {
    channelInstance: ChannelInstance.parse(name),
    connector: channel.connector ?? null,
    moneyMode: channel.money.mode,
    moneyAccount,
    moneyAccounts,
    movedKinds: Object.fromEntries(
      [moneyAccount, ...Object.values(moneyAccounts)].map((account) => [
        account,
        connectors[file.accounts[account]?.connector ?? '']?.tenderKinds ?? [],
      ]),
    ),
    isOwnShop: channel.ownShop,
    isTest: channel.test ?? false,
    brand: channel.brand ?? null,
    region: channel.region ?? null,
    entity: channel.entity,
    erpInstance: entity.erp,
    warehouse: channel.warehouse,
    taxAccount: channel.tax,
    notifier: channel.notifier,
    tellsBuyerOf: connectors[channel.connector ?? '']?.tellsBuyerOf ?? [],
    orderFlow: channel.flows?.order ?? 'on',
    policies: policiesOf(file, channel),
  };
}

type Overrides = NonNullable<SetupFile['channels'][string]['policies']>;

/** The product's, then everywhere's, the brand's, the region's and last the channel's own. */
function policiesOf(file: SetupFile, channel: SetupFile['channels'][string]): Policies {
  const { everywhere, brands, regions } = file.policies ?? {};
  const levels: (Overrides | undefined)[] = [
    everywhere,
    brands?.[channel.brand ?? ''],
    regions?.[channel.region ?? ''],
    channel.policies,
  ];
  return laidOver(levels);
}

/** The product's own, and what each level says over the one before. */
function laidOver(levels: readonly (Overrides | undefined)[]): Policies {
  return levels.reduce<Policies>(
    (policies, level) => ({ ...policies, ...given(level) }),
    DEFAULT_POLICIES,
  );
}

function given(level: Overrides | undefined): Partial<Policies> {
  return Object.fromEntries(Object.entries(level ?? {}).filter(([, value]) => value !== undefined));
}

/** Nobody changes what the process was told, at any depth. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
