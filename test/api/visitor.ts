/** A browser without scripts: it follows no redirect, and keeps no cookie by itself. */
import type { Role } from '../../canonical/schema/api-key';
import { keyOf } from './fixture';

interface Visit {
  readonly cookie?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `area` is where one signs in, such as `/exceptions`. */
export function visitorOf(urlOf: () => string, area: string) {
  async function visit(path: string, { cookie, form, headers }: Visit = {}) {
    const response = await fetch(`${urlOf()}${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { ...(cookie !== undefined && { cookie }), ...headers },
      ...(form !== undefined && { body: new URLSearchParams(form) }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
  /** @param beside - the other fields of the form */
  async function signIn(role: Role, beside: Readonly<Record<string, string>>) {
    const answer = await visit(`${area}/sign-in`, { form: { key: keyOf(role), ...beside } });
    const set = answer.headers.get('set-cookie') ?? '';
    return { ...answer, set, cookie: set.split(';', 1)[0] ?? '' };
  }
  return { visit, signIn };
}
