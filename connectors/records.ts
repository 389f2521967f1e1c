/** Whose records an audit reads: those of every account of the installation, by its vendor's lists. */
import type { AccountSetup } from '../canonical/installation';
import type { OutsideRecords } from '../canonical/ports/records';
import { avataxRecords } from './avatax/records';
import { listedRecords, type RecordLists } from './listed-records';
import { messengerRecords } from './messenger/records';
import { netsuiteRecords } from './netsuite/records';
import { shopifyRecords } from './shopify/records';
import { stripeRecords } from './stripe/records';
import { warehouseRecords } from './warehouse/records';

const LISTS: Readonly<Record<string, RecordLists>> = {
  shopify: shopifyRecords,
  stripe: stripeRecords,
  warehouse: warehouseRecords,
  netsuite: netsuiteRecords,
  avatax: avataxRecords,
  messenger: messengerRecords,
};

/** A stand-in lists all that it has: accounts of one vendor at one address are read together. */
export function recordsOfAccounts(accounts: readonly AccountSetup[]): OutsideRecords[] {
  const places = new Map<string, AccountSetup[]>();
  for (const account of accounts) {
    const place = `${account.connector} ${new URL(account.baseUrl).origin}`;
    places.set(place, [...(places.get(place) ?? []), account]);
  }
  return [...places.values()].flatMap((together) =>
    together.slice(0, 1).map(({ connector, baseUrl }) => {
      const lists = LISTS[connector];
      if (!lists) throw new RangeError(`no lists of ${connector} are read`);
      return listedRecords(
        together.map(({ account }) => account),
        baseUrl,
        lists,
      );
    }),
  );
}
