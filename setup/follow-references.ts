/** Follows `env:NAME` and `file:/path` to the address or the secret that is there. */
import { readFileSync } from 'node:fs';
import type { BadReference } from './check-references';
import type { ConnectorSetups, SetupFile } from './file-schema';
import type { Problem, SetupText } from './setup-text';

const MIN_SECRET_CHARS = 8;
const ADDRESS = /^https?:\/\/\S+$/;

/** What each account's references lead to, by account. */
export interface FollowedAccount {
  readonly baseUrl: string;
  readonly secrets: ReadonlyMap<string, string>;
}

export interface Followed {
  readonly accounts: ReadonlyMap<string, FollowedAccount>;
  /** Of feeds. */
  readonly folders: ReadonlyMap<string, string>;
}

export function followReferences(
  text: SetupText,
  file: SetupFile,
  env: NodeJS.ProcessEnv,
): { readonly values: Followed; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const follow = (path: readonly string[], reference: unknown, wrong: Wrong): string => {
    if (typeof reference !== 'string') return '';
    const found = followReference(reference, env);
    const why = typeof found === 'string' ? wrong(found) : found.why;
    if (why) problems.push(text.problemAt(path, `${reference} ${why}`));
    return typeof found === 'string' ? found : '';
  };
  const values = Object.entries(file.accounts).map(([name, account]) => {
    const path = ['accounts', name];
    const secrets = Object.entries(account.secrets ?? {}).map(
      ([secret, reference]): [string, string] => [
        secret,
        follow([...path, 'secrets', secret], reference, secretProblem),
      ],
    );
    const baseUrl = follow([...path, 'baseUrl'], account.baseUrl, addressProblem);
    return [name, { baseUrl, secrets: new Map(secrets) }] as const;
  });
  const folders = Object.entries(file.feeds ?? {}).flatMap(([name, { folder }]) =>
    folder === undefined
      ? []
      : [[name, follow(['feeds', name, 'folder'], folder, folderProblem)] as const],
  );
  return { values: { accounts: new Map(values), folders: new Map(folders) }, problems };
}

/** Accounts whose secret is another's too, where their connector forbids that. */
export function sharedSecrets(
  file: SetupFile,
  connectors: ConnectorSetups,
  values: ReadonlyMap<string, FollowedAccount>,
): BadReference[] {
  const seen = new Map<string, string>();
  return Object.entries(file.accounts).flatMap(([account, { connector }]) =>
    (connectors[connector]?.ownSecrets ?? []).flatMap((name) => {
      const value = values.get(account)?.secrets.get(name);
      if (!value) return [];
      const secret = JSON.stringify([connector, name, value]);
      const other = seen.get(secret);
      seen.set(secret, other ?? account);
      if (other === undefined) return [];
      const text = `is the secret of ${other} too: each account has its own`;
      return [{ path: ['accounts', account, 'secrets', name], text }];
    }),
  );
}

type Wrong = (found: string) => string | null;

/** Never says what it found. */
const secretProblem: Wrong = (found) =>
  found.length < MIN_SECRET_CHARS ? `has fewer than ${MIN_SECRET_CHARS} characters` : null;
const folderProblem: Wrong = (found) => (found.startsWith('/') ? null : 'is no absolute path');
const addressProblem: Wrong = (found) =>
  ADDRESS.test(found) ? null : 'is no http or https address';

/** What is there, or why nothing is. */
export function followReference(
  reference: string,
  env: NodeJS.ProcessEnv,
): string | { readonly why: string } {
  if (reference.startsWith('env:')) {
    return env[reference.slice('env:'.length)] || { why: 'is not set in the environment' };
  }
  if (!reference.startsWith('file:')) return reference;
  try {
    return readFileSync(reference.slice('file:'.length), 'utf8').trim();
  } catch {
    return { why: 'cannot be read' };
  }
}
