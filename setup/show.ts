/** An installation as a person reads it: nothing in it is secret. */
import { stringify } from 'yaml';
import type { Installation } from '../canonical/installation';

/** YAML again, with defaults filled in and overrides laid over; secrets only by their names. */
export function showInstallation(installation: Installation): string {
  const { entities, accounts, channels, nodes, keys, teams, policies } = installation;
  const { settlements, banks, feeds } = installation;
  const byName = <T extends object>(rows: readonly T[], name: keyof T & string) =>
    Object.fromEntries(
      rows.map((row) => {
        const rest = Object.entries(row).filter(([key, value]) => key !== name && value !== null);
        return [String(row[name]), Object.fromEntries(rest)];
      }),
    );
  return stringify({
    entities: byName(entities, 'entity'),
    accounts: byName(
      accounts.map(({ account, connector, kind, baseUrl, limits, settings }) => ({
        account,
        connector,
        kind,
        baseUrl: withoutCredentials(baseUrl),
        ...settings,
        limits,
      })),
      'account',
    ),
    channels: byName(channels, 'channelInstance'),
    ...(nodes.length > 0 && { nodes: byName(nodes, 'locationId') }),
    keys: byName(keys, 'name'),
    teams: byName(teams, 'team'),
    ...(settlements.length > 0 && { settlements: byName(settlements, 'account') }),
    ...(banks.length > 0 && { banks: byName(banks, 'bank') }),
    ...(feeds.length > 0 && { feeds: byName(feeds, 'name') }),
    policies: { everywhere: policies },
  });
}

/** An address may carry a user and a password. */
function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
