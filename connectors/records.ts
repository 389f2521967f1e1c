/** Whose records an audit reads: those of every account of the installation, by its vendor's lists. */
import type { AccountSetup } from '../canonical/installation';
import type { OutsideRecords } from '../canonical/ports/records';
import { listedRecords } from './listed-records';
import { VENDORS } from './vendors';

/** A stand-in lists all that it has: accounts of one vendor at one address are read together. */
export function recordsOfAccounts(accounts: readonly AccountSetup[]): OutsideRecords[] {
  const places = new Map<string, AccountSetup[]>();
  for (const account of accounts) {
    const place = `${account.connector} ${new URL(account.baseUrl).origin}`;
    places.set(place, [...(places.get(place) ?? []), account]);
  }
  return [...places.values()].flatMap((together) =>
    together.slice(0, 1).map(({ connector, baseUrl }) => {
      const lists = VENDORS[connector]?.records;
      if (!lists) throw new RangeError(`no lists of ${connector} are read`);
      return listedRecords(
        together.map(({ account }) => account),
        baseUrl,
        lists,
      );
    }),
  );
}
