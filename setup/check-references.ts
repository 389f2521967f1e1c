/** The second half of the check: every name that the file uses is one that it gives, of its kind. */
import type { AccountKind } from '../canonical/installation';
import type { ConnectorSetups, SetupFile } from './file-schema';
import { suggestion } from './suggestion';

export interface BadReference {
  readonly path: readonly string[];
  readonly text: string;
  readonly part?: 'key';
}

const WHAT: Readonly<Record<AccountKind, string>> = {
  commerce: 'a shop',
  payment: 'a processor',
  wms: 'a warehouse',
  erp: 'an ERP',
  tax: 'a tax service',
  notification: 'a notifier',
};

/** Every dangling name, and every account of a kind that cannot do what is asked of it. */
export function badReferences(file: SetupFile, connectors: ConnectorSetups): BadReference[] {
  const kindOf = (account: string) => connectors[file.accounts[account]?.connector ?? '']?.kind;
  const account = (path: readonly string[], name: unknown, kind: AccountKind): BadReference[] => {
    // What is missing or no name at all is a problem of the file's shape.
    if (typeof name !== 'string') return [];
    const found = kindOf(name);
    if (found === kind) return [];
    if (found !== undefined) {
      return [{ path, text: `"${name}" is ${WHAT[found]}, and has to be ${WHAT[kind]}` }];
    }
    const able = Object.keys(file.accounts).filter((one) => kindOf(one) === kind);
    return [{ path, text: `there is no account "${name}"${suggestion(name, able)}` }];
  };
  const entities = Object.entries(file.entities).flatMap(([entity, { erp }]) =>
    account(['entities', entity, 'erp'], erp, 'erp'),
  );
  const nodes = Object.entries(file.nodes ?? {}).flatMap(([node, { warehouse }]) =>
    account(['nodes', node, 'warehouse'], warehouse, 'wms'),
  );
  const channels = Object.entries(file.channels).flatMap(([name, channel]) => {
    const path = (...rest: string[]) => ['channels', name, ...rest];
    return [
      ...account(path('warehouse'), channel.warehouse, 'wms'),
      ...account(path('tax'), channel.tax, 'tax'),
      ...account(path('notifier'), channel.notifier, 'notification'),
      ...entityOf(file, path('entity'), channel.entity),
      ...testProblems(file, name, channel),
      ...moneyProblems(name, channel, account),
      ...shopProblems(file, name, channel.connector),
    ];
  });
  const teams = Object.entries(file.teams ?? {}).flatMap(([team, { notifier }]) =>
    account(['teams', team, 'notifier'], notifier, 'notification'),
  );
  const settlements = Object.entries(file.settlements ?? {}).flatMap(([name, { entity }]) =>
    entityOf(file, ['settlements', name, 'entity'], entity),
  );
  return [
    ...entities,
    ...nodes,
    ...settlements,
    ...bankProblems(file),
    ...feedProblems(file),
    ...channels,
    ...teams,
    ...namesProblems(file, connectors),
    ...unused(file),
  ];
}

function entityOf(file: SetupFile, path: readonly string[], entity: unknown): BadReference[] {
  if (typeof entity !== 'string' || entity in file.entities) return [];
  const near = suggestion(entity, Object.keys(file.entities));
  return [{ path, text: `there is no entity "${entity}"${near}` }];
}

/** What tests sell is marked by whose books it is in: no live channel's. */
function testProblems(file: SetupFile, name: string, { test, entity }: Channel): BadReference[] {
  if (test !== true) return [];
  const live = Object.entries(file.channels).find(
    ([, other]) => other.entity === entity && other.test !== true,
  );
  if (!live) return [];
  const text = `"${live[0]}" is live and has the same entity: a channel for tests needs its own`;
  return [{ path: ['channels', name, 'entity'], text }];
}

/** A number names one bank; no bank is called as an account is. */
function bankProblems(file: SetupFile): BadReference[] {
  const seen = new Map<string, string>();
  return Object.entries(file.banks ?? {}).flatMap(([name, { entity, numbers }]) => {
    const path = (...rest: string[]) => ['banks', name, ...rest];
    const twice = (Array.isArray(numbers) ? numbers : []).flatMap((number, index) => {
      const other = seen.get(number);
      seen.set(number, name);
      if (other === undefined) return [];
      return [{ path: path('numbers', String(index)), text: `is a number of "${other}" too` }];
    });
    const isAccount = name in file.accounts || name in (file.settlements ?? {});
    return [
      ...entityOf(file, path('entity'), entity),
      ...twice,
      ...(isAccount
        ? [{ path: path(), text: 'is the name of an account too', part: 'key' as const }]
        : []),
    ];
  });
}

/** Each is of an account or a bank, and of a bank's files the format is known. */
function feedProblems(file: SetupFile): BadReference[] {
  const { banks = {}, settlements = {}, accounts } = file;
  return Object.entries(file.feeds ?? {}).flatMap(([name, { folder, format }]): BadReference[] => {
    const path = ['feeds', name];
    const bank = banks[name];
    if (bank === undefined) {
      const known = [...Object.keys(accounts), ...Object.keys(settlements), ...Object.keys(banks)];
      const near = suggestion(name, known);
      return known.includes(name)
        ? []
        : [{ path, text: `there is no account or bank "${name}"${near}`, part: 'key' }];
    }
    if (folder !== undefined && format === undefined) {
      return [{ path, text: 'has to say which format the files of a bank have' }];
    }
    return format === 'csv' && bank.csv === undefined
      ? [{ path: [...path, 'format'], text: 'needs the columns under "csv" of its bank' }]
      : [];
  });
}

type Channel = SetupFile['channels'][string];

function moneyProblems(
  name: string,
  { money, connector }: Channel,
  account: (path: readonly string[], name: unknown, kind: AccountKind) => BadReference[],
): BadReference[] {
  const path = (...rest: string[]) => ['channels', name, 'money', ...rest];
  const kind = money.mode === 'psp' ? 'payment' : 'commerce';
  const others = Object.entries(money.byGateway ?? {}).flatMap(([gateway, other]) =>
    account(path('byGateway', gateway), other, kind),
  );
  if (money.account !== undefined) {
    return [...account(path('account'), money.account, kind), ...others];
  }
  if (money.mode === 'channel' && connector !== undefined) return others;
  return [{ path: path(), text: 'has to name the account that moves its money' }, ...others];
}

/** A shop's webhooks and calls go by the account that is called as the channel is. */
function shopProblems(
  file: SetupFile,
  name: string,
  connector: string | undefined,
): BadReference[] {
  if (connector === undefined) return [];
  const found = file.accounts[name]?.connector;
  if (found === connector) return [];
  const near = found === undefined ? suggestion(name, shopsOf(file, connector)) : '';
  const text = `needs an account "${name}" of ${connector}: a shop's is called as its channel${near}`;
  return [{ path: ['channels', name, 'connector'], text }];
}

const shopsOf = (file: SetupFile, connector: string) =>
  Object.keys(file.accounts).filter((one) => file.accounts[one]?.connector === connector);

/** What a vendor calls our entities and channels: each that it needs, and none that is not here. */
function namesProblems(file: SetupFile, connectors: ConnectorSetups): BadReference[] {
  return Object.entries(file.accounts).flatMap(([name, account]) => {
    const maps = Object.entries(connectors[account.connector]?.names ?? {});
    return maps.flatMap(([what, of]) => {
      const known = Object.keys(of === 'entity' ? file.entities : file.channels);
      const given = Object.keys(namesIn(account, what));
      const path = ['accounts', name, what];
      return [
        ...given
          .filter((one) => !known.includes(one))
          .map((one): BadReference => {
            const text = `there is no ${of} "${one}"${suggestion(one, known)}`;
            return { path: [...path, one], text, part: 'key' };
          }),
        ...neededNames(file, name, of)
          .filter((one) => !given.includes(one))
          .map((one) => ({ path, text: `does not say what ${of} "${one}" is called there` })),
      ];
    });
  });
}

/** The entities whose documents go to this account, or the channels that sell for them. */
function neededNames(file: SetupFile, account: string, of: 'entity' | 'channel'): string[] {
  const channels = Object.entries(file.channels).filter(
    ([, { entity, tax }]) => tax === account || file.entities[entity]?.erp === account,
  );
  if (of === 'channel') return channels.map(([name]) => name);
  const own = Object.entries(file.entities).filter(([, { erp }]) => erp === account);
  return [...new Set([...own.map(([name]) => name), ...channels.map(([, one]) => one.entity)])];
}

export function namesIn(
  account: SetupFile['accounts'][string],
  what: string,
): Readonly<Record<string, string>> {
  const found: unknown = Object.entries(account).find(([key]) => key === what)?.[1];
  return typeof found === 'object' && found !== null ? (found as Record<string, string>) : {};
}

/** An override for a brand or a region that no channel has would never apply. */
function unused(file: SetupFile): BadReference[] {
  const channels = Object.values(file.channels);
  const check = (level: 'brands' | 'regions', of: 'brand' | 'region'): BadReference[] => {
    const known = channels.flatMap((channel) => channel[of] ?? []);
    return Object.keys(file.policies?.[level] ?? {})
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: ['policies', level, name],
        text: `no channel is of ${of} "${name}"${suggestion(name, [...new Set(known)])}`,
        part: 'key',
      }));
  };
  return [...check('brands', 'brand'), ...check('regions', 'region')];
}
