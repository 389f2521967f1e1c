/** Keys of the API as the file binds them: each caller's, with what it may speak about. */
import type { KeySetup } from '../canonical/installation';
import { ALL, ROLES, type Role } from '../canonical/schema/api-key';
import type { BadReference } from './check-references';
import type { SetupFile } from './file-schema';
import { suggestion } from './suggestion';

type Key = NonNullable<SetupFile['keys']>[string];

/** They submit orders: for whom has to be said. */
const SELLERS: readonly Role[] = ['channel', 'oms'];
/** They send events, submit orders or stand in a store: only what their key says. */
const BOUND: readonly Role[] = [...SELLERS, 'store'];

/** A file without keys has one a role, for all channels; its store's key is of no store. */
const UNSAID: Readonly<Record<string, Key>> = Object.fromEntries(
  ROLES.map((role) => {
    const secret = `env:THROUGHLINE_${role.toUpperCase()}_KEY`;
    return [role, { role, secret, channels: 'all', sources: 'all' }];
  }),
);

export function keySetups({ keys = UNSAID }: SetupFile): KeySetup[] {
  return Object.entries(keys).map(([name, { role, secret, store, ...key }]) => {
    const some = (list: Key['sources'], unsaid: readonly string[]) =>
      list === 'all' ? [ALL] : (list ?? unsaid);
    const free = BOUND.includes(role) ? [] : [ALL];
    return {
      name,
      role,
      secret,
      channels: some(key.channels, free),
      sources: some(key.sources, free).map((one) => (one === 'all' ? ALL : one)),
      types: some(key.types, [ALL]),
      storeId: store ?? null,
    };
  });
}

/** A channel that is not here, and a role whose key lacks or has what it cannot be bound to. */
export function keyProblems(file: SetupFile): BadReference[] {
  const known = Object.keys(file.channels);
  return Object.entries(file.keys ?? {}).flatMap(([name, key]) => {
    const path = ['keys', name];
    const named = Array.isArray(key.channels) ? key.channels : [];
    const lacks = (what: keyof Key, text: string) =>
      key[what] === undefined ? [{ path, text }] : [];
    return [
      ...named.flatMap((channel, index) =>
        known.includes(channel)
          ? []
          : {
              path: [...path, 'channels', String(index)],
              text: `there is no channel "${channel}"${suggestion(channel, known)}`,
            },
      ),
      ...(SELLERS.includes(key.role)
        ? lacks('channels', 'has to say for which channels it speaks: a list of them, or all')
        : []),
      ...(key.role === 'store' ? lacks('store', 'has to name its store') : []),
    ];
  });
}
